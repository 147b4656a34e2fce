import type { EventId, Trace, TraceEvent } from '../../src/index.ts';
import { nameOf, reasonOf, requestText, stepNumber, type Tone, verdictOf } from '../../src/index.ts';
import { isTold, owedNoise } from './events.ts';
import { type Chapter, chapterAt } from './scale.ts';
import { chapterTimeWithUnit } from './ticks.ts';

/** A row of the list: a step with its events below it, or an event. */
export interface ListRow {
  readonly event: EventId;
  readonly level: 1 | 2;
  readonly step: number;
}

/** Rows in the order of the trace. Everything is in the list, bookkeeping too; events of a folded step are left out. */
export function readListRows(trace: Trace, folded: ReadonlySet<number>): readonly ListRow[] {
  const rows: ListRow[] = [];
  for (const event of trace.events) {
    if (event.step === 0 && trace.steps.length > 1) continue;
    if (event.kind === 'step') rows.push({ event: event.id, level: 1, step: event.step });
    else if (!folded.has(event.step)) rows.push({ event: event.id, level: 2, step: event.step });
  }
  return rows;
}

/** Index of the last row that has begun at a time; -1 before the first. */
export function rowAt(trace: Trace, rows: readonly ListRow[], time: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const row = rows[middle];
    if (row !== undefined && (trace.events[row.event]?.time ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

export interface RowText {
  readonly time: string;
  readonly phase: string;
  readonly what: string;
  readonly verdict: string;
  readonly tone: Tone;
  readonly why: string;
}

const KIND: Readonly<Record<TraceEvent['kind'], string>> = {
  step: '',
  request: '',
  webhook: 'webhook ',
  rule: 'rule ',
  stored: 'etcd ',
  'never-stored': 'etcd ',
  plan: '',
  'update-request': 'UpdateRequest ',
  attempt: '',
  'attempt-part': 'part ',
  target: 'downstream ',
  event: 'Event ',
  log: 'log ',
  report: 'report ',
  policy: 'policy ',
  unsupported: '',
  stopped: '',
};

/** Steps by the number a person counts; waits have none. */
function stepName(trace: Trace, index: number, name: string): string {
  const number = stepNumber(trace, index);
  return number === undefined ? name : `Step ${number}: ${name}`;
}

/** The cells of a row. The verdict of what has not ended at the playhead is told all the same: the list is the whole trace. */
export function rowText(trace: Trace, chapters: readonly Chapter[], event: TraceEvent): RowText {
  const chapter = chapterAt(chapters, event.time);
  const verdict = verdictOf(event);
  const noise = event.kind === 'log' && owedNoise(trace, event);
  const name = event.kind === 'request' ? requestName(event) : nameOf(trace, event);
  return {
    time: chapterTimeWithUnit(Math.max(0, event.time - (chapter?.start ?? 0))),
    phase: event.phase,
    what: event.kind === 'step' ? stepName(trace, event.step, name) : `${KIND[event.kind]}${name}`,
    verdict: noise ? 'expected' : verdict.word,
    tone: noise ? 'noise' : verdict.tone,
    why: [reasonOf(event), ...(event.couldAlso ?? []).map((one) => `Could also be otherwise: ${one}`)]
      .filter((part) => part !== '')
      .join(' ')
      .replace(/\s+/g, ' '),
  };
}

const requestName = (event: Extract<TraceEvent, { kind: 'request' }>): string =>
  event.target.name === '' ? requestText(event) : `${requestText(event)} ${event.target.name}`;

/** What the upright trace shows: a row a thing that a person would tell, not every call. */
export function readUprightRows(trace: Trace): readonly EventId[] {
  return trace.events
    .filter((event) => {
      if (!isTold(trace, event)) return false;
      switch (event.kind) {
        case 'request':
        case 'webhook':
        case 'attempt-part':
        case 'log':
          return false;
        case 'rule':
          return event.status !== 'none' && event.ruleType !== 'generate';
        case 'plan':
          return false;
        case 'update-request':
          return event.state !== 'Pending' && event.state !== 'deleted';
        case 'attempt':
          return event.result !== 'failed';
        case 'target':
          return (event.result !== 'never' && event.result !== 'refused') || isLastOf(trace, event);
        case 'stored':
          return event.component !== 'background-controller';
        case 'step':
          return trace.steps[event.step]?.kind !== 'wait';
        default:
          return true;
      }
    })
    .map(({ id }) => id);
}

/** The last word on a target of an UpdateRequest; looks a bounded way ahead. */
function isLastOf(trace: Trace, event: Extract<TraceEvent, { kind: 'target' }>): boolean {
  for (let i = event.id + 1; i < Math.min(trace.events.length, event.id + 200); i++) {
    const later = trace.events[i];
    if (
      later?.kind === 'target' &&
      later.updateRequest === event.updateRequest &&
      later.target.name === event.target.name &&
      later.target.kind === event.target.kind
    ) {
      return false;
    }
  }
  return true;
}
