import type { EventId } from '../../src/index.ts';
import type { Fan } from './fans.ts';
import type { Band, Box, Density } from './geometry.ts';
import type { Frame } from './layout.ts';
import type { Link } from './links.ts';
import type { Palette } from './palette.ts';

/** What a mark is drawn with. */
export interface Pen {
  readonly ctx: CanvasRenderingContext2D;
  readonly palette: Palette;
  readonly density: Density;
  readonly playhead: number;
  /** x of the playhead. */
  readonly playheadX: number;
  readonly width: number;
  readonly selected: EventId | undefined;
  /** Events of the lit chain; the rest is drawn as the future is. Undefined: nothing is dimmed. */
  readonly chain: ReadonlySet<EventId> | undefined;
  readonly ground: (lane: number) => string;
  readonly more: DrawMore | undefined;
}

export interface DrawState {
  readonly selected: EventId | undefined;
  /** The chain of the selection: all else is drawn as the future is. */
  readonly chain: ReadonlySet<EventId> | undefined;
  /** The thread: the path to the present moment, or the chain. */
  readonly lit: ReadonlySet<EventId>;
  /** The trace is of an older text: ruler torn. */
  readonly stale: boolean;
  /** A stretch of time that is measured, in pixels, with its length in words. */
  readonly area: { readonly x0: number; readonly x1: number; readonly text: string } | undefined;
  /** What a search found, and the hit it stands on. */
  readonly hits: ReadonlySet<EventId>;
  readonly hit: EventId | undefined;
  /** Notes at their times, in pixels. */
  readonly flags: readonly { readonly x: number; readonly note: string }[];
}

/** What is drawn of a picture only when a person asks for it, or when a run is large: it comes after the first picture. */
export interface DrawMore {
  drawCouldAlso(pen: Pen, box: Box): void;
  drawHit(pen: Pen, box: Box, hits: ReadonlySet<EventId>, hit: EventId | undefined): void;
  drawArea(pen: Pen, frame: Frame, area: NonNullable<DrawState['area']>, above: boolean): void;
  drawFlag(pen: Pen, frame: Frame, flag: DrawState['flags'][number]): void;
  drawFan(pen: Pen, fan: Fan, lit: boolean): void;
  drawRound(pen: Pen, link: Link, text: string, color: string): void;
  drawOpenFold(pen: Pen, h: number, x0: number, x1: number, text: string): void;
  drawGroup(pen: Pen, box: Box): void;
  drawBands(pen: Pen, bands: readonly Band[]): void;
}
