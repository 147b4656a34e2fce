import type { Tone } from '../../src/index.ts';
import type { Lane, Row } from './marks.ts';

/** Tones that a band counts; what it never averages away comes first. */
export const COUNTED: readonly Tone[] = ['error', 'deny', 'warn', 'noise', 'skip', 'allow'];
const KEPT = 3;

/**
 * What makes looking into a row cost the logarithm of its length: starts rising, the furthest end so far, and for every
 * counted tone how many marks before an index have it. Made when a row is first looked into.
 */
export interface RowIndex {
  readonly starts: Float64Array;
  /** Greatest end of all marks up to this one. */
  readonly ends: Float64Array;
  /** End of each mark itself. */
  readonly own: Float64Array;
  /** Errors, denials and warnings before the index, together; one longer than the row. */
  readonly kept: Int32Array;
  /** By tone, in the order of `COUNTED`: marks with it before the index; one longer than the row. */
  readonly before: readonly Int32Array[];
}

const indexes = new WeakMap<Row, RowIndex>();

export function indexOf(row: Row): RowIndex {
  let index = indexes.get(row);
  if (index === undefined) {
    index = readIndex(row);
    indexes.set(row, index);
  }
  return index;
}

function readIndex({ marks }: Row): RowIndex {
  const starts = new Float64Array(marks.length);
  const ends = new Float64Array(marks.length);
  const own = new Float64Array(marks.length);
  const kept = new Int32Array(marks.length + 1);
  const before = COUNTED.map(() => new Int32Array(marks.length + 1));
  const counts = COUNTED.map(() => 0);
  let end = Number.NEGATIVE_INFINITY;
  for (const [i, mark] of marks.entries()) {
    starts[i] = mark.start;
    end = Math.max(end, mark.end);
    ends[i] = end;
    own[i] = mark.end;
    const tone = COUNTED.indexOf(mark.glyph === 'never-stored' ? 'deny' : mark.tone);
    if (tone >= 0) counts[tone] = (counts[tone] ?? 0) + 1;
    kept[i + 1] = (kept[i] ?? 0) + (tone >= 0 && tone < KEPT ? 1 : 0);
    for (const [t, count] of counts.entries()) {
      const list = before[t];
      if (list !== undefined) list[i + 1] = count;
    }
  }
  return { starts, ends, own, kept, before };
}

/**
 * First index from `from` whose value is greater than a limit, or with `orEqual` not less. Gallops away from `from`, so that
 * asking for the next place costs the logarithm of the way and not of the whole.
 */
export function firstAbove(
  values: Float64Array | Int32Array,
  limit: number,
  from = 0,
  orEqual = false,
): number {
  const { length } = values;
  let low = from;
  let step = 1;
  while (low + step < length) {
    const value = values[low + step] ?? 0;
    if (orEqual ? value >= limit : value > limit) break;
    low += step;
    step *= 2;
  }
  let high = Math.min(length, low + step + 1);
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = values[middle] ?? 0;
    if (orEqual ? value >= limit : value > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** First mark that may still be seen at a time: the first at which some end has come so far. */
export const firstEndingAfter = (row: Row, time: number): number =>
  firstAbove(indexOf(row).ends, time, 0, true);

/** How many marks of each counted tone stand between two indexes. */
export function countTones(row: Row, from: number, until: number): readonly number[] {
  return indexOf(row).before.map((list) => (list[until] ?? 0) - (list[from] ?? 0));
}

/** The index of the first error, denial or warning between two indexes, the weightiest kind first; -1 if there is none. */
export function firstKept(row: Row, from: number, until: number): number {
  const { before } = indexOf(row);
  for (let tone = 0; tone < KEPT; tone++) {
    const list = before[tone];
    if (list === undefined || (list[until] ?? 0) === (list[from] ?? 0)) continue;
    return firstAbove(list, list[from] ?? 0, from) - 1;
  }
  return -1;
}

const merged = new WeakMap<Lane, Row>();

/** All marks of a lane as one row, for a lane that is folded up. */
export function mergedRow(lane: Lane): Row {
  if (lane.rows.length === 1 && lane.rows[0] !== undefined) return lane.rows[0];
  let row = merged.get(lane);
  if (row === undefined) {
    const marks = lane.rows
      .flatMap(({ marks: all }) => all)
      .sort((a, b) => a.start - b.start || b.end - a.end);
    row = { marks };
    merged.set(lane, row);
  }
  return row;
}
