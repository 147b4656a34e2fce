import type { Milliseconds, Trace } from '../../src/index.ts';
import { milliseconds } from '../../src/index.ts';
import { isTold } from './events.ts';
import type { Lane, Mark } from './marks.ts';

/** A stretch of the person's time: a step and what it set off, with its own clock from 0. */
export interface Chapter {
  readonly step: number;
  readonly start: Milliseconds;
  /** When its last told event ended. */
  readonly end: Milliseconds;
}

/** Idle time that is folded into a mark of fixed width. */
export interface Fold {
  readonly start: Milliseconds;
  readonly end: Milliseconds;
  /** A person opened it: its time has room like any other. */
  readonly open: boolean;
}

/**
 * A monotone map between virtual time and pixels, unzoomed. Where two chapters meet without a pause, a time has two places:
 * `toXEnd` is the one before the gap. Between knots it is linear.
 */
export interface TimeScale {
  readonly kind: 'chapters' | 'clock' | 'mixed';
  readonly chapters: readonly Chapter[];
  readonly folds: readonly Fold[];
  /** Times at which something begins or ends, rising: where ticks may stand. */
  readonly cuts: Float64Array;
  /** Width of everything at a zoom, CSS pixels. */
  width(zoom: number): number;
  /** Zoom at which everything is so wide. */
  zoomFor(width: number): number;
  at(zoom: number): PlacedScale;
  /** The same scale with these folds opened, by their start. */
  opened(starts: readonly number[]): TimeScale;
}

export interface PlacedScale {
  /** Width of every closed fold, CSS pixels; undefined where folds differ, on the way between two scales. */
  readonly foldWidth?: number;
  toX(time: number): number;
  toXEnd(time: number): number;
  toTime(x: number): Milliseconds;
}

export const FOLD_WIDTH = 46;
const LEAD = 10;
const TRAIL = 84;
/** Idle time inside a chapter that is worth a fold. */
const FOLD_FROM_MS = 1000;
/** Below this zoom the rooms that do not stretch shrink too, so that everything can be fitted. */
const SHRINK_FROM = 0.2;

/** Chapters of a trace: its command steps, and waits during which something happened. */
export function readChapters(trace: Trace): readonly Chapter[] {
  const bounds = new Map<number, { start: number; end: number }>();
  for (const event of trace.events) {
    if (!isTold(trace, event)) continue;
    if (event.kind === 'step' && trace.steps[event.step]?.kind === 'wait') continue;
    const bound = bounds.get(event.step);
    const end = event.kind === 'step' || event.end >= event.time ? event.end : event.time;
    if (bound === undefined) bounds.set(event.step, { start: event.time, end });
    else {
      bound.start = Math.min(bound.start, event.time);
      bound.end = Math.max(bound.end, end);
    }
  }
  const chapters: Chapter[] = [];
  for (const [step, { start, end }] of [...bounds].sort(([, a], [, b]) => a.start - b.start)) {
    const from = Math.max(start, chapters.at(-1)?.end ?? start);
    chapters.push({ step, start: milliseconds(from), end: milliseconds(Math.max(from, end)) });
  }
  if (chapters.length === 0) {
    chapters.push({ step: 0, start: milliseconds(0), end: milliseconds(Math.max(1, trace.end)) });
  }
  return chapters;
}

/** Estimated width of a text at 11 px; capitals are wide. */
function lettersWidth(text: string): number {
  let width = 0;
  for (const letter of text) width += letter >= 'A' && letter <= 'Z' ? 7.4 : 5.7;
  return width;
}

/** Width that a mark asks for to be read, CSS pixels; an estimate from its letters. */
export function readableWidth(mark: Mark): number {
  const letters = mark.text.length <= 10 ? mark.text : (mark.short ?? mark.text);
  const glyph = mark.glyph === undefined ? 0 : 15;
  const number = mark.number === undefined ? 0 : 20;
  if (mark.shape === 'point') return 24 + Math.min(92, mark.text.length * 5.9);
  return Math.min(
    150,
    Math.max(26, 13 + lettersWidth(letters) * (mark.tinted === true ? 1.1 : 1) + glyph + number),
  );
}

const PART_WIDTH = { authn: 41, mutating: 60, schema: 53, validating: 66, store: 42 } as const;

/** Knots: at `time` the picture has come to `flex · zoom + fixed` pixels. */
interface Knots {
  readonly times: Float64Array;
  readonly flex: Float64Array;
  readonly fixed: Float64Array;
  readonly length: number;
  /** Fixed width of all, with the room behind the last knot. */
  readonly fixedAll: number;
}

interface Demand {
  readonly from: number;
  readonly to: number;
  readonly width: number;
}

/**
 * Every chapter its own clock: a gap between two cuts is as wide as the logarithm of its length, then stretched until each
 * mark over it can be read. Linear in marks and cuts; a demand that spans many cuts widens at most the last of them.
 */
export function chaptersScale(trace: Trace, lanes: readonly Lane[]): TimeScale {
  const chapters = readChapters(trace);
  const { cuts, demands } = readDemands(chapters, lanes);
  const index = new Map<number, number>();
  for (let i = 0; i < cuts.length; i++) index.set(cuts[i] ?? 0, i);

  const begins = new Set(chapters.map(({ start }) => index.get(start) ?? 0));
  const foldable = idleGaps(cuts, lanes, index);
  const folds: Fold[] = [];
  // Widths of the gap that ends at each cut: what zoom stretches, and what it does not.
  const gap = new Float64Array(cuts.length);
  const still = new Float64Array(cuts.length);
  for (let i = 1; i < cuts.length; i++) {
    const from = cuts[i - 1] ?? 0;
    const to = cuts[i] ?? 0;
    if (begins.has(i)) {
      const idle = to - from;
      still[i] = TRAIL + (idle > 0 ? FOLD_WIDTH : 0) + LEAD;
      if (idle > 0) folds.push({ start: milliseconds(from), end: milliseconds(to), open: false });
    } else if (foldable.has(i)) {
      still[i] = FOLD_WIDTH + 2 * LEAD + 60;
      folds.push({ start: milliseconds(from), end: milliseconds(to), open: false });
    } else {
      gap[i] = 1.2 + 3 * Math.log2(1 + (to - from));
    }
  }
  // Chapters that touch share one cut: the room between them is a jump at that time.
  stretch(demands, index, gap, still);

  let made: { readonly key: string; readonly scale: TimeScale } | undefined;
  const opened = (starts: readonly number[]): TimeScale => {
    if (starts.length === 0) return closed;
    const key = starts.join();
    if (made?.key !== key) made = { key, scale: withOpen(new Set(starts)) };
    return made.scale;
  };
  const withOpen = (open: ReadonlySet<number>): TimeScale =>
    knotScale(
      'chapters',
      chapters,
      folds.map((fold) => ({ ...fold, open: open.has(fold.start) })),
      cuts,
      placeKnots(chapters, cuts, index, gap, still, open),
      opened,
    );
  const closed = withOpen(new Set());
  return closed;
}

function readDemands(
  chapters: readonly Chapter[],
  lanes: readonly Lane[],
): { readonly cuts: Float64Array; readonly demands: readonly Demand[] } {
  const first = chapters[0]?.start ?? 0;
  const last = chapters.at(-1)?.end ?? 0;
  const times: number[] = [first, last];
  for (const chapter of chapters) times.push(chapter.start, chapter.end);
  const demands: Demand[] = [];
  const demand = (from: number, to: number, width: number) => {
    if (to > from) demands.push({ from, to, width });
  };
  for (const lane of lanes) {
    const lives = lane.id === 'downstream';
    for (const row of lane.rows) {
      let before: Mark | undefined;
      for (const mark of row.marks) {
        if (mark.start < first || mark.start > last) continue;
        const end = Math.min(mark.end, last);
        times.push(mark.start, end);
        for (const part of mark.parts ?? []) {
          if (part.end <= part.start) continue;
          times.push(part.start, part.end);
          demand(part.start, part.end, PART_WIDTH[part.name] + (part === mark.parts?.at(-1) ? 18 : 0));
        }
        if (mark.shape !== 'point')
          demand(mark.start, end, lives ? Math.min(90, readableWidth(mark)) : readableWidth(mark));
        if (before?.shape === 'point' && before.step === mark.step) {
          demand(before.start, mark.start, readableWidth(before));
        } else if (before !== undefined && before.end < mark.start) {
          demand(before.end, mark.start, 6);
        }
        before = mark;
      }
    }
  }
  const cuts = Float64Array.from(new Set(times)).sort();
  demands.sort((a, b) => a.to - b.to || b.from - a.from);
  return { cuts, demands };
}

/** Gaps of a second and more over which nothing but a state or an object's life goes on. */
function idleGaps(
  cuts: Float64Array,
  lanes: readonly Lane[],
  index: ReadonlyMap<number, number>,
): ReadonlySet<number> {
  const busy = new Int32Array(cuts.length + 1);
  for (const lane of lanes) {
    if (lane.id === 'downstream' || lane.id === 'update-requests') continue;
    for (const row of lane.rows) {
      for (const mark of row.marks) {
        const from = index.get(mark.start);
        const to = index.get(mark.end);
        if (from === undefined || to === undefined || to <= from) continue;
        busy[from + 1] = (busy[from + 1] ?? 0) + 1;
        busy[to + 1] = (busy[to + 1] ?? 0) - 1;
      }
    }
  }
  const idle = new Set<number>();
  let active = 0;
  for (let i = 1; i < cuts.length; i++) {
    active += busy[i] ?? 0;
    if (active === 0 && (cuts[i] ?? 0) - (cuts[i - 1] ?? 0) >= FOLD_FROM_MS) idle.add(i);
  }
  return idle;
}

/** Widens gaps until every demand is met. Prefix sums are kept up to date only behind the front, so it stays near linear. */
function stretch(
  demands: readonly Demand[],
  index: ReadonlyMap<number, number>,
  gap: Float64Array,
  still: Float64Array,
): void {
  const SPREAD = 24;
  // A Fenwick tree over gap + still: sums of any stretch while single gaps grow.
  const size = gap.length;
  const tree = new Float64Array(size + 1);
  const grow = (at: number, by: number) => {
    for (let i = at + 1; i <= size; i += i & -i) tree[i] = (tree[i] ?? 0) + by;
  };
  const sum = (upTo: number) => {
    let total = 0;
    for (let i = upTo + 1; i > 0; i -= i & -i) total += tree[i] ?? 0;
    return total;
  };
  for (let i = 0; i < size; i++) grow(i, (gap[i] ?? 0) + (still[i] ?? 0));
  for (const { from, to, width } of demands) {
    const a = index.get(from);
    const b = index.get(to);
    if (a === undefined || b === undefined || b <= a) continue;
    const missing = width - (sum(b) - sum(a));
    if (missing <= 0) continue;
    const first = Math.max(a + 1, b - SPREAD + 1);
    let flexible = 0;
    for (let i = first; i <= b; i++) flexible += gap[i] ?? 0;
    for (let i = first; i <= b; i++) {
      const share = flexible > 0 ? (gap[i] ?? 0) / flexible : i === b ? 1 : 0;
      if (share === 0) continue;
      gap[i] = (gap[i] ?? 0) + missing * share;
      grow(i, missing * share);
    }
  }
}

function placeKnots(
  chapters: readonly Chapter[],
  cuts: Float64Array,
  index: ReadonlyMap<number, number>,
  gap: Float64Array,
  still: Float64Array,
  open: ReadonlySet<number>,
): Knots {
  const times: number[] = [];
  const flex: number[] = [];
  const fixed: number[] = [];
  let f = 0;
  let s = LEAD;
  // A chapter that begins where the one before it ends opens a gap at that very time.
  const touching = new Set<number>();
  for (let i = 1; i < chapters.length; i++) {
    const before = chapters[i - 1];
    const chapter = chapters[i];
    if (before !== undefined && chapter !== undefined && before.end === chapter.start) {
      touching.add(index.get(chapter.start) ?? -1);
    }
  }
  const put = (time: number) => {
    times.push(time);
    flex.push(f);
    fixed.push(s);
  };
  for (let i = 0; i < cuts.length; i++) {
    const time = cuts[i] ?? 0;
    const isGap = (still[i] ?? 0) > 0 && !touching.has(i);
    if (isGap) {
      // The room for words behind the last mark, the fold itself, and the lead-in share the idle time.
      const from = cuts[i - 1] ?? 0;
      const idle = time - from;
      const trail = (still[i] ?? 0) - FOLD_WIDTH - LEAD;
      s += trail;
      const isOpen = open.has(from);
      put(from + idle * (isOpen ? 0.02 : 0.4));
      if (isOpen) f += 140 + 60 * Math.log2(1 + idle / 1000);
      else s += FOLD_WIDTH;
      put(from + idle * (isOpen ? 0.98 : 0.9));
      s += LEAD;
      put(time);
      continue;
    }
    f += gap[i] ?? 0;
    put(time);
    if (touching.has(i)) {
      s += TRAIL + LEAD;
      put(time);
    }
  }
  s += TRAIL;
  return {
    times: Float64Array.from(times),
    flex: Float64Array.from(flex),
    fixed: Float64Array.from(fixed),
    length: times.length,
    fixedAll: s,
  };
}

/** True proportions over the same stretch of time. */
export function clockScale(trace: Trace, cuts: Float64Array): TimeScale {
  const chapters = readChapters(trace);
  const start = chapters[0]?.start ?? 0;
  const end = Math.max(start + 0.001, chapters.at(-1)?.end ?? 0);
  const knots: Knots = {
    times: Float64Array.of(start, end),
    flex: Float64Array.of(0, 1000),
    fixed: Float64Array.of(LEAD, LEAD),
    length: 2,
    fixedAll: LEAD + 60,
  };
  const scale: TimeScale = knotScale('clock', chapters, [], cuts, knots, () => scale);
  return scale;
}

function knotScale(
  kind: 'chapters' | 'clock',
  chapters: readonly Chapter[],
  folds: readonly Fold[],
  cuts: Float64Array,
  knots: Knots,
  opened: TimeScale['opened'],
): TimeScale {
  const flexAll = knots.flex[knots.length - 1] ?? 0;
  const { fixedAll } = knots;
  // The picture, the minimap and the travel of the playhead each ask for their own zoom in every frame.
  const placed: { readonly zoom: number; readonly scale: PlacedScale }[] = [];
  return {
    kind,
    chapters,
    folds,
    cuts,
    width: (zoom) => flexAll * zoom + fixedAll * shrink(zoom),
    zoomFor: (width) => {
      const stretched = (width - fixedAll) / Math.max(1e-9, flexAll);
      return stretched >= SHRINK_FROM
        ? stretched
        : Math.max(1e-9, width / Math.max(1e-9, flexAll + fixedAll / SHRINK_FROM));
    },
    opened,
    at: (zoom) => {
      const known = placed.find((one) => one.zoom === zoom);
      if (known !== undefined) return known.scale;
      const scale = placeScale(knots, zoom);
      if (placed.length >= PLACED) placed.shift();
      placed.push({ zoom, scale });
      return scale;
    },
  };
}

const shrink = (zoom: number): number => Math.min(1, zoom / SHRINK_FROM);

/** Placed scales that are kept. */
const PLACED = 4;

function placeScale({ times, flex, fixed, length }: Knots, zoom: number): PlacedScale {
  const still = shrink(zoom);
  const xAt = (i: number) => (flex[i] ?? 0) * zoom + (fixed[i] ?? 0) * still;
  // Who asks once asks again nearby: each search begins where the last one ended and gallops. A frame asks thousands of
  // times, so the two searches are written out, without a function for the comparison.
  let near = 0;
  /** First knot whose time is greater than (or, `orEqual`, not less than) a time. */
  const after = (time: number, orEqual: boolean): number => {
    let low = 0;
    let high = length;
    let step = 1;
    const at = times[near] ?? 0;
    if (at > time || (orEqual && at === time)) {
      high = near;
      while (high - step > 0) {
        const value = times[high - step] ?? 0;
        if (!(value > time || (orEqual && value === time))) break;
        high -= step;
        step *= 2;
      }
      low = Math.max(0, high - step);
    } else {
      low = near;
      while (low + step < length) {
        const value = times[low + step] ?? 0;
        if (value > time || (orEqual && value === time)) break;
        low += step;
        step *= 2;
      }
      high = Math.min(length, low + step);
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      const value = times[middle] ?? 0;
      if (value > time || (orEqual && value === time)) high = middle;
      else low = middle + 1;
    }
    near = Math.min(low, length - 1);
    return low;
  };
  /** First knot right of x. */
  const rightOf = (x: number): number => {
    let low = 0;
    let high = length;
    let step = 1;
    if (xAt(near) > x) {
      high = near;
      while (high - step > 0 && xAt(high - step) > x) {
        high -= step;
        step *= 2;
      }
      low = Math.max(0, high - step);
    } else {
      low = near;
      while (low + step < length && xAt(low + step) <= x) {
        low += step;
        step *= 2;
      }
      high = Math.min(length, low + step);
    }
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (xAt(middle) > x) high = middle;
      else low = middle + 1;
    }
    near = Math.min(low, length - 1);
    return low;
  };
  const between = (i: number, time: number) => {
    // Before the first and behind the last knot the picture stands still.
    if (i <= 0) return xAt(0);
    if (i >= length) return xAt(length - 1);
    const a = times[i - 1] ?? 0;
    const b = times[i] ?? 0;
    const k = b > a ? (time - a) / (b - a) : 0;
    const x = xAt(i - 1);
    return x + (xAt(i) - x) * k;
  };
  return {
    foldWidth: FOLD_WIDTH * still,
    toX: (time) => between(after(time, false), time),
    toXEnd: (time) => {
      const i = after(time, true);
      return times[i] === time ? xAt(i) : between(i, time);
    },
    toTime: (x) => {
      const low = rightOf(x);
      if (low <= 0) return milliseconds(times[0] ?? 0);
      if (low >= length) return milliseconds(times[length - 1] ?? 0);
      const a = xAt(low - 1);
      const b = xAt(low);
      const from = times[low - 1] ?? 0;
      const to = times[low] ?? 0;
      return milliseconds(b > a ? from + ((to - from) * (x - a)) / (b - a) : from);
    },
  };
}

/** On the way from one scale to another: `k` from 0 to 1. Still monotone, since a sum of rising maps rises. */
export function mixPlaced(
  from: PlacedScale,
  to: PlacedScale,
  k: number,
  start: number,
  end: number,
): PlacedScale {
  const mix = (a: number, b: number) => a + (b - a) * k;
  const toX = (time: number) => mix(from.toX(time), to.toX(time));
  return {
    toX,
    toXEnd: (time) => mix(from.toXEnd(time), to.toXEnd(time)),
    toTime: (x) => {
      let low = start;
      let high = end;
      for (let i = 0; i < 50; i++) {
        const middle = (low + high) / 2;
        if (toX(middle) < x) low = middle;
        else high = middle;
      }
      return milliseconds((low + high) / 2);
    },
  };
}

/** The chapter that a time falls into, or the last one before it. */
export const chapterAt = (chapters: readonly Chapter[], time: number): Chapter | undefined =>
  chapters[chapterIndexAt(chapters, time)];

/** Index of that chapter; 0 before the first. */
export function chapterIndexAt(chapters: readonly Chapter[], time: number): number {
  let low = 0;
  let high = chapters.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((chapters[middle]?.start ?? 0) > time) high = middle;
    else low = middle + 1;
  }
  return Math.max(0, low - 1);
}
