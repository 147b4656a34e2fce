import { assert } from '../base/assert.ts';
import type { Clock } from '../base/scheduler.ts';
import {
  type EvaluationId,
  type EventId,
  evaluationId,
  eventId,
  type RevisionId,
  revisionId,
  type StepIndex,
  stepIndex,
} from '../base/units.ts';
import type { EvaluationNode } from '../kyverno/evaluation.ts';
import type { TraceEvent } from './event.ts';
import type { NewEvent, Recorder } from './recorder.ts';
import type { ObjectRevision, RuleEvaluation } from './trace.ts';

/** What was recorded so far; the lists grow while the run goes on. */
export interface Recording {
  readonly events: readonly TraceEvent[];
  readonly revisions: readonly ObjectRevision[];
  readonly evaluations: readonly RuleEvaluation[];
}

export interface TraceRecorder extends Recorder {
  readonly recording: Recording;
  /** From now on, what has no cause belongs to this step. */
  beginStep(step: StepIndex): void;
  /** Ends what is still open at the present time: the run was stopped in the middle. */
  closeAll(): void;
}

/**
 * A recorder over the scheduler's clock. An event belongs to the step of its cause, however late it happens; one without
 * cause belongs to the present step.
 */
export function createRecorder(clock: Clock): TraceRecorder {
  const events: TraceEvent[] = [];
  const revisions: ObjectRevision[] = [];
  const evaluations: RuleEvaluation[] = [];
  const open = new Set<number>();
  let present = stepIndex(0);

  const add = (event: NewEvent): EventId => {
    const id = eventId(events.length);
    const time = clock.now();
    const step = event.cause === undefined ? present : (events[event.cause]?.step ?? present);
    events.push({ ...event, id, time, end: time, step } as TraceEvent);
    return id;
  };

  const close = (id: EventId, patch: Readonly<Record<string, unknown>> = {}): void => {
    const event = events[id];
    assert(event !== undefined && open.delete(id), `event ${id} is open`);
    events[id] = { ...event, ...patch, end: clock.now() } as TraceEvent;
  };

  return {
    recording: { events, revisions, evaluations },
    record: add,
    open: (event) => {
      const id = add(event);
      open.add(id);
      return id;
    },
    close,
    couldAlso: (id, sentence) => {
      const event = events[id];
      assert(event !== undefined, `event ${id} is there`);
      events[id] = { ...event, couldAlso: [...(event.couldAlso ?? []), sentence] };
    },
    addRevision: (revision): RevisionId => {
      const id = revisionId(revisions.length);
      revisions.push({ ...revision, id, time: clock.now() });
      return id;
    },
    addEvaluation: (evaluation): EvaluationId => {
      evaluations.push(evaluation);
      return evaluationId(evaluations.length - 1);
    },
    extendEvaluation: (id, rows) => {
      const known = evaluations[id];
      assert(known !== undefined, 'an evaluation is extended after it was added');
      const before = rows.some(hasDecided) ? known.tree.map(withoutDecision) : known.tree;
      evaluations[id] = { ...known, tree: [...before, ...rows] };
    },
    beginStep: (step) => {
      present = step;
    },
    closeAll: () => {
      for (const id of [...open]) close(eventId(id));
    },
  };
}

const hasDecided = ({ decided, children = [] }: EvaluationNode): boolean =>
  decided === true || children.some(hasDecided);

function withoutDecision(node: EvaluationNode): EvaluationNode {
  const { decided: _, children, ...rest } = node;
  return children === undefined ? rest : { ...rest, children: children.map(withoutDecision) };
}
