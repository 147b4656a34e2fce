import type { EventPair, Trace } from '../../src/index.ts';
import { milliseconds } from '../../src/index.ts';
import type { TimelineModel } from '../timeline/model.ts';
import type { Chapter, PlacedScale, TimeScale } from '../timeline/scale.ts';

/** Two scales that are one: what happens in both runs stands at the same x, and each keeps its own times. */
export interface SharedScale {
  readonly above: TimeScale;
  readonly below: TimeScale;
}

/** Times of both runs that share an x. `end`: of two places that a time may have, the one before the gap. */
interface Anchor {
  readonly above: number;
  readonly below: number;
  readonly end: boolean;
  /** A chapter ends here: the run that is done sooner waits for the other. */
  readonly closes: boolean;
}

/** After the end of a chapter the run that was done sooner waits; in its own pixels that takes next to nothing. */
const WAIT = 0.02;

/**
 * Matched: both runs as their own chapters scales draw them, drawn apart where the other one needs more room, so that all
 * pairs share an x. `startsOnly` has the pairs whose ends are not the same thing (another outcome), by the event above;
 * `without` those that share nothing.
 */
export function matchedScale(
  above: TimelineModel,
  below: TimelineModel,
  pairs: readonly EventPair[],
  apart: { readonly startsOnly: ReadonlySet<number>; readonly without: ReadonlySet<number> },
): SharedScale {
  const anchors = readAnchors(above, below, pairs, apart);
  let made: { readonly zoom: number; readonly placed: Placed } | undefined;
  const at = (zoom: number): Placed => {
    if (made?.zoom !== zoom) made = { zoom, placed: place(above.chapters, below.chapters, anchors, zoom) };
    return made.placed;
  };
  const scale = (of: TimeScale, side: 'above' | 'below'): TimeScale => {
    const own: TimeScale = {
      kind: 'chapters',
      chapters: of.chapters,
      folds: of.folds,
      cuts: of.cuts,
      width: (zoom) => at(zoom).width,
      zoomFor: (width) => zoomFor((zoom) => at(zoom).width, width),
      at: (zoom) => at(zoom)[side],
      opened: () => own,
    };
    return own;
  };
  return { above: scale(above.chapters, 'above'), below: scale(below.chapters, 'below') };
}

/** Both runs in true proportions from their first event on, a millisecond as wide in one as in the other. */
export function sharedClock(above: TimelineModel, below: TimelineModel): SharedScale {
  const longest = Math.max(0.001, above.end - above.start, below.end - below.start);
  const lead = 10;
  const trail = 60;
  const scale = (model: TimelineModel): TimeScale => {
    const own: TimeScale = {
      kind: 'clock',
      chapters: model.clock.chapters,
      folds: [],
      cuts: model.clock.cuts,
      width: (zoom) => 1000 * zoom + lead + trail,
      zoomFor: (width) => Math.max(1e-9, (width - lead - trail) / 1000),
      at: (zoom) => {
        const pixels = (1000 * zoom) / longest;
        const toX = (time: number): number => lead + Math.max(0, time - model.start) * pixels;
        const toTime = (x: number) => milliseconds(model.start + Math.max(0, x - lead) / pixels);
        return { toX, toXEnd: toX, toTime };
      },
      opened: () => own,
    };
    return own;
  };
  return { above: scale(above), below: scale(below) };
}

interface Placed {
  readonly above: PlacedScale;
  readonly below: PlacedScale;
  readonly width: number;
}

/** A piecewise linear map from a run's own pixels to those that both share. */
interface Knots {
  readonly from: number[];
  readonly to: number[];
}

function place(above: TimeScale, below: TimeScale, anchors: readonly Anchor[], zoom: number): Placed {
  const sides = [
    { scale: above, placed: above.at(zoom), knots: { from: [], to: [] } as Knots, key: 'above' },
    { scale: below, placed: below.at(zoom), knots: { from: [], to: [] } as Knots, key: 'below' },
  ] as const;
  const own = (side: (typeof sides)[number], anchor: Anchor): number =>
    anchor.end ? side.placed.toXEnd(anchor[side.key]) : side.placed.toX(anchor[side.key]);
  let shared = 0;
  const last = [0, 0];
  let lastTimes = { above: Number.NEGATIVE_INFINITY, below: Number.NEGATIVE_INFINITY };
  for (const side of sides) put(side.knots, 0, 0);
  for (const anchor of anchors) {
    const widths = sides.map((side, i) => Math.max(0, own(side, anchor) - (last[i] ?? 0)));
    const width = Math.max(...widths);
    for (const [i, side] of sides.entries()) {
      const x = own(side, anchor);
      const from = last[i] ?? 0;
      const lack = width - (widths[i] ?? 0);
      if (lack > 0.01 && !anchor.closes) {
        const cut = lastCut(side.scale.cuts, lastTimes[side.key], anchor[side.key]);
        const at = cut === undefined ? from : side.placed.toX(cut);
        if (at > from && at < x) put(side.knots, at, shared + at - from);
      }
      if (anchor.closes) put(side.knots, x, shared + (widths[i] ?? 0));
      const to = anchor.closes ? x + WAIT : x;
      put(side.knots, to, shared + width);
      last[i] = Math.max(from, to);
    }
    shared += width;
    lastTimes = anchor;
  }
  const rest = sides.map(({ scale }, i) => scale.width(zoom) - (last[i] ?? 0));
  const scales = sides.map(({ placed, knots }) => through(placed, knots));
  return {
    above: scales[0] ?? above.at(zoom),
    below: scales[1] ?? below.at(zoom),
    width: shared + Math.max(0, ...rest),
  };
}

function put(knots: Knots, from: number, to: number): void {
  const before = knots.from.length - 1;
  if (before >= 0 && from <= (knots.from[before] ?? 0)) {
    knots.to[before] = Math.max(knots.to[before] ?? 0, to);
    return;
  }
  knots.from.push(from);
  knots.to.push(to);
}

/** A run's own scale, seen through a map of its pixels. */
function through(placed: PlacedScale, { from, to }: Knots): PlacedScale {
  const forth = (x: number): number => along(from, to, x);
  return {
    toX: (time) => forth(placed.toX(time)),
    toXEnd: (time) => forth(placed.toXEnd(time)),
    toTime: (x) => placed.toTime(along(to, from, x)),
  };
}

/** Linear between knots; before the first and behind the last one with a slope of 1. */
function along(from: readonly number[], to: readonly number[], x: number): number {
  let low = 0;
  let high = from.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((from[middle] ?? 0) > x) high = middle;
    else low = middle + 1;
  }
  if (low === 0) return (to[0] ?? 0) + x - (from[0] ?? 0);
  const a = from[low - 1] ?? 0;
  const b = from[low];
  const left = to[low - 1] ?? 0;
  if (b === undefined) return left + x - a;
  return left + (b > a ? (((to[low] ?? 0) - left) * (x - a)) / (b - a) : 0);
}

/** The last time at which something begins or ends between two times, both left out. */
function lastCut(cuts: Float64Array, after: number, before: number): number | undefined {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((cuts[middle] ?? 0) >= before) high = middle;
    else low = middle + 1;
  }
  const cut = cuts[low - 1];
  return cut === undefined || cut <= after ? undefined : cut;
}

/** Zoom at which everything is so wide: what grows with the zoom is no plain multiple of it. */
function zoomFor(widthAt: (zoom: number) => number, width: number): number {
  let low = 1e-6;
  let high = 1e4;
  for (let i = 0; i < 48; i++) {
    const middle = Math.sqrt(low * high);
    if (widthAt(middle) > width) high = middle;
    else low = middle;
  }
  return low;
}

function readAnchors(
  above: TimelineModel,
  below: TimelineModel,
  pairs: readonly EventPair[],
  {
    startsOnly,
    without,
  }: { readonly startsOnly: ReadonlySet<number>; readonly without: ReadonlySet<number> },
): readonly Anchor[] {
  const times = pairs.flatMap(({ above: left, below: right }): (readonly [number, number])[] => {
    if (without.has(left.id)) return [];
    const start = [left.time, right.time] as const;
    const lasts = left.end > left.time && right.end > right.time && !startsOnly.has(left.id);
    return lasts ? [start, [left.end, right.end]] : [start];
  });
  return matchChapters(above, below).flatMap(([left, right]): readonly Anchor[] => {
    const within = times.filter(
      ([a, b]) => a > left.start && a < left.end && b > right.start && b < right.end,
    );
    return [
      { above: left.start, below: right.start, end: false, closes: false },
      ...rising(within).map(([a, b]) => ({ above: a, below: b, end: false, closes: false })),
      { above: left.end, below: right.end, end: true, closes: true },
    ];
  });
}

/** Chapters of the same step, in order; a step that only one run has stands alone. */
function matchChapters(above: TimelineModel, below: TimelineModel): readonly (readonly [Chapter, Chapter])[] {
  const title = ({ steps }: Trace, { step }: Chapter): string => steps[step]?.title ?? '';
  const rest = [...below.chapters.chapters];
  return above.chapters.chapters.flatMap((chapter): (readonly [Chapter, Chapter])[] => {
    const at = rest.findIndex((one) => title(below.trace, one) === title(above.trace, chapter));
    const found = rest[at];
    if (found === undefined) return [];
    rest.splice(0, at + 1);
    return [[chapter, found]];
  });
}

/** The most pairs of times that rise in both runs: what happened the other way round shares no x. */
export function rising(
  pairs: readonly (readonly [number, number])[],
): readonly (readonly [number, number])[] {
  const sorted = [...pairs].sort((left, right) => left[0] - right[0] || right[1] - left[1]);
  /** Index of the pair that ends the best chain of each length, and each pair's predecessor. */
  const ends: number[] = [];
  const before: number[] = [];
  for (const [i, [, value]] of sorted.entries()) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[ends[middle] ?? 0]?.[1] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    before[i] = ends[low - 1] ?? -1;
    ends[low] = i;
  }
  const chain: (readonly [number, number])[] = [];
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at] ?? -1) {
    const pair = sorted[at];
    if (pair !== undefined) chain.push(pair);
  }
  return chain.reverse();
}
