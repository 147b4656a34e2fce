import type { EventId } from '../../src/index.ts';
import { packRows } from '../timeline/lanes.ts';
import type { Lane, Mark, Row } from '../timeline/marks.ts';
import type { MarkPlace, TimelineModel } from '../timeline/model.ts';
import { chaptersScale, clockScale } from '../timeline/scale.ts';

/**
 * The timeline of one of two runs: two stand in the room of one, so what is the same in both and only repeats itself is left
 * out. Webhooks are told by the rule that decided, Events and log lines only where they differ.
 */
export function compareTimeline(model: TimelineModel, differing: ReadonlySet<EventId>): TimelineModel {
  // Reports that differ stand among the Events: a lane of their own would take the room of a row in each run.
  const reports = model.lanes.find(({ id }) => id === 'reports')?.rows ?? [];
  const lanes = model.lanes.flatMap((whole): readonly Lane[] => {
    const lane = whole.id === 'events' ? { ...whole, rows: [...whole.rows, ...reports] } : whole;
    const rows = rowsOf(lane, differing);
    return rows.length === 0 ? [] : [{ ...lane, rows }];
  });
  const chapters = chaptersScale(model.trace, lanes);
  const places = new Map<EventId, MarkPlace>();
  for (const [lane, { rows }] of lanes.entries())
    for (const [row, { marks }] of rows.entries())
      for (const mark of marks)
        for (const event of [mark.event, ...(mark.also ?? [])])
          if (!places.has(event)) places.set(event, { lane, row, mark });
  return {
    ...model,
    lanes,
    chapters,
    clock: clockScale(model.trace, chapters.cuts),
    placeOf: (event) => places.get(event),
  };
}

/** From so many rows on, objects keep a row each and may be grouped. */
const MANY = 4;

function rowsOf(lane: Lane, differing: ReadonlySet<EventId>): readonly Row[] {
  const marks = lane.rows.flatMap((row) => row.marks);
  const differs = ({ event, also = [] }: Mark): boolean =>
    differing.has(event) || also.some((one) => differing.has(one));
  switch (lane.id) {
    case 'mutating':
    case 'validating':
      return packed(deciding(marks));
    case 'events':
      return inOneRow(marks.filter(differs));
    case 'reports':
      return [];
    case 'downstream':
      return lane.rows.length < MANY ? packed(marks) : lane.rows;
    default:
      return lane.rows;
  }
}

/** Of a webhook and its rules those rules that did not simply pass, else the webhook. */
function deciding(marks: readonly Mark[]): readonly Mark[] {
  const rules = marks.filter(({ tinted, tone }) => tinted === true && tone !== 'allow' && tone !== 'skip');
  const covered = (mark: Mark): boolean =>
    rules.some((rule) => rule.start >= mark.start && rule.end <= mark.end);
  return [...marks.filter((mark) => mark.tinted !== true && !covered(mark)), ...rules];
}

const packed = (marks: readonly Mark[]): readonly Row[] =>
  packRows([...marks].sort((left, right) => left.start - right.start)).map((row) => ({ marks: row }));

/** Points in one row; of several at one time the first stands for all. */
function inOneRow(marks: readonly Mark[]): readonly Row[] {
  const row: Mark[] = [];
  for (const mark of [...marks].sort((left, right) => left.start - right.start)) {
    const last = row.at(-1);
    if (last === undefined || mark.start - last.start > 0.001) row.push(mark);
    else
      row[row.length - 1] = {
        ...last,
        text: `${last.text.replace(/ and \d+ more$/, '')} and ${(last.also?.length ?? 0) + 1} more`,
        also: [...(last.also ?? []), mark.event],
      };
  }
  return row.length === 0 ? [] : [{ marks: row }];
}
