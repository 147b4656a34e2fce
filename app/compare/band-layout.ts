import { type CompareModel, extentOf, type NumberedDifference } from './compare-model.ts';
import type { SharedScale } from './matched-scale.ts';

/** A difference in the band between the runs, pixels from the left edge of the picture. */
export interface PlacedDifference {
  readonly difference: NumberedDifference;
  readonly x: number;
  /** Room for its mark, number and words. */
  readonly words: number;
  /** From where to where a run of events lasts, if it is wide. */
  readonly bracket: { readonly from: number; readonly to: number } | undefined;
}

/** Room of a mark with its number. */
const LEAST = 40;
/** The most that words get. */
const MOST = 190;
/** A run of differences that is so wide has a bracket. */
const BRACKET = 130;

/** From left to right, none over another; those far off the picture are left out. */
export function placeDifferences(
  model: CompareModel,
  scale: SharedScale,
  zoom: number,
  scrollX: number,
  width: number,
): readonly PlacedDifference[] {
  const wanted = model.differences
    .map((difference) => {
      const { x, from, to } = extentOf(difference, model, scale, zoom);
      const spans = difference.kind !== 'other outcome' && to - from > BRACKET;
      return {
        difference,
        x: x - scrollX,
        bracket: spans ? { from: from - scrollX, to: to - scrollX } : undefined,
      };
    })
    .filter(({ x, bracket }) => (bracket?.to ?? x) > -60 && (bracket?.from ?? x) < width + 10);
  const points = inOrder(wanted.filter(({ bracket }) => bracket === undefined));
  // What has a bracket stands where the others leave most of it free.
  const spans = wanted.flatMap((one) =>
    one.bracket === undefined ? [] : [{ ...one, x: middleOfGap(one.bracket, points, width) }],
  );
  const placed = inOrder([...points, ...spans]);
  return placed.map((one, i) => ({
    ...one,
    words: Math.max(LEAST - 2, Math.min(MOST, (placed[i + 1]?.x ?? width) - one.x - 6)),
  }));
}

interface Wanted extends Omit<PlacedDifference, 'words'> {}

function inOrder(wanted: readonly Wanted[]): readonly Wanted[] {
  let free = 2;
  return [...wanted]
    .sort((left, right) => left.x - right.x)
    .map((one) => {
      const x = Math.max(one.x, free);
      free = x + LEAST;
      return { ...one, x };
    });
}

/** Where a mark of a bracket stands: in the middle of the widest stretch of it that is in view and has no other mark. */
function middleOfGap(
  bracket: { readonly from: number; readonly to: number },
  points: readonly Wanted[],
  width: number,
): number {
  const [from, to] = [Math.max(0, bracket.from), Math.min(width, bracket.to)];
  const within = points.map(({ x }) => x).filter((x) => x + MOST > from && x < to);
  // A mark with its words takes room, as far as there is any.
  const starts = [from, ...within.map((x) => x + LEAST)];
  const ends = [...within, to];
  let best = { from, to: from };
  for (const [i, start] of starts.entries()) {
    const end = ends[i] ?? to;
    if (Math.min(end, to) - Math.max(start, from) > best.to - best.from)
      best = { from: Math.max(start, from), to: Math.min(end, to) };
  }
  const room = best.to - best.from;
  return best.from + Math.max(0, Math.min(room / 2 - LEAST, room - MOST / 2));
}
