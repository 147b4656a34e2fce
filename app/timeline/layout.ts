import type { EventId } from '../../src/index.ts';
import type { Lane, Mark, Row } from './lanes.ts';
import { type Link, linkPaths } from './links.ts';
import type { TimelineModel } from './model.ts';
import type { PlacedScale, TimeScale } from './scale.ts';
import { playheadText, readTicks, type Tick } from './ticks.ts';
import { durationText } from './words.ts';

export interface Density {
  readonly name: 'compact' | 'regular' | 'roomy';
  readonly bar: number;
  readonly gap: number;
  readonly pad: number;
  readonly ruler: number;
  readonly shore: number;
  readonly font: number;
}

export const DENSITIES: readonly Density[] = [
  { name: 'roomy', bar: 21, gap: 3, pad: 4, ruler: 24, shore: 7, font: 11.4 },
  { name: 'regular', bar: 18, gap: 2, pad: 4, ruler: 23, shore: 7, font: 11 },
  { name: 'compact', bar: 15, gap: 1, pad: 2.5, ruler: 21, shore: 5, font: 10.8 },
];

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
  /** Where `parts` begin and end. */
  readonly joints?: readonly { readonly name: string; readonly x0: number; readonly x1: number }[];
}

/** Many marks too close to tell apart. */
export interface Band {
  readonly lane: number;
  readonly x0: number;
  readonly x1: number;
  readonly y: number;
  readonly h: number;
  readonly count: number;
  /** Marks in each column of 3 pixels. */
  readonly columns: readonly number[];
  /** Marks in it that are a verdict other than allowed. */
  readonly kept: readonly { readonly x: number; readonly mark: Mark }[];
}

export interface LaneBox {
  readonly lane: Lane;
  readonly y: number;
  readonly height: number;
  readonly collapsed: boolean;
  /** Top of each row's bars. */
  readonly rows: readonly number[];
}

/** All that one picture shows; canvas coordinates, CSS pixels. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly density: Density;
  readonly scrollY: number;
  readonly contentHeight: number;
  readonly lanes: readonly LaneBox[];
  /** Top and height of the shore; undefined if one of the phases has no lanes. */
  readonly shore: { readonly y: number; readonly height: number } | undefined;
  readonly boxes: readonly Box[];
  readonly bands: readonly Band[];
  readonly links: readonly Link[];
  readonly ticks: readonly Tick[];
  readonly folds: readonly { readonly x0: number; readonly x1: number; readonly text: string }[];
  readonly playhead: { readonly x: number; readonly time: number; readonly text: string };
}

export interface View {
  readonly width: number;
  readonly height: number;
  readonly scale: TimeScale;
  readonly placed: PlacedScale;
  readonly scrollX: number;
  readonly scrollY: number;
  readonly collapsed: readonly string[];
  readonly playhead: number;
  /** Events of the lit chain: their arrows are laid out even where idle ones are not. */
  readonly lit: ReadonlySet<EventId>;
}

const padOf = (lane: Lane, density: Density): number => {
  if (density.name === 'compact') return density.pad;
  if (lane.id === 'update-requests' || lane.id === 'downstream') return 5;
  return lane.id === 'reports' ? 3 : density.pad;
};

function laneHeight(lane: Lane, density: Density, collapsed: boolean): number {
  const pad = padOf(lane, density);
  const rows = collapsed ? 1 : Math.max(1, lane.rows.length);
  return 2 * pad + rows * density.bar + (rows - 1) * density.gap;
}

/** Height of ruler, lanes and shore. */
export function contentHeight(
  lanes: readonly Lane[],
  density: Density,
  collapsed: readonly string[],
): number {
  const sum = lanes.reduce((all, lane) => all + laneHeight(lane, density, collapsed.includes(lane.id)), 0);
  const both =
    lanes.some(({ phase }) => phase === 'admission') && lanes.some(({ phase }) => phase === 'background');
  return density.ruler + sum + (both ? density.shore : 0);
}

/** The roomiest density that shows all lanes in a height, else the compact one. */
export function densityFor(lanes: readonly Lane[], height: number, collapsed: readonly string[]): Density {
  const fits = DENSITIES.find((density) => contentHeight(lanes, density, collapsed) <= height);
  return fits ?? (DENSITIES[2] as Density);
}

export function layoutLanes(
  lanes: readonly Lane[],
  density: Density,
  collapsed: readonly string[],
  scrollY: number,
): { readonly boxes: readonly LaneBox[]; readonly shore: Frame['shore'] } {
  const boxes: LaneBox[] = [];
  let y = density.ruler - scrollY;
  let shore: Frame['shore'];
  for (const [i, lane] of lanes.entries()) {
    if (lane.phase === 'background' && lanes[i - 1]?.phase === 'admission') {
      shore = { y, height: density.shore };
      y += density.shore;
    }
    const isCollapsed = collapsed.includes(lane.id);
    const height = laneHeight(lane, density, isCollapsed);
    const top = y + padOf(lane, density);
    const rows = lane.rows.map((_, row) => (isCollapsed ? top : top + row * (density.bar + density.gap)));
    boxes.push({ lane, y, height, collapsed: isCollapsed, rows });
    y += height;
  }
  return { boxes, shore };
}

/** First mark of a row that ends at or behind a time. Marks of a row do not overlap, so ends rise too. */
export function firstEndingAfter(row: Row, time: number): number {
  let low = 0;
  let high = row.marks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((row.marks[middle]?.end ?? 0) >= time) high = middle;
    else low = middle + 1;
  }
  return low;
}

function firstStartingAfter(row: Row, time: number, from: number): number {
  let low = from;
  let high = row.marks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((row.marks[middle]?.start ?? 0) > time) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Ring of what was never stored stands off the post that it belongs to. */
export const RING_OFFSET = 26;

export function placeMark(
  mark: Mark,
  { placed, scrollX, scale }: View,
): { readonly x: number; readonly w: number } {
  if (mark.shape === 'point') {
    const opens = scale.chapters.some(({ step, start }) => step === mark.step && start === mark.start);
    const x = (opens ? placed.toX(mark.start) : placed.toXEnd(mark.start)) - scrollX;
    return { x: x + (mark.glyph === 'never-stored' ? RING_OFFSET : 0), w: 0 };
  }
  const x = placed.toX(mark.start) - scrollX;
  return { x, w: Math.max(3, placed.toXEnd(mark.end) - scrollX - x) };
}

const OVERHANG = 170;
const BAND_GAP = 3;

/** Lays out what can be seen, and only that. */
export function layout(model: TimelineModel, view: View): Frame {
  const density = densityFor(model.lanes, view.height, view.collapsed);
  const height = contentHeight(model.lanes, density, view.collapsed);
  const scrollY = Math.min(view.scrollY, Math.max(0, height - view.height));
  const { boxes: lanes, shore } = layoutLanes(model.lanes, density, view.collapsed, scrollY);
  const left = view.placed.toTime(view.scrollX - OVERHANG);
  const right = view.placed.toTime(view.scrollX + view.width + 4);
  const boxes: Box[] = [];
  const bands: Band[] = [];
  for (const [laneIndex, box] of lanes.entries()) {
    if (box.y > view.height || box.y + box.height < 0) continue;
    for (const [rowIndex, row] of box.lane.rows.entries()) {
      const y = box.rows[rowIndex] ?? box.y;
      if (y > view.height || y + density.bar < 0) continue;
      layoutRow(row, { lane: laneIndex, row: rowIndex, y, h: density.bar }, view, left, right, boxes, bands);
    }
  }
  const ticks = readTicks(view.scale, view.placed, view.scrollX, view.scrollX + view.width).map((tick) => ({
    ...tick,
    x: tick.x - view.scrollX,
  }));
  return {
    width: view.width,
    height: view.height,
    density,
    scrollY,
    contentHeight: height,
    lanes,
    shore,
    boxes,
    bands,
    links: linkPaths(model, view, lanes, density, boxes),
    ticks,
    folds: layoutFolds(view),
    playhead: {
      x: view.placed.toX(view.playhead) - view.scrollX,
      time: view.playhead,
      text: playheadText(view.scale, view.playhead),
    },
  };
}

function layoutRow(
  row: Row,
  at: { readonly lane: number; readonly row: number; readonly y: number; readonly h: number },
  view: View,
  left: number,
  right: number,
  boxes: Box[],
  bands: Band[],
): void {
  let i = Math.max(0, firstEndingAfter(row, left));
  while (i < row.marks.length) {
    const mark = row.marks[i];
    if (mark === undefined || mark.start > right) return;
    const { x, w } = placeMark(mark, view);
    const next = row.marks[i + 1];
    const nextX = next === undefined ? Number.POSITIVE_INFINITY : placeMark(next, view).x;
    if (nextX - x < BAND_GAP && w <= BAND_GAP) {
      const last = layoutBand(row, i, x, at, view, bands);
      if (last > i + 1) {
        i = last;
        continue;
      }
    }
    const joints = mark.parts
      ?.filter((part) => part.end > part.start)
      .map((part) => ({
        name: part.name,
        x0: view.placed.toX(part.start) - view.scrollX,
        x1: view.placed.toXEnd(part.end) - view.scrollX,
      }));
    boxes.push({
      mark,
      ...at,
      x,
      w,
      room: Math.max(0, nextX - x - w - (next?.shape === 'point' ? 12 : 4)),
      ...(joints === undefined ? {} : { joints }),
    });
    i++;
  }
}

/** Counts marks column by column with a binary search each, so a band costs its width and not its marks. */
function layoutBand(
  row: Row,
  from: number,
  x: number,
  at: { readonly lane: number; readonly y: number; readonly h: number },
  view: View,
  bands: Band[],
): number {
  const columns: number[] = [];
  const kept: { readonly x: number; readonly mark: Mark }[] = [];
  let i = from;
  let column = x;
  while (i < row.marks.length && column < view.width + BAND_GAP) {
    const until = firstStartingAfter(row, view.placed.toTime(column + BAND_GAP + view.scrollX), i);
    if (until === i) break;
    columns.push(until - i);
    for (let k = i; k < Math.min(until, i + 40); k++) {
      const mark = row.marks[k];
      if (mark !== undefined && (mark.tone === 'deny' || mark.tone === 'error' || mark.tone === 'warn')) {
        kept.push({ x: column, mark });
        break;
      }
    }
    i = until;
    column += BAND_GAP;
  }
  if (i <= from + 1) return i;
  bands.push({ lane: at.lane, x0: x, x1: column, y: at.y, h: at.h, count: i - from, columns, kept });
  return i;
}

function layoutFolds({ scale, placed, scrollX, width }: View): Frame['folds'] {
  const folds: { x0: number; x1: number; text: string }[] = [];
  if (scale.kind !== 'chapters') return folds;
  for (const { start, end } of scale.folds) {
    const idle = end - start;
    const x0 = placed.toX(start + idle * 0.4) - scrollX;
    const x1 = placed.toX(start + idle * 0.9) - scrollX;
    if (x1 > -10 && x0 < width + 10) folds.push({ x0, x1, text: durationText(idle) });
  }
  return folds;
}
