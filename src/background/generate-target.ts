import { equal, get, getObject, type Json, type JsonObject } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { ApiResponse, StatusFailure } from '../cluster/api.ts';
import type { GenerateTarget } from '../engine/engine-response.ts';
import type { KubernetesObject, ObjectRef } from '../kubernetes/object.ts';
import { refOf } from '../kubernetes/object.ts';
import { downstreamLabels } from '../kyverno/labels.ts';
import type { Policy, Rule } from '../kyverno/policy.ts';
import type { RuleContext } from '../kyverno/update-request.ts';
import type { TargetEvent } from '../trace/event.ts';
import { ask, type BackgroundEnvironment, infoOf, logLine, placeOf } from './environment.ts';
import { subjectOf, type WorkItem } from './work-item.ts';

/** An error while applying a rule. */
export interface ApplyError {
  readonly message: string;
  readonly notFound: boolean;
  /** It came from looking the target up, not from writing it. */
  readonly lookup: boolean;
  /** Variables of the rule could not be replaced. */
  readonly substitution?: boolean;
}

/** What one attempt is about: a rule of a policy, and the trigger that it is applied for. */
export interface RuleTask {
  readonly item: WorkItem;
  readonly policy: Policy;
  readonly rule: Rule;
  readonly context: RuleContext;
  readonly trigger: KubernetesObject;
  /** The attempt's part. */
  readonly cause: EventId;
  /** What log lines print for the target, where that is not the target: of a cloneList only the namespace is known. */
  readonly logTarget?: ObjectRef;
}

export type Generated = { readonly created?: ObjectRef } | { readonly error: ApplyError };

export const isSynchronized = (rule: Rule): boolean => get(get(rule.raw, 'generate'), 'synchronize') === true;

export const applyError = (failure: StatusFailure, lookup: boolean): ApplyError => ({
  message: failure.message,
  notFound: failure.reason === 'NotFound',
  lookup,
});

const NOT_SERVED: ApplyError = {
  message: 'the server could not find the requested resource',
  notFound: true,
  lookup: false,
};

const OVERTAKEN =
  'Somebody else made it between look and write; Kyverno takes that for its own success and leaves it as it is.';

/** Reference of a target before it exists. */
export const targetRef = (target: GenerateTarget): ObjectRef => ({
  apiVersion: target.apiVersion,
  kind: target.kind,
  ...(target.namespace === '' ? {} : { namespace: target.namespace }),
  name: target.name,
});

/** Makes or updates a target from `data` (lifecycle C.4). A rule without any makes an object of nothing but its name. */
export function* generateData(
  env: BackgroundEnvironment,
  task: RuleTask,
  target: GenerateTarget,
): Process<Generated> {
  const { data = {} } = target;
  const ref = targetRef(target);
  const metadata = getObject(data, 'metadata');
  const object: KubernetesObject = {
    ...data,
    apiVersion: target.apiVersion,
    kind: target.kind,
    metadata: {
      ...metadata,
      name: target.name,
      ...(target.namespace === '' ? {} : { namespace: target.namespace }),
      labels: {
        ...ownLabels(metadata),
        ...downstreamLabels(task.policy, task.rule.name, task.trigger),
      },
    },
  };
  return yield* generateObject(env, task, ref, object);
}

/** Labels of which one is no text are taken for none: so unstructured objects read them before Kyverno adds its own. */
function ownLabels(metadata: JsonObject): JsonObject {
  const labels = getObject(metadata, 'labels');
  return Object.values(labels).every((value) => typeof value === 'string') ? labels : {};
}

/** Brings an object into the cluster: creates what is missing, overwrites what is kept in sync, leaves the rest alone. */
export function* generateObject(
  env: BackgroundEnvironment,
  task: RuleTask,
  ref: ObjectRef,
  object: KubernetesObject,
): Process<Generated> {
  const { cause } = task;
  const info = infoOf(env, ref);
  const fail = (error: ApplyError): Generated => {
    if (error.lookup) logFailure(env, task, ref, error);
    recordTarget(env, task, ref, 'refused', refusal(ref, error.message));
    return { error };
  };
  if (info === undefined) return fail(NOT_SERVED);
  if (ref.name === '') return fail({ message: 'name is required', notFound: false, lookup: true });
  const place = placeOf(info, ref.namespace);
  const found = yield* ask(env, { verb: 'get', ...place, name: ref.name, cause });
  if (found.failure !== undefined && found.failure.code !== 404) return fail(applyError(found.failure, true));
  if (found.object === undefined) {
    const made = yield* write(env, task, { verb: 'create', ...place, body: object, cause }, ref.name);
    if (made.failure !== undefined && made.failure.reason !== 'AlreadyExists')
      return fail(applyError(made.failure, false));
    logLine(env, 'created generate target resource', lines(task, ref), cause);
    if (made.failure === undefined)
      recordTarget(env, task, ref, 'created', `Created for the trigger ${triggerText(task)}.`);
    else recordTarget(env, task, ref, 'kept', OVERTAKEN);
    return { created: made.object === undefined ? ref : refOf(made.object) };
  }
  return yield* overwrite(env, task, ref, place, object, found.object, fail);
}

function* overwrite(
  env: BackgroundEnvironment,
  task: RuleTask,
  ref: ObjectRef,
  place: ReturnType<typeof placeOf>,
  object: KubernetesObject,
  live: KubernetesObject,
  fail: (error: ApplyError) => Generated,
): Process<Generated> {
  if (!isSynchronized(task.rule)) {
    const why = 'It exists already and synchronize is off, so Kyverno leaves it as it is.';
    recordTarget(env, task, ref, 'kept', why);
    return {};
  }
  if (env.behaviour.comparesAsSubset && isSubset(object, live)) {
    recordTarget(env, task, ref, 'kept', 'It exists already and holds all that the rule asks for.');
    return {};
  }
  const resourceVersion = live.metadata['resourceVersion'] ?? '';
  const body = { ...object, metadata: { ...object.metadata, resourceVersion } };
  const { cause } = task;
  const put = yield* write(env, task, { verb: 'update', ...place, body, cause }, ref.name);
  if (put.failure !== undefined) {
    logLine(env, 'failed to update resource', lines(task, ref), cause, put.failure.message);
    return fail(applyError(put.failure, false));
  }
  const same = put.object?.metadata['resourceVersion'] === resourceVersion;
  if (same)
    recordTarget(env, task, ref, 'unchanged', 'It is as the rule asks for: the write changed nothing.');
  else
    recordTarget(
      env,
      task,
      ref,
      'updated',
      `Brought in line with the rule for the trigger ${triggerText(task)}.`,
    );
  return {};
}

/** Creates or replaces the target; with `useServerSideApply` it is applied instead, whoever owned its fields (lifecycle C.4). */
function* write(
  env: BackgroundEnvironment,
  task: RuleTask,
  request: Omit<Parameters<typeof ask>[1], 'body'> & { readonly body: KubernetesObject },
  name: string,
): Process<ApiResponse> {
  if (get(task.policy.spec, 'useServerSideApply') !== true)
    return yield* ask(env, request.verb === 'update' ? { ...request, name } : request);
  const { body, ...rest } = request;
  const { resourceVersion: _, ...metadata } = body.metadata;
  const patch = { type: 'apply', body: { ...body, metadata } } as const;
  return yield* ask(env, {
    ...rest,
    verb: 'patch',
    name,
    patch,
    force: true,
    fieldManager: 'kyverno-generate',
  });
}

/** Whether every field of the generated object is in the live one (1.11). */
function isSubset(wanted: Json, live: Json | undefined): boolean {
  if (Array.isArray(wanted))
    return (
      Array.isArray(live) &&
      wanted.length === live.length &&
      wanted.every((item, index) => isSubset(item, live[index]))
    );
  if (typeof wanted === 'object' && wanted !== null)
    return Object.entries(wanted as JsonObject).every(([key, value]) => isSubset(value, get(live, key)));
  return equal(wanted, live);
}

const lines = (task: RuleTask, ref: ObjectRef) =>
  subjectOf(task.item, task.context, task.trigger, task.logTarget ?? ref);

/** The line about a target that could not even be decided on. */
export const logFailure = (
  env: BackgroundEnvironment,
  task: RuleTask,
  ref: ObjectRef,
  error: ApplyError,
): void => logLine(env, 'failed to generate resource', lines(task, ref), task.cause, error.message);

const triggerText = ({ trigger }: RuleTask): string => {
  const ref = refOf(trigger);
  return `${ref.kind} ${ref.namespace === undefined ? '' : `${ref.namespace}/`}${ref.name}`;
};

const refusal = (ref: ObjectRef, message: string): string =>
  `The API server refused ${ref.kind} ${ref.name === '' ? '(no name)' : ref.name}: ${message}`;

/** Tells what became of a target. */
export function recordTarget(
  env: BackgroundEnvironment,
  task: Omit<RuleTask, 'trigger' | 'policy'> & { readonly trigger: ObjectRef | KubernetesObject },
  target: ObjectRef,
  result: TargetEvent['result'],
  reason: string,
): void {
  const { trigger } = task;
  env.recorder.record({
    kind: 'target',
    phase: 'background',
    cause: task.cause,
    target,
    policy: task.item.spec.policy,
    rule: task.context.rule,
    trigger: 'metadata' in trigger ? refOf(trigger) : trigger,
    updateRequest: task.item.name,
    result,
    synchronize: isSynchronized(task.rule),
    reason,
  });
}
