import type { EvaluationId, EventId, RevisionId } from '../base/units.ts';
import type { TraceEvent } from './event.ts';
import type { ObjectRevision, RuleEvaluation } from './trace.ts';

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** An event as its producer hands it in: the recorder adds id, time and step; `end` may be left out for instants. */
export type NewEvent = DistributiveOmit<TraceEvent, 'id' | 'time' | 'end' | 'step'>;

/** How `cluster`, `admission`, `background` and `simulation` tell what happens. Time is the scheduler's now. */
export interface Recorder {
  /** Records something that takes no time. */
  record(event: NewEvent): EventId;
  /** Begins something that takes time; its place in the order is fixed here. Close it exactly once. */
  open(event: NewEvent): EventId;
  /** Ends it now, with what is known only at the end. The patch may set any field of the event's own kind. */
  close(id: EventId, patch?: Readonly<Record<string, unknown>>): void;
  /** Notes on an event what a real cluster could also have done there: a sentence. */
  couldAlso(id: EventId, sentence: string): void;
  addRevision(revision: Omit<ObjectRevision, 'id' | 'time'>): RevisionId;
  addEvaluation(evaluation: RuleEvaluation): EvaluationId;
  /** Adds rows to an evaluation that went on; if one of them decided, what was before did not. */
  extendEvaluation(id: EvaluationId, rows: RuleEvaluation['tree']): void;
}
