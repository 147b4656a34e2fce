import { durationText } from '../../src/index.ts';
import { type Arranged, arrange, type ShownLane } from './arrange.ts';
import { gapOf, layoutBand } from './bands.ts';
import type { Fan, FanLayout } from './fans.ts';
import {
  type Band,
  type Box,
  type Density,
  type LaneBox,
  placeWidth,
  placeX,
  rowY,
  type View,
} from './geometry.ts';
import { type Link, linkPaths } from './links.ts';
import type { readLoops } from './loops.ts';
import type { Row, RowGroup } from './marks.ts';
import type { TimelineModel } from './model.ts';
import { firstAbove, firstEndingAfter } from './row-index.ts';
import { playheadText, readTicks, type Tick } from './ticks.ts';

export const DENSITIES: readonly Density[] = [
  { name: 'roomy', bar: 21, gap: 3, pad: 4, ruler: 24, shore: 7, font: 11.4 },
  { name: 'regular', bar: 18, gap: 2, pad: 4, ruler: 23, shore: 7, font: 11 },
  { name: 'compact', bar: 15, gap: 1, pad: 2.5, ruler: 21, shore: 5, font: 10.8 },
];

/** Idle time folded into a mark, or opened: then it has a handle in the ruler. */
export interface FoldBox {
  readonly x0: number;
  readonly x1: number;
  readonly text: string;
  readonly start: number;
  readonly open: boolean;
}

/** All that one picture shows; canvas coordinates, CSS pixels. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly density: Density;
  readonly scrollY: number;
  readonly contentHeight: number;
  readonly lanes: readonly LaneBox[];
  /** Bottom of the lanes that are pinned; the others scroll below it. */
  readonly pinnedBottom: number;
  /** Top and height of the shore; undefined if one of the phases has no lanes. */
  readonly shore: { readonly y: number; readonly height: number } | undefined;
  readonly boxes: readonly Box[];
  readonly bands: readonly Band[];
  readonly links: readonly Link[];
  readonly fans: readonly Fan[];
  readonly ticks: readonly Tick[];
  readonly folds: readonly FoldBox[];
  readonly playhead: { readonly x: number; readonly time: number; readonly text: string };
}

/** What only some runs have, many of a kind and loops: it comes after the first picture. */
export interface LayoutMore {
  readonly layoutFans: FanLayout;
  readonly readLoops: typeof readLoops;
}

const padOf = (lane: ShownLane, density: Density): number => {
  if (density.name === 'compact') return density.pad;
  if (lane.id === 'update-requests' || lane.id === 'downstream') return 5;
  return lane.id === 'reports' ? 3 : density.pad;
};

function laneHeight(lane: ShownLane, density: Density): number {
  const rows = Math.max(1, lane.rows.length);
  return 2 * padOf(lane, density) + rows * density.bar + (rows - 1) * density.gap;
}

const hasShore = (lanes: readonly ShownLane[]): boolean =>
  lanes.some((lane) => !lane.pinned && lane.phase === 'admission') &&
  lanes.some((lane) => !lane.pinned && lane.phase === 'background');

/** Height of ruler, lanes and shore. */
export function contentHeight({ lanes }: Arranged, density: Density): number {
  const sum = lanes.reduce((all, lane) => all + laneHeight(lane, density), 0);
  return density.ruler + sum + (hasShore(lanes) ? density.shore : 0);
}

/** The roomiest density that shows all lanes in a height, else the compact one. */
export function densityFor(arranged: Arranged, height: number): Density {
  const fits = DENSITIES.find((density) => contentHeight(arranged, density) <= height);
  return fits ?? (DENSITIES[2] as Density);
}

/** Places lanes from top to bottom; those that are pinned do not scroll. */
export function layoutLanes(
  { lanes }: Arranged,
  density: Density,
  scrollY: number,
): Pick<Frame, 'pinnedBottom' | 'shore'> & { readonly boxes: readonly LaneBox[] } {
  const boxes: LaneBox[] = [];
  let y = density.ruler;
  let pinnedBottom = y;
  let shore: Frame['shore'];
  let scrolled = false;
  for (const [i, lane] of lanes.entries()) {
    if (!lane.pinned && !scrolled) {
      pinnedBottom = y;
      y -= scrollY;
      scrolled = true;
    }
    const before = lanes[i - 1];
    if (!lane.pinned && lane.phase === 'background' && before?.phase === 'admission' && !before.pinned) {
      shore = { y, height: density.shore };
      y += density.shore;
    }
    const height = laneHeight(lane, density);
    boxes.push({ lane, y, height, top: y + padOf(lane, density), pitch: density.bar + density.gap });
    y += height;
  }
  if (!scrolled) pinnedBottom = y;
  return { boxes, shore, pinnedBottom };
}

const OVERHANG = 170;
const BAND_GAP = 3;

/** How far the lanes can be scrolled at most. */
export const clampY = (arranged: Arranged, height: number, y: number): number =>
  Math.max(0, Math.min(y, contentHeight(arranged, densityFor(arranged, height)) - height));

/** What of a frame stays while the playhead moves over a picture that stands still. */
interface Still {
  readonly view: View;
  readonly arranged: Arranged;
  readonly more: LayoutMore | undefined;
  readonly frame: Omit<Frame, 'links' | 'playhead'>;
  /** Points that are drawn, and so pointed at, only once they have come to be; by time. */
  readonly late: readonly number[];
}

const stills = new WeakMap<TimelineModel, Still>();
const arrows = new WeakMap<
  Still,
  { readonly lit: View['lit']; readonly come: number; readonly links: readonly Link[] }
>();

const isSame = (a: View, b: View): boolean =>
  a.placed === b.placed &&
  a.scale === b.scale &&
  a.scrollX === b.scrollX &&
  a.scrollY === b.scrollY &&
  a.width === b.width &&
  a.height === b.height &&
  a.edge === b.edge;

/**
 * Lays out what can be seen, and only that: lanes and rows beyond the picture are not looked at. While only the playhead
 * moves, marks and bands are the same objects as in the frame before.
 */
export function layout(model: TimelineModel, view: View, more?: LayoutMore): Frame {
  const arranged = arrange(model, view.arrangement);
  let still = stills.get(model);
  if (
    still === undefined ||
    still.arranged !== arranged ||
    still.more !== more ||
    !isSame(still.view, view)
  ) {
    still = layoutStill(arranged, view, more);
    stills.set(model, still);
  }
  const { frame, late } = still;
  let come = 0;
  for (const time of late) if (time <= view.playhead) come++;
  let drawn = arrows.get(still);
  if (drawn?.lit !== view.lit || drawn.come !== come) {
    const { lanes, density, boxes } = frame;
    const loops = more?.readLoops(model.trace);
    drawn = { lit: view.lit, come, links: linkPaths(model, arranged, view, lanes, density, boxes, loops) };
    arrows.set(still, drawn);
  }
  return {
    ...frame,
    links: drawn.links,
    playhead: {
      x: view.placed.toX(view.playhead) - view.scrollX,
      time: view.playhead,
      text: playheadText(view.scale, view.playhead),
    },
  };
}

function layoutStill(arranged: Arranged, view: View, more: LayoutMore | undefined): Still {
  const density = densityFor(arranged, view.height);
  const height = contentHeight(arranged, density);
  const scrollY = Math.min(view.scrollY, Math.max(0, height - view.height));
  const { boxes: lanes, shore, pinnedBottom } = layoutLanes(arranged, density, scrollY);
  const left = view.placed.toTime(view.scrollX - OVERHANG);
  const right = view.placed.toTime(view.scrollX + view.width + 4);
  const folds = layoutFolds(view);
  const boxes: Box[] = [];
  const bands: Band[] = [];
  for (const [laneIndex, box] of lanes.entries()) {
    const top = box.lane.pinned ? 0 : pinnedBottom;
    if (box.y > view.height || box.y + box.height < top) continue;
    const first = Math.max(0, Math.floor((top - box.top) / box.pitch));
    const last = Math.min(box.lane.rows.length - 1, Math.ceil((view.height - box.top) / box.pitch));
    for (let row = first; row <= last; row++) {
      const marks = box.lane.rows[row];
      if (marks === undefined) continue;
      const at = { lane: laneIndex, row, y: rowY(box, row), h: density.bar };
      layoutRow(
        marks,
        { ...at, quiet: box.lane.collapsed && box.lane.whole.rows.length > 1 },
        view,
        [left, right],
        folds,
        boxes,
        bands,
        box.lane,
      );
    }
  }
  const ticks = readTicks(view.scale, view.placed, view.scrollX, view.scrollX + view.width).map((tick) => ({
    ...tick,
    x: tick.x - view.scrollX,
  }));
  const late = boxes.flatMap(({ mark }) => (mark.glyph === 'never-stored' ? [mark.start] : []));
  return {
    view,
    arranged,
    more,
    late,
    frame: {
      width: view.width,
      height: view.height,
      density,
      scrollY,
      contentHeight: height,
      lanes,
      pinnedBottom,
      shore,
      boxes,
      bands,
      fans: more?.layoutFans(arranged, view, lanes, density, boxes) ?? [],
      ticks,
      folds,
    },
  };
}

interface RowPlace {
  readonly lane: number;
  readonly row: number;
  readonly y: number;
  readonly h: number;
  readonly quiet: boolean;
}

function layoutRow(
  row: Row,
  { quiet, ...at }: RowPlace,
  view: View,
  [left, right]: readonly [number, number],
  folds: readonly FoldBox[],
  boxes: Box[],
  bands: Band[],
  lane: ShownLane,
): void {
  let i = Math.max(0, firstEndingAfter(row, left));
  let known: number | undefined;
  let foldAt = 0;
  while (i < row.marks.length) {
    const mark = row.marks[i];
    if (mark === undefined || mark.start > right) return;
    const x = known ?? placeX(mark, view);
    const w = placeWidth(mark, x, view);
    const next = row.marks[i + 1];
    const nextX = next === undefined ? Number.POSITIVE_INFINITY : placeX(next, view);
    if (w <= BAND_GAP && nextX - x < gapOf(mark)) {
      const band = layoutBand(row, i, x, at, view, lane);
      if (band !== undefined) {
        bands.push(band.band);
        i = band.next;
        known = undefined;
        continue;
      }
    }
    known = nextX;
    const joints = mark.parts
      ?.filter((part) => part.end > part.start)
      .map((part) => ({
        name: part.name,
        x0: view.placed.toX(part.start) - view.scrollX,
        x1: view.placed.toXEnd(part.end) - view.scrollX,
      }));
    // Words stop at a fold: what stands behind it is another time.
    // Marks of a row end one after the other, nearly: the search goes on where the mark before left it.
    while (foldAt > 0 && (folds[foldAt - 1]?.x0 ?? 0) >= x + w - 1) foldAt--;
    while (foldAt < folds.length && (folds[foldAt]?.open === true || (folds[foldAt]?.x0 ?? 0) < x + w - 1))
      foldAt++;
    const fold = folds[foldAt];
    const free = Math.min(
      nextX - (next?.shape === 'point' ? 12 : 4),
      (fold?.x0 ?? Number.POSITIVE_INFINITY) - 4,
    );
    boxes.push({
      mark,
      ...at,
      x,
      w,
      room: Math.max(0, free - x - w),
      ...(quiet ? { quiet: true as const } : {}),
      ...(mark.group === undefined ? {} : { steps: layoutSteps(mark.group, view) }),
      ...(joints === undefined || quiet ? {} : { joints }),
    });
    i++;
  }
}

/** Where the fill of a group climbs: a step for every member, as many as there are columns of 3 pixels. */
function layoutSteps(
  { made, members }: RowGroup,
  { placed, scrollX, width }: View,
): NonNullable<Box['steps']> {
  const steps: { x: number; share: number }[] = [];
  let i = 0;
  while (i < made.length) {
    const x = placed.toX(made[i] ?? 0) - scrollX;
    if (x > width) break;
    const next = Math.max(i + 1, firstAbove(made, placed.toTime(Math.max(x, -3) + 3 + scrollX), i));
    steps.push({ x, share: next / members.length });
    i = next;
  }
  return steps;
}

/** Folds in the picture; those too narrow to be told apart are left out. */
function layoutFolds({ scale, placed, scrollX, width }: View): readonly FoldBox[] {
  const boxes: FoldBox[] = [];
  if (scale.kind !== 'chapters') return boxes;
  const { folds } = scale;
  // Far out all that are closed are too narrow, and there are thousands.
  const narrow = placed.foldWidth !== undefined && placed.foldWidth < 2.99;
  const from = placed.toTime(scrollX - 10);
  const right = placed.toTime(scrollX + width + 12);
  let low = 0;
  let high = folds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((folds[middle]?.end ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  for (let i = low; i < folds.length; i++) {
    const { start, end, open } = folds[i] ?? { start: 0, end: 0, open: false };
    if (start > right) break;
    if (narrow && !open) continue;
    const idle = end - start;
    const x0 = placed.toX(start + idle * (open ? 0.02 : 0.4)) - scrollX;
    const x1 = placed.toX(start + idle * (open ? 0.98 : 0.9)) - scrollX;
    if (x0 > width + 10) break;
    if (x1 - x0 >= 3) boxes.push({ x0, x1, text: durationText(idle), start, open });
  }
  return boxes;
}
