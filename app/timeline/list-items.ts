import type { EventId, Trace } from '../../src/index.ts';
import type { Flag } from '../stores/flags.ts';
import type { Area } from '../stores/selection.ts';
import { type AreaRow, summarize, VERDICT } from './area.ts';
import { type ListRow, type RowText, readListRows } from './list-rows.ts';
import type { TimelineModel } from './model.ts';
import { playheadText } from './ticks.ts';

/** What a row of the list is about: an event, a person's note, or the measured stretch with a row a lane. */
export type ListItem =
  | { readonly kind: 'event'; readonly key: string; readonly level: 1 | 2; readonly row: ListRow }
  | {
      readonly kind: 'note';
      readonly key: string;
      readonly level: 2;
      readonly flag: Flag;
      readonly time: string;
    }
  | { readonly kind: 'area'; readonly key: string; readonly level: 1 | 2; readonly cells: AreaCells };

/** Cells of a row about the measured stretch. */
export interface AreaCells extends RowText {
  /** The event that took longest. */
  readonly longest: EventId | undefined;
}

/** Key of the measured stretch, as a folded row. */
export const AREA_KEY = 'area';

export interface ListParts {
  readonly folded: ReadonlySet<number>;
  readonly flags: readonly Flag[];
  readonly area: Area | undefined;
  /** The lanes of the stretch are folded away. */
  readonly areaFolded: boolean;
}

/** Everything that the picture tells, as rows: the measured stretch first, then the events with the notes between them. */
export function readListItems(model: TimelineModel, parts: ListParts): readonly ListItem[] {
  const { trace, chapters } = model;
  const items: ListItem[] = [...areaItems(model, parts)];
  const notes = [...parts.flags];
  const write = (until: number, step: number | undefined) => {
    for (;;) {
      const [flag] = notes;
      if (flag === undefined || flag.time >= until) return;
      notes.shift();
      if (step !== undefined && parts.folded.has(step)) continue;
      items.push({
        kind: 'note',
        key: `note-${flag.time}`,
        level: 2,
        flag,
        time: playheadText(chapters, flag.time),
      });
    }
  };
  let step: number | undefined;
  for (const row of readListRows(trace, parts.folded)) {
    write(trace.events[row.event]?.time ?? 0, step);
    step = row.step;
    items.push({ kind: 'event', key: String(row.event), level: row.level, row });
  }
  write(Number.POSITIVE_INFINITY, step);
  return items;
}

function areaItems(model: TimelineModel, { area, areaFolded }: ListParts): readonly ListItem[] {
  if (area === undefined) return [];
  const { rows, events, length, attempts, waiting } = summarize(model, area);
  const text = (time: number) => playheadText(model.chapters, time);
  const head: ListItem = {
    kind: 'area',
    key: AREA_KEY,
    level: 1,
    cells: {
      time: text(area.start),
      phase: '',
      what: `Measured: ${length}`,
      verdict: `${events} ${events === 1 ? 'event' : 'events'}`,
      tone: 'plain',
      why: `until ${text(area.end)}; ${attempts.all} attempts, ${attempts.failed} failed; ${Math.round(waiting * 100)} % waiting for the API server`,
      longest: undefined,
    },
  };
  return areaFolded ? [head] : [head, ...rows.map((row) => laneItem(model, row))];
}

function laneItem(model: TimelineModel, row: AreaRow): ListItem {
  const { lane, label, what, count, verdicts, longest } = row;
  return {
    kind: 'area',
    key: `${AREA_KEY}-${lane}`,
    level: 2,
    cells: {
      time: `${count.toLocaleString('en')} in it`,
      phase: model.lanes.find(({ id }) => id === lane)?.phase ?? '',
      what: `${label}: ${what}`,
      verdict: verdicts.map((one) => `${one.count} ${VERDICT[one.tone]}`).join(', '),
      tone: verdicts[0]?.tone ?? 'plain',
      why: longest === undefined ? '' : `longest: ${longest.time} ${longest.text}`,
      longest: longest?.event,
    },
  };
}

/** Index of the last event's row that has begun at a time; what is measured stands before them. -1: none. */
export function itemAt(trace: Trace, items: readonly ListItem[], time: number): number {
  const start = items.findIndex(({ kind }) => kind !== 'area');
  if (start < 0) return -1;
  let low = start;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timeOf(trace, items[middle]) <= time) low = middle + 1;
    else high = middle;
  }
  let at = low - 1;
  while (at >= start && items[at]?.kind === 'note') at--;
  return at < start ? -1 : at;
}

function timeOf(trace: Trace, item: ListItem | undefined): number {
  if (item?.kind === 'note') return item.flag.time;
  return item?.kind === 'event' ? (trace.events[item.row.event]?.time ?? 0) : Number.NEGATIVE_INFINITY;
}
