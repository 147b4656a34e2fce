import type { ShownLane } from './arrange.ts';
import { type Band, placeMark, placeX, type View } from './geometry.ts';
import type { LaneId, Mark, Row } from './marks.ts';
import { countTones, firstAbove, firstKept, indexOf } from './row-index.ts';

const COLUMN = 3;
/** From here on marks stand apart: a bar needs its gap, a point its glyph. */
export const gapOf = ({ shape }: Mark): number => (shape === 'point' ? 9 : COLUMN);
/** Room that a verdict in a band needs, with its number. */
const KEPT_ROOM = 34;
/** Above so many marks the plate says how many, not which. */
const TOLD = 400;

/** What the marks of a lane are called when there are many. */
const NOUN: Readonly<Record<LaneId, string>> = {
  steps: 'steps',
  'api-server': 'requests',
  mutating: 'calls',
  validating: 'calls',
  etcd: 'writes',
  'update-requests': 'states',
  background: 'attempts',
  downstream: 'changes',
  events: 'lines',
  reports: 'reports',
};

/**
 * Marks closer than they can be drawn, from one index on, as columns. They are counted with a binary search a column, so a
 * band costs its width and not its marks. Undefined if fewer than two marks meet.
 */
export function layoutBand(
  row: Row,
  from: number,
  x: number,
  place: { readonly lane: number; readonly row: number; readonly y: number; readonly h: number },
  view: View,
  lane: ShownLane,
): { readonly band: Band; readonly next: number } | undefined {
  const columns: number[] = [];
  const kept: { x: number; mark: Row['marks'][number]; count: number }[] = [];
  const { starts, own, kept: weighty } = indexOf(row);
  let i = from;
  let column = Math.max(x, -COLUMN);
  const drawn = column;
  const timeAt = (at: number) => view.placed.toTime(at + view.scrollX);
  let limit: number = timeAt(column + COLUMN);
  while (i < row.marks.length && column < view.width + COLUMN) {
    let until = firstAbove(starts, limit, i);
    limit = timeAt(column + 2 * COLUMN);
    const last = row.marks[until - 1];
    // In most rows marks do not overlap, so only the last one of a column can be wide: it stays a mark of its own.
    // What ends before the next column does cannot be; only the first column may hold what began before it.
    const isWide =
      until > i &&
      last !== undefined &&
      (i === from || (own[until - 1] ?? 0) > limit) &&
      placeMark(last, view).w > 2 * COLUMN;
    if (isWide) until--;
    if (until === i) {
      const next = row.marks[i];
      if (isWide || next === undefined || placeX(next, view) - column >= gapOf(next)) break;
    } else {
      const count = (weighty[until] ?? 0) - (weighty[i] ?? 0);
      if (count > 0) {
        const before = kept.at(-1);
        // Verdicts that would cover each other are one mark with their number.
        if (before !== undefined && column - before.x < KEPT_ROOM) before.count += count;
        else {
          const mark = row.marks[firstKept(row, i, until)];
          if (mark !== undefined) kept.push({ x: column, mark, count });
        }
      }
    }
    columns.push(until - i);
    i = until;
    column += COLUMN;
    if (isWide) break;
  }
  if (i <= from + 1) return undefined;
  const count = i - from;
  return {
    next: i,
    band: {
      ...place,
      x0: drawn,
      x1: column,
      count,
      columns,
      kept,
      tones: countTones(row, from, i),
      // Words only where there is a plate for them: out there bands are many and narrow.
      text: column - drawn < 70 ? nounText(i - from, lane) : bandText(row, from, i, lane),
      start: row.marks[from]?.start ?? 0,
      end: row.marks[i - 1]?.end ?? 0,
    },
  };
}

const nounText = (count: number, lane: ShownLane): string => `${digits(count)} ${NOUN[lane.id]}`;

/** `1,234`; `toLocaleString` is slow. */
const digits = (count: number): string =>
  count < 1000 ? String(count) : String(count).replace(/\B(?=(\d{3})+$)/g, ',');

function bandText(row: Row, from: number, until: number, lane: ShownLane): string {
  const count = until - from;
  const noun = nounText(count, lane) + verdictsText(countTones(row, from, until));
  if (count > TOLD) return noun;
  const words = new Map<string, number>();
  for (let i = from; i < until; i++) {
    const mark = row.marks[i];
    const word = lane.id === 'etcd' || mark === undefined ? '' : (mark.short ?? mark.text);
    words.set(word, (words.get(word) ?? 0) + 1);
  }
  if (words.size > 3 || words.has('')) return noun;
  const told = [...words].sort(([, a], [, b]) => b - a).map(([word, times]) => `${times} ${word}`);
  return words.size === 1 ? (told[0] ?? noun) : `${noun}: ${told.join(', ')}`;
}

/** `, 3 failed, 2 denied`: what a plate says before the mark itself has room. */
function verdictsText([error = 0, deny = 0, warn = 0]: readonly number[]): string {
  const words = [
    [error, 'failed'],
    [deny, 'denied'],
    [warn, 'warned'],
  ] as const;
  return words.map(([count, word]) => (count > 0 ? `, ${digits(count)} ${word}` : '')).join('');
}
