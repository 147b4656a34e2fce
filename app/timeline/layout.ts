import { durationText } from '../../src/index.ts';
import type { Band, Box, Density, LaneBox, View } from './geometry.ts';
import { placeMark } from './geometry.ts';
import { type Link, linkPaths } from './links.ts';
import type { Lane, Mark, Row } from './marks.ts';
import type { TimelineModel } from './model.ts';
import { playheadText, readTicks, type Tick } from './ticks.ts';

export const DENSITIES: readonly Density[] = [
  { name: 'roomy', bar: 21, gap: 3, pad: 4, ruler: 24, shore: 7, font: 11.4 },
  { name: 'regular', bar: 18, gap: 2, pad: 4, ruler: 23, shore: 7, font: 11 },
  { name: 'compact', bar: 15, gap: 1, pad: 2.5, ruler: 21, shore: 5, font: 10.8 },
];

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

/** Starts of a row's marks, and which of them are a verdict other than allowed: built when a band first needs them. */
interface RowIndex {
  readonly starts: Float64Array;
  readonly kept: Int32Array;
}

const rowIndexes = new WeakMap<Row, RowIndex>();

function indexOf(row: Row): RowIndex {
  let index = rowIndexes.get(row);
  if (index === undefined) {
    const kept = row.marks.flatMap(({ tone }, i) =>
      tone === 'deny' || tone === 'error' || tone === 'warn' ? [i] : [],
    );
    index = { starts: Float64Array.from(row.marks, ({ start }) => start), kept: Int32Array.from(kept) };
    rowIndexes.set(row, index);
  }
  return index;
}

/** First index from `from` whose value is greater than a limit. */
function firstAbove(values: Float64Array | Int32Array, limit: number, from: number): number {
  let low = from;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) > limit) high = middle;
    else low = middle + 1;
  }
  return low;
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
  place: { readonly lane: number; readonly y: number; readonly h: number },
  view: View,
  bands: Band[],
): number {
  const columns: number[] = [];
  const kept: { readonly x: number; readonly mark: Mark }[] = [];
  const index = indexOf(row);
  let i = from;
  let column = x;
  while (i < row.marks.length && column < view.width + BAND_GAP) {
    let until = firstAbove(index.starts, view.placed.toTime(column + BAND_GAP + view.scrollX), i);
    // Marks do not overlap, so only the last one of a column can be wide: it stays a mark of its own.
    const last = row.marks[until - 1];
    const isWide = until > i && last !== undefined && placeMark(last, view).w > 2 * BAND_GAP;
    if (isWide) until--;
    if (until === i) break;
    columns.push(until - i);
    const at = index.kept[firstAbove(index.kept, i - 1, 0)] ?? until;
    const verdict = at < until ? row.marks[at] : undefined;
    if (verdict !== undefined) kept.push({ x: column, mark: verdict });
    i = until;
    column += BAND_GAP;
    if (isWide) break;
  }
  if (i <= from + 1) return i;
  bands.push({ lane: place.lane, x0: x, x1: column, y: place.y, h: place.h, count: i - from, columns, kept });
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
