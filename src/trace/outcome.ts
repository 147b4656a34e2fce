import { equal, type Json } from '../base/json.ts';
import type { EventId, Milliseconds, RevisionId, StepIndex } from '../base/units.ts';
import type { ObjectRef } from '../kubernetes/object.ts';
import type { EvaluationNode } from '../kyverno/evaluation.ts';
import { causalityOf } from './causality.ts';
import type {
  AttemptEvent,
  PlanEvent,
  RuleEvent,
  StoredEvent,
  TargetEvent,
  TraceEvent,
  UpdateRequestEvent,
} from './event.ts';
import type { Trace } from './trace.ts';
import { userText } from './words.ts';

/**
 * How a target stands. `planned`: an UpdateRequest exists, nothing decided yet · `produced`: made, not kept in sync ·
 * `in sync`, `drifted`, `deleted`: what its latest revision says · `refused`: the API server said no · `never`: given up or
 * found not to be made · `changed`, `unchanged`: a target of a mutate-existing rule, written or left as it was · `not planned`:
 * the rule was looked at and made no UpdateRequest.
 */
export type TargetState =
  | 'planned'
  | 'produced'
  | 'in sync'
  | 'drifted'
  | 'deleted'
  | 'refused'
  | 'never'
  | 'changed'
  | 'unchanged'
  | 'not planned';

/** What background did about a target up to the playhead. */
export interface BackgroundProgress {
  readonly attempts: number;
  readonly failed: number;
  readonly of: number;
  /** Whether an attempt is under way at the playhead. */
  readonly running: boolean;
  /** Last known state of the UpdateRequest. */
  readonly state: UpdateRequestEvent['state'];
}

/** A row of the generate table: one target of one rule in one step. */
export interface OutcomeRow {
  readonly step: StepIndex;
  readonly policy: string;
  readonly rule: string;
  readonly action: 'generate' | 'delete' | 'mutate';
  /** Absent when the rule was not planned or its target cannot be known. */
  readonly target?: ObjectRef;
  readonly updateRequest?: string;
  readonly progress?: BackgroundProgress;
  readonly state: TargetState;
  /** Why it stands so, one sentence. */
  readonly reason: string;
  /** The event that tells most about it, for selecting it. */
  readonly event: EventId;
}

/** What each phase produced up to a moment, by step and rule: the answer of the product. */
export function outcomeRows(trace: Trace, at: Milliseconds): readonly OutcomeRow[] {
  const seen = trace.events.filter((event) => event.time <= at);
  const index = indexEvents(seen);
  const planned = seen.flatMap((event) => (event.kind === 'plan' ? rowsOfPlan(trace, event, index, at) : []));
  const unplanned = seen.flatMap((event) => (isUnplanned(event, index) ? [rowOfRule(trace, event)] : []));
  return mergeRepeats([...planned, ...unplanned]).sort(
    (left, right) => left.step - right.step || left.event - right.event,
  );
}

interface SeenEvents {
  readonly states: ReadonlyMap<string, UpdateRequestEvent>;
  readonly attempts: ReadonlyMap<string, readonly AttemptEvent[]>;
  readonly targets: ReadonlyMap<string, TargetEvent>;
  readonly writes: ReadonlyMap<string, readonly StoredEvent[]>;
  readonly plannedRules: ReadonlySet<string>;
}

const objectKey = (ref: ObjectRef): string =>
  `${ref.apiVersion}|${ref.kind}|${ref.namespace ?? ''}|${ref.name}`;
const targetKey = (updateRequest: string, rule: string, ref: ObjectRef): string =>
  `${updateRequest}|${rule}|${objectKey(ref)}`;
const ruleKey = (step: StepIndex, policy: string, rule: string): string => `${step}|${policy}|${rule}`;

function indexEvents(events: readonly TraceEvent[]): SeenEvents {
  const states = new Map<string, UpdateRequestEvent>();
  const attempts = new Map<string, AttemptEvent[]>();
  const targets = new Map<string, TargetEvent>();
  const writes = new Map<string, StoredEvent[]>();
  const plannedRules = new Set<string>();
  for (const event of events) {
    if (event.kind === 'update-request') states.set(event.name, event);
    else if (event.kind === 'attempt') append(attempts, event.updateRequest, event);
    else if (event.kind === 'target')
      targets.set(targetKey(event.updateRequest, event.rule, event.target), event);
    else if (event.kind === 'stored') append(writes, objectKey(event.object), event);
    else if (event.kind === 'plan') plannedRules.add(ruleKey(event.step, event.policy, event.rule));
  }
  return { states, attempts, targets, writes, plannedRules };
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function rowsOfPlan(trace: Trace, plan: PlanEvent, index: SeenEvents, at: Milliseconds): OutcomeRow[] {
  const actual = [...index.targets.values()].filter(
    (event) => event.updateRequest === plan.updateRequest && event.rule === plan.rule,
  );
  const isSame = plan.action === 'mutate' ? isSameObject : sameKindOfTarget;
  const expected = plan.targets.filter((ref) => !actual.some((event) => isSame(event.target, ref)));
  const common = {
    step: plan.step,
    policy: plan.policy,
    rule: plan.rule,
    action: plan.action,
    updateRequest: plan.updateRequest,
    progress: progressOf(plan, index, at),
  };
  const rows: OutcomeRow[] = actual.map((event) => ({
    ...common,
    target: event.target,
    ...(plan.action === 'mutate' ? stateOfMutated : stateOfTarget)(trace, event, index),
  }));
  for (const target of expected) rows.push({ ...common, target, ...stateWithoutTarget(trace, plan, index) });
  if (rows.length === 0) rows.push({ ...common, ...stateWithoutTarget(trace, plan, index) });
  return rows;
}

const isSameObject = (actual: ObjectRef, planned: ObjectRef): boolean =>
  objectKey(actual) === objectKey(planned);

/** A name that is computed from the live object may differ from the planned one; kind and namespace then still agree. */
function sameKindOfTarget(actual: ObjectRef, planned: ObjectRef): boolean {
  return actual.kind === planned.kind && (actual.namespace ?? '') === (planned.namespace ?? '');
}

function progressOf(plan: PlanEvent, index: SeenEvents, at: Milliseconds): BackgroundProgress {
  const attempts = index.attempts.get(plan.updateRequest) ?? [];
  const running = attempts.some((attempt) => attempt.end > at);
  return {
    attempts: attempts.length,
    failed: attempts.filter((attempt) => attempt.end <= at && attempt.result === 'failed').length,
    of: attempts[0]?.of ?? 5,
    running,
    state: index.states.get(plan.updateRequest)?.state ?? '',
  };
}

type StateAndReason = Pick<OutcomeRow, 'state' | 'reason' | 'event'>;

function stateWithoutTarget(trace: Trace, plan: PlanEvent, index: SeenEvents): StateAndReason {
  const request = index.states.get(plan.updateRequest);
  const message = request?.message ?? '';
  const event = request?.id ?? plan.id;
  const attempts = index.attempts.get(plan.updateRequest) ?? [];
  if (plan.action !== 'delete' && message !== '' && triggerWasRefused(trace, plan.trigger)) {
    const asked =
      'The trigger’s uid is not in the cluster: the request that would have stored it was refused.';
    if (request?.state === 'dropped')
      return {
        state: 'never',
        reason: `${asked} After ${attempts.length} attempts the UpdateRequest was dropped.`,
        event,
      };
    if (request?.state === 'deleted' || request?.state === 'Completed')
      return { state: 'never', reason: `${asked} The UpdateRequest completed without trying again.`, event };
    const left = (attempts[0]?.of ?? 5) - attempts.length;
    const next =
      left === 0
        ? 'Then the UpdateRequest is dropped.'
        : `${left} more ${left === 1 ? 'try' : 'tries'}, then the UpdateRequest is dropped.`;
    return { state: 'planned', reason: `${asked} ${next}`, event };
  }
  if (request?.state === 'dropped')
    return { state: 'never', reason: message === '' ? 'The UpdateRequest was dropped.' : message, event };
  if (request?.state === 'deleted' || request?.state === 'Completed')
    return {
      state: 'never',
      reason: message === '' ? 'The UpdateRequest completed without making it.' : message,
      event,
    };
  const waiting = message === '' ? 'The background controller has not decided yet.' : message;
  return { state: 'planned', reason: plan.unknown ?? waiting, event };
}

function stateOfTarget(trace: Trace, event: TargetEvent, index: SeenEvents): StateAndReason {
  const byEvent = { reason: reasonOfTarget(trace, event), event: event.id };
  if (event.result === 'refused' || event.result === 'never') return { state: event.result, ...byEvent };
  const last = index.writes
    .get(objectKey(event.target))
    ?.filter((write) => changesContent(trace, write))
    .at(-1);
  if (event.result === 'deleted') return { state: 'deleted', ...byEvent };
  // What nobody has written stands as it was before the run.
  if (last === undefined) return { state: event.synchronize ? 'in sync' : 'produced', ...byEvent };
  const who = userText(last.username);
  const later = last.time > event.time && last.component !== 'background-controller';
  if (last.change === 'DELETED') return { state: 'deleted', reason: `${who} deleted it.`, event: last.id };
  if (later)
    return event.synchronize
      ? { state: 'drifted', reason: `${who} changed it; Kyverno has not put it right yet.`, event: last.id }
      : { state: 'drifted', reason: `${who} changed it; synchronize is off, so it stays.`, event: last.id };
  return { state: event.synchronize ? 'in sync' : 'produced', ...byEvent };
}

/** A target of a mutate-existing rule is not watched: what others do to it later is theirs. */
function stateOfMutated(_trace: Trace, event: TargetEvent, index: SeenEvents): StateAndReason {
  const byEvent = { reason: event.reason, event: event.id };
  const last = index.writes.get(objectKey(event.target))?.at(-1);
  if (last?.change === 'DELETED' && last.time > event.time)
    return { state: 'deleted', reason: `${userText(last.username)} deleted it.`, event: last.id };
  if (event.result === 'refused' || event.result === 'never') return { state: event.result, ...byEvent };
  return { state: event.result === 'updated' ? 'changed' : 'unchanged', ...byEvent };
}

function reasonOfTarget(trace: Trace, event: TargetEvent): string {
  if (event.result !== 'created' || !triggerWasRefused(trace, event.trigger)) return event.reason;
  const trigger = `${event.trigger.kind} ${event.trigger.name}`;
  return `Really made, although its trigger ${trigger} was refused and never stored: this version takes the object from the admission request.`;
}

/** Whether a write changed more than the status: a status belongs to whoever serves the object. */
function changesContent(trace: Trace, write: StoredEvent): boolean {
  if (write.change !== 'MODIFIED' || write.previous === undefined) return true;
  const content = (revision: RevisionId): Json => {
    const object = trace.revisions[revision]?.object;
    if (object === undefined) return null;
    const { status: _, metadata, ...rest } = object;
    return { ...rest, labels: metadata['labels'] ?? null, annotations: metadata['annotations'] ?? null };
  };
  return !equal(content(write.previous), content(write.revision));
}

function isUnplanned(event: TraceEvent, index: SeenEvents): event is RuleEvent {
  return (
    event.kind === 'rule' &&
    event.phase === 'admission' &&
    (event.ruleType === 'generate' || event.ruleType === 'mutateExisting') &&
    event.status !== 'pass' &&
    !index.plannedRules.has(ruleKey(event.step, event.policy, event.rule))
  );
}

function rowOfRule(trace: Trace, event: RuleEvent): OutcomeRow {
  return {
    step: event.step,
    policy: event.policy,
    rule: event.rule,
    action: event.ruleType === 'mutateExisting' ? 'mutate' : 'generate',
    state: 'not planned',
    reason: reasonOfRule(trace, event),
    event: event.id,
  };
}

/** Why a rule did not fire: the clause that decided, with both sides of it. */
function reasonOfRule(trace: Trace, event: RuleEvent): string {
  const decided = decidedNode(trace.evaluations[event.evaluation]?.tree ?? []);
  const what = event.status === 'skip' ? 'Preconditions not met' : 'Does not match';
  if (decided === undefined) return event.message === '' ? `${what}.` : event.message;
  const values = decided.variables?.flatMap(({ value }) => (value === undefined ? [] : [short(value)])) ?? [];
  if (values.length > 1) return `${what}: ${decided.label} is false for ${values.join(' and ')}.`;
  const expected = decided.expected === undefined ? '' : ` asks for ${short(decided.expected)}`;
  const actual = decided.actual === undefined ? '' : `, the request has ${short(decided.actual)}`;
  const message = decided.expected === undefined ? (decided.message ?? event.message) : '';
  return `${what}: ${decided.label}${expected}${actual}${message === '' ? '' : `, ${message}`}.`;
}

function decidedNode(nodes: readonly EvaluationNode[]): EvaluationNode | undefined {
  for (const node of nodes) {
    const found = node.decided ? node : decidedNode(node.children ?? []);
    if (found !== undefined) return found;
  }
  return undefined;
}

function short(value: Json): string {
  const text = Array.isArray(value)
    ? value.map(short).join(', ')
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

/** One step can ask the same rule more than once (a write of Kyverno's own passes admission too): the first answer stays. */
function mergeRepeats(rows: readonly OutcomeRow[]): OutcomeRow[] {
  const kept = new Map<string, OutcomeRow>();
  for (const row of rows) {
    const key = `${ruleKey(row.step, row.policy, row.rule)}|${row.updateRequest ?? ''}|${row.target ? objectKey(row.target) : ''}`;
    if (!kept.has(key)) kept.set(key, row);
  }
  return [...kept.values()];
}

/** Uids of objects that were never stored, read once a trace: every planned downstream asks. */
const refusedTriggers = new WeakMap<Trace, ReadonlySet<string>>();

function readRefused({ events }: Trace): ReadonlySet<string> {
  const uids = new Set<string>();
  for (const event of events)
    if (event.kind === 'never-stored' && event.change === 'ADDED' && event.object.uid !== undefined)
      uids.add(event.object.uid);
  return uids;
}

/** Whether the request that would have stored an object with this uid was refused: such an object never existed. */
export function triggerWasRefused(trace: Trace, { uid }: ObjectRef): boolean {
  if (uid === undefined) return false;
  const known = refusedTriggers.get(trace) ?? readRefused(trace);
  refusedTriggers.set(trace, known);
  return known.has(uid);
}

/** An object that exists at a moment, with how it came to be so. */
export interface ClusterObject {
  readonly ref: ObjectRef;
  readonly revision: RevisionId;
  /** The write that made this revision; absent for what was there before. */
  readonly event?: EventId;
}

/** Everything that etcd holds at a moment, by key, in order of first appearance. */
export function objectsAt(trace: Trace, at: Milliseconds): readonly ClusterObject[] {
  const objects = new Map<string, ClusterObject>();
  for (const revision of trace.revisions) {
    if (revision.time > at) break;
    const { object } = revision;
    const namespace = object.metadata['namespace'];
    const ref: ObjectRef = {
      apiVersion: object.apiVersion,
      kind: object.kind,
      name: String(object.metadata['name'] ?? ''),
      ...(typeof namespace === 'string' && namespace !== '' ? { namespace } : {}),
    };
    if (revision.deleted) objects.delete(objectKey(ref));
    else
      objects.set(objectKey(ref), {
        ref,
        revision: revision.id,
        ...(revision.event === undefined ? {} : { event: revision.event }),
      });
  }
  return [...objects.values()];
}

/** All writes of one name, in order of time: the life of a name. */
export function lifeOf(trace: Trace, ref: ObjectRef): readonly StoredEvent[] {
  const key = objectKey(ref);
  return trace.events.filter(
    (event) => event.kind === 'stored' && objectKey(event.object) === key,
  ) as StoredEvent[];
}

/** The person's step that an event belongs to by its causes; a timer belongs to the step it fell into. */
export function originOf(trace: Trace, id: EventId): TraceEvent | undefined {
  return causalityOf(trace).causesOf(id).at(-1);
}
