import type { EventId, Tone } from '../../src/index.ts';
import { durationText } from '../../src/index.ts';
import type { Area } from '../stores/selection.ts';
import type { Lane, LaneId, Mark } from './marks.ts';
import type { TimelineModel } from './model.ts';
import { COUNTED, firstAbove, indexOf } from './row-index.ts';

/** What a lane tells in a stretch of time. */
export interface AreaRow {
  readonly lane: LaneId;
  readonly label: string;
  /** `15 LIST, 15 GET, 15 POST` */
  readonly what: string;
  readonly count: number;
  /** How many of each counted tone, the weightiest first; tones that do not occur are left out. */
  readonly verdicts: readonly { readonly tone: Tone; readonly count: number }[];
  /** The one that took longest within the stretch. */
  readonly longest: { readonly event: EventId; readonly text: string; readonly time: string } | undefined;
}

export interface AreaSummary {
  readonly rows: readonly AreaRow[];
  readonly events: number;
  readonly length: string;
  /** Attempts of the background controller, and how many of them failed. */
  readonly attempts: { readonly all: number; readonly failed: number };
  /** Shares of the time that requests waited for an answer, and that nothing went on. */
  readonly waiting: number;
}

/** Sums up a stretch of time lane by lane. Costs what lies in the stretch. */
export function summarize(model: TimelineModel, area: Area): AreaSummary {
  const rows = model.lanes.flatMap((lane) => {
    const marks = marksIn(lane, area);
    return marks.length === 0 ? [] : [rowOf(lane, marks, area)];
  });
  const attempts = model.lanes
    .filter(({ id }) => id === 'background')
    .flatMap((lane) => marksIn(lane, area))
    .flatMap(({ event }) => {
      const one = model.trace.events[event];
      return one?.kind === 'attempt' ? [one] : [];
    });
  const requests = model.lanes
    .filter(({ id }) => id === 'api-server')
    .flatMap((lane) => marksIn({ ...lane, rows: lane.rows.slice(1) }, area));
  return {
    rows,
    events: rows.reduce((sum, { count }) => sum + count, 0),
    length: durationText(area.end - area.start),
    attempts: { all: attempts.length, failed: attempts.filter(({ result }) => result === 'failed').length },
    waiting: covered(requests, area) / Math.max(1e-9, area.end - area.start),
  };
}

function marksIn(lane: Lane, { start, end }: Area): readonly Mark[] {
  return lane.rows.flatMap((row) => {
    const { starts, ends } = indexOf(row);
    const from = firstAbove(ends, start, 0, true);
    const until = firstAbove(starts, end);
    return row.marks.slice(from, until).filter((mark) => mark.end >= start);
  });
}

function rowOf(lane: Lane, marks: readonly Mark[], area: Area): AreaRow {
  const words = new Map<string, number>();
  const tones = new Map<Tone, number>();
  let longest: { readonly mark: Mark; readonly length: number } | undefined;
  for (const mark of marks) {
    const word = wordOf(lane, mark);
    words.set(word, (words.get(word) ?? 0) + 1);
    const tone = mark.glyph === 'never-stored' ? 'deny' : mark.tone;
    tones.set(tone, (tones.get(tone) ?? 0) + 1);
    const length = Math.min(mark.end, area.end) - Math.max(mark.start, area.start);
    if (length > 0 && length > (longest?.length ?? 0)) longest = { mark, length };
  }
  const sorted = [...words].sort(([, a], [, b]) => b - a);
  const told = sorted.slice(0, 3).map(([word, count]) => (count === 1 ? word : `${count} ${word}`));
  return {
    lane: lane.id,
    label: lane.label,
    what: told.join(', ') + (sorted.length > 3 ? ` and ${sorted.length - 3} more` : ''),
    count: marks.length,
    verdicts: COUNTED.flatMap((tone) => {
      const count = tones.get(tone) ?? 0;
      return count === 0 ? [] : [{ tone, count }];
    }),
    longest: longest && {
      event: longest.mark.event,
      text: longest.mark.text,
      time: durationText(longest.length),
    },
  };
}

function wordOf(lane: Lane, mark: Mark): string {
  if (lane.id === 'etcd') return mark.glyph === 'never-stored' ? 'never stored' : (mark.glyph ?? 'stored');
  return mark.parts === undefined ? mark.text : 'request';
}

/** Time within a stretch that at least one of the marks covers. */
function covered(marks: readonly Mark[], { start, end }: Area): number {
  let sum = 0;
  let until = start;
  for (const mark of [...marks].sort((a, b) => a.start - b.start)) {
    const from = Math.max(mark.start, until);
    const to = Math.min(mark.end, end);
    if (to > from) {
      sum += to - from;
      until = to;
    }
  }
  return sum;
}

/** The table as text, its cells between tabs: spreadsheets and issue trackers take it. */
export function formatSummary({ rows }: AreaSummary): string {
  const lines = rows.map(({ label, what, count, verdicts, longest }) =>
    [
      label,
      what,
      String(count),
      verdicts.map((one) => `${one.count} ${VERDICT[one.tone]}`).join(', '),
      longest === undefined ? '' : `${longest.time} ${longest.text}`,
    ].join('\t'),
  );
  return [['Lane', 'What', 'Count', 'Verdicts', 'Longest'].join('\t'), ...lines].join('\n');
}

export const VERDICT: Readonly<Record<Tone, string>> = {
  error: 'failed',
  deny: 'denied',
  warn: 'warned',
  noise: 'expected',
  skip: 'skipped',
  allow: 'allowed',
  plain: 'without',
};
