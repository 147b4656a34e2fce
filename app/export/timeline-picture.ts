import type { EventId } from '../../src/index.ts';
import { type Arrangement, arrange } from '../timeline/arrange.ts';
import { presentEvent } from '../timeline/commands.ts';
import { draw } from '../timeline/draw.ts';
import { forgetShapes } from '../timeline/draw-glyphs.ts';
import * as drawMore from '../timeline/draw-more.ts';
import { forgetWidths } from '../timeline/draw-text.ts';
import { chainOf, pathTo } from '../timeline/flow.ts';
import { type Density, rowY } from '../timeline/geometry.ts';
import { contentHeight, DENSITIES, type Frame, layout } from '../timeline/layout.ts';
import type { TimelineModel } from '../timeline/model.ts';
import { scaleOf, zoomOf } from '../timeline/navigate.ts';
import type { Palette } from '../timeline/palette.ts';
import { PART_PATHS } from '../ui/part-paths.ts';
import { escapeXml, SvgContext } from './svg-context.ts';
import { n, SvgPath } from './svg-path.ts';

/** A drawing: the inside of an SVG element, and its size. */
export interface Drawing {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

export interface TimelineView {
  readonly scale: 'chapters' | 'clock';
  readonly zoom: number | undefined;
  readonly arrangement: Arrangement;
  readonly playhead: number;
  readonly selected: EventId | undefined;
  readonly flags: readonly { readonly time: number; readonly note: string }[];
}

export const REGULAR = DENSITIES[1] as Density;
/** Width of the names of the lanes. */
export const HEADERS = 190;
const RAIL = 20;
/** Wider, and no viewer shows it as a whole; narrower, and nothing can be read. */
export const WIDEST = 9000;
export const NARROWEST = 1000;

/**
 * The whole run as the timeline draws it, written down by its own layout and drawing code, with the names of the lanes at the
 * left. As wide as it is on screen, within reason.
 */
export function timelinePicture(
  model: TimelineModel,
  view: TimelineView,
  palette: Palette,
  measure: (font: string, text: string) => number,
): Drawing {
  const scale = scaleOf(model, view);
  const wanted = zoomOf(model, { ...view, scrollX: 0, width: NARROWEST });
  const widest = scale.zoomFor(WIDEST);
  const zoom = Math.max(Math.min(wanted, widest), Math.min(widest, scale.zoomFor(NARROWEST)));
  const width = Math.ceil(scale.width(zoom));
  const arranged = arrange(model, view.arrangement);
  // A height that no screen has: nothing that the screen remembers by its height is taken for this one.
  const height = Math.ceil(contentHeight(arranged, REGULAR)) + 0.25;
  const lit = litOf(model, view);
  const placed = scale.at(zoom);
  const frame = layout(
    model,
    {
      width,
      height,
      scale,
      placed,
      scrollX: 0,
      edge: width,
      scrollY: 0,
      arrangement: view.arrangement,
      playhead: view.playhead,
      lit: lit.lit,
    },
    drawMore,
  );
  const svg = writeFrame(frame, palette, measure, 'timeline-clip', {
    selected: view.selected,
    chain: lit.chain,
    lit: lit.lit,
    stale: false,
    area: undefined,
    hits: new Set(),
    hit: undefined,
    flags: view.flags.map(({ time, note }) => ({ x: placed.toX(time), note })),
  });
  return { svg, width: width + HEADERS, height };
}

/** What a frame shows, as SVG, with the names of the lanes at its left. `more` draws over it; `id` is for what it refers to. */
export function writeFrame(
  frame: Frame,
  palette: Palette,
  measure: (font: string, text: string) => number,
  id: string,
  state: Parameters<typeof draw>[3],
  more: (ctx: CanvasRenderingContext2D) => void = () => undefined,
): string {
  const ctx = new SvgContext(measure, id);
  recording(() => {
    draw(ctx as unknown as CanvasRenderingContext2D, frame, palette, state, drawMore);
    more(ctx as unknown as CanvasRenderingContext2D);
  });
  // A viewport of its own, since lines are drawn on beyond the edge, as a canvas lets them.
  return `${headers(frame, palette)}<svg x="${HEADERS}" width="${frame.width}" height="${n(frame.height)}">${ctx.toSvg()}</svg>`;
}

/** While a drawing is written down its paths must be readable, which the browser's own are not. */
function recording(act: () => void): void {
  const own = globalThis.Path2D;
  const start = () => {
    forgetShapes();
    forgetWidths();
  };
  start();
  globalThis.Path2D = SvgPath as unknown as typeof Path2D;
  try {
    act();
  } finally {
    globalThis.Path2D = own;
    start();
  }
}

function litOf(model: TimelineModel, { selected, playhead }: TimelineView) {
  const present = selected ?? presentEvent(model, playhead);
  const withMarks = (events: readonly EventId[]): ReadonlySet<EventId> =>
    new Set(events.flatMap((event) => [event, model.placeOf(event)?.mark.event ?? event]));
  const chain = selected === undefined ? undefined : withMarks(chainOf(model.flow, selected));
  return { chain, lit: chain ?? withMarks(present === undefined ? [] : pathTo(model.flow, present)) };
}

/** Names of the lanes and whose time it is, as beside the picture on screen. */
function headers(frame: Frame, palette: Palette): string {
  const { density, lanes, shore, height } = frame;
  const parts: string[] = [rect(0, 0, HEADERS, height, palette.paper)];
  const background = lanes.filter(({ lane }) => lane.phase === 'background');
  const admission = lanes.filter(({ lane }) => lane.phase === 'admission');
  for (const { lane, y, height: h, ...box } of lanes) {
    if (lane.phase === 'background') parts.push(rect(RAIL, y, HEADERS - RAIL, h, palette.tide));
    parts.push(rect(RAIL, Math.round(y + h) - 1, HEADERS - RAIL, 1, palette.line));
    const middle = (row: number) => rowY({ lane, y, height: h, ...box }, row) + density.bar / 2 + 4;
    parts.push(
      `<path d="${PART_PATHS[lane.id]}" transform="translate(${RAIL + 8} ${n(middle(0) - 11.5)})" fill="none" stroke="${palette.ink2}" stroke-width="1.2" stroke-linecap="round" stroke-linejoin="round"/>`,
      words(lane.label, RAIL + 30, middle(0), 12, 600, palette.ink, palette.font),
    );
    for (const [row, { label }] of lane.rows.entries())
      if (row > 0 && label !== undefined)
        parts.push(words(label, RAIL + 30, middle(row), 11, 400, palette.ink2, palette.font));
  }
  for (const [phase, group] of [
    ['Admission', admission],
    ['Background', background],
  ] as const) {
    const first = group[0];
    const last = group.at(-1);
    if (first === undefined || last === undefined) continue;
    const top = first.y;
    const bottom = last.y + last.height;
    parts.push(rect(0, top, RAIL, bottom - top, phase === 'Admission' ? palette.body.a : palette.body.b));
    if (bottom - top > 70)
      parts.push(
        `<g transform="rotate(-90 ${RAIL / 2} ${n((top + bottom) / 2)})">${words(phase, RAIL / 2, (top + bottom) / 2 + 4, 10.6, 600, palette.ink2, palette.font, 'middle')}</g>`,
      );
  }
  if (shore !== undefined) parts.push(rect(0, shore.y, HEADERS, shore.height, palette.desk));
  parts.push(rect(HEADERS - 1, 0, 1, height, palette.line2));
  return parts.join('');
}

const rect = (x: number, y: number, w: number, h: number, fill: string): string =>
  `<rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" fill="${fill}"/>`;

function words(
  text: string,
  x: number,
  y: number,
  size: number,
  weight: number,
  color: string,
  family: string,
  anchor = 'start',
): string {
  return `<text x="${n(x)}" y="${n(y)}" font-size="${size}" font-weight="${weight}" font-family="${escapeXml(family)}" fill="${color}" text-anchor="${anchor}">${escapeXml(text)}</text>`;
}
