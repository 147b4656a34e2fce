import type { EventId } from '../../src/index.ts';
import type { Arrangement, ShownLane } from './arrange.ts';
import type { Mark } from './marks.ts';
import { chapterAt, type PlacedScale, type TimeScale } from './scale.ts';

export interface Density {
  readonly name: 'compact' | 'regular' | 'roomy';
  readonly bar: number;
  readonly gap: number;
  readonly pad: number;
  readonly ruler: number;
  readonly shore: number;
  readonly font: number;
}

export interface Box {
  readonly mark: Mark;
  readonly lane: number;
  readonly row: number;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  /** Pixels free behind the mark, up to the next one. */
  readonly room: number;
  /** Where a group's fill climbs, and to what share of the bar. */
  readonly steps?: readonly { readonly x: number; readonly share: number }[];
  /** Only its body: it stands over others in a lane that is folded up. */
  readonly quiet?: true;
  /** Where `parts` begin and end. */
  readonly joints?: readonly { readonly name: string; readonly x0: number; readonly x1: number }[];
}

/** Many marks too close to tell apart. */
export interface Band {
  readonly lane: number;
  readonly row: number;
  readonly x0: number;
  readonly x1: number;
  readonly y: number;
  readonly h: number;
  readonly count: number;
  /** Marks in each column of 3 pixels. */
  readonly columns: readonly number[];
  /** What stands in it, in words: `72 requests: 24 LIST, 48 POST`. */
  readonly text: string;
  /** Marks by tone, in the order of `COUNTED`. */
  readonly tones: readonly number[];
  /** Marks in it that are a verdict other than allowed, with how many of them met at the place. */
  readonly kept: readonly { readonly x: number; readonly mark: Mark; readonly count: number }[];
  /** The stretch of time that it covers. */
  readonly start: number;
  readonly end: number;
}

export interface LaneBox {
  readonly lane: ShownLane;
  readonly y: number;
  readonly height: number;
  /** Top of the first row's bars. */
  readonly top: number;
  /** From the top of one row to the next. */
  readonly pitch: number;
}

export const rowY = ({ top, pitch }: LaneBox, row: number): number => top + row * pitch;

export interface View {
  readonly width: number;
  readonly height: number;
  readonly scale: TimeScale;
  readonly placed: PlacedScale;
  readonly scrollX: number;
  /** Right edge of the whole scale in the picture: what lasts to the end lasts to here. */
  readonly edge: number;
  readonly scrollY: number;
  readonly arrangement: Arrangement;
  readonly playhead: number;
  /** Events of the lit chain: their arrows are laid out even where idle ones are not. */
  readonly lit: ReadonlySet<EventId>;
}

/** Ring of what was never stored stands off the post that it belongs to. */
export const RING_OFFSET = 26;

export function placeMark(mark: Mark, view: View): { readonly x: number; readonly w: number } {
  const x = placeX(mark, view);
  return { x, w: placeWidth(mark, x, view) };
}

/** Where a mark begins; apart from its width, since a row asks for the next mark's beginning at every mark. */
export function placeX(mark: Mark, { placed, scrollX, scale }: View): number {
  let x = placed.toX(mark.start);
  if (mark.shape !== 'point') return x - scrollX;
  const before = placed.toXEnd(mark.start);
  // Where chapters touch, a point of the later one stands behind the gap.
  if (before !== x && chapterAt(scale.chapters, mark.start)?.step !== mark.step) x = before;
  return x - scrollX + (mark.glyph === 'never-stored' ? RING_OFFSET : 0);
}

/** Width of a mark that begins at `x`. */
export function placeWidth(mark: Mark, x: number, { placed, scrollX, scale, edge }: View): number {
  if (mark.shape === 'point') return 0;
  const isOpen = mark.fromStart === true && mark.upright === undefined;
  const end =
    isOpen && mark.end >= (scale.chapters.at(-1)?.end ?? 0) ? edge : placed.toXEnd(mark.end) - scrollX;
  return Math.max(3, end - x);
}
