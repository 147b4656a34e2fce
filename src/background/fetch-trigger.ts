import { getObject, getString, isObject, type Json } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import { type EventId, milliseconds } from '../base/units.ts';
import type { ResourceInfo } from '../cluster/api.ts';
import type { KubernetesObject, ObjectRef } from '../kubernetes/object.ts';
import { uidOf } from '../kubernetes/object.ts';
import { labelOf, POLICY_NAME } from '../kyverno/labels.ts';
import { BACKGROUND_CONTROLLER } from '../kyverno/service-accounts.ts';
import type { RuleContext } from '../kyverno/update-request.ts';
import { ask, type BackgroundEnvironment, infoOf, placeOf, recordLine } from './environment.ts';
import { BACKGROUND_LATENCIES } from './latencies.ts';
import { triggerLookupLines } from './log-lines.ts';
import type { WorkItem } from './work-item.ts';

/** The trigger, or why there is none. Neither: the version goes on without. */
export interface FetchedTrigger {
  readonly trigger?: KubernetesObject;
  readonly error?: string;
}

const REJECTED = 'the corresponding admission request may have been rejected by the API server';

/** Finds the object that an UpdateRequest is about (lifecycle C.2; versions.md, C.2). */
export function* fetchTrigger(
  env: BackgroundEnvironment,
  item: WorkItem,
  context: RuleContext,
  cause: EventId,
): Process<FetchedTrigger> {
  const request = item.spec.admissionRequest;
  const operation = getString(request, 'operation') ?? '';
  const object = objectAt(request, 'object');
  const old = objectAt(request, 'oldObject');
  if (request === undefined) return yield* findOrMiss(env, item, context.trigger, cause);
  if (operation === 'CREATE') {
    const found = yield* find(env, item, context.trigger, cause);
    if (found.trigger !== undefined) return found;
    const fallsBack =
      env.behaviour.fallsBackToAdmissionObject || getString(request, 'subResource') !== undefined;
    return fallsBack && object !== undefined ? { trigger: object } : found;
  }
  if (operation === 'UPDATE') {
    if (env.behaviour.fallsBackToAdmissionObject && object !== undefined) return { trigger: object };
    return yield* find(env, item, context.trigger, cause);
  }
  if (operation === 'DELETE' && old !== undefined) {
    if (labelOf(old, POLICY_NAME) !== undefined && uidOf(old) !== context.trigger.uid)
      return yield* findOrMiss(env, item, context.trigger, cause);
    if (env.behaviour.fallsBackToAdmissionObject) return { trigger: old };
    return yield* verifyDeletion(env, context.trigger, old, cause);
  }
  const payload = object ?? old;
  return payload === undefined ? { error: 'resource not found' } : { trigger: payload };
}

/** Without an admission request there is nothing to fall back to; versions differ in what they make of that. */
function* findOrMiss(
  env: BackgroundEnvironment,
  item: WorkItem,
  trigger: ObjectRef,
  cause: EventId,
): Process<FetchedTrigger> {
  const found = yield* find(env, item, trigger, cause);
  if (found.trigger !== undefined || !env.behaviour.fallsBackToAdmissionObject) return found;
  return env.behaviour.missingTriggerWithoutRequest === 'fails' ? { error: 'resource not found' } : {};
}

/** Lists the trigger's kind and picks the object by uid (background/common/resource.go). */
function* find(
  env: BackgroundEnvironment,
  item: WorkItem,
  trigger: ObjectRef,
  cause: EventId,
): Process<FetchedTrigger> {
  if (env.behaviour.printsTriggerLookups) printLookup(env, trigger, cause);
  const info = infoOf(env, trigger);
  if (info === undefined)
    return { error: 'failed to list trigger resources: the server could not find the requested resource' };
  if (trigger.uid === undefined) return yield* findByName(env, trigger, info, cause);
  const now = env.scheduler.now();
  const due = item.pace.lastList === undefined ? now : item.pace.lastList + BACKGROUND_LATENCIES.listPeriod;
  const allowed = env.server.authorize(BACKGROUND_CONTROLLER, {
    verb: 'list',
    group: info.group,
    resource: info.resource,
    ...namespaceOfRef(trigger),
  });
  // A refused list is answered at once; the others wait for the watch cache.
  if (allowed && due > now) yield milliseconds(due - now);
  if (allowed) item.pace.lastList = env.scheduler.now();
  const response = yield* ask(env, {
    verb: 'list',
    ...placeOf(info, trigger.namespace),
    cause,
  });
  if (response.failure !== undefined)
    return { error: `failed to list trigger resources: ${response.failure.message}` };
  const found = response.items?.find((candidate) => uidOf(candidate) === trigger.uid);
  return found === undefined
    ? { error: `${nameTrigger(trigger)} not found in the cluster, ${REJECTED}` }
    : { trigger: found };
}

/** A trigger that is known by its name alone is asked for by it. */
function* findByName(
  env: BackgroundEnvironment,
  trigger: ObjectRef,
  info: ResourceInfo,
  cause: EventId,
): Process<FetchedTrigger> {
  const { apiVersion, kind, namespace = '', name } = trigger;
  if (name === '') return { error: 'resource not found' };
  const { object, failure } = yield* ask(env, { verb: 'get', ...placeOf(info, namespace), name, cause });
  return object === undefined
    ? { error: `resource ${apiVersion}/${kind}/${namespace}/${name}: ${failure?.message ?? ''}` }
    : { trigger: object };
}

const namespaceOfRef = (ref: ObjectRef): { readonly namespace?: string } =>
  ref.namespace === undefined ? {} : { namespace: ref.namespace };

const nameTrigger = (ref: ObjectRef): string =>
  `trigger resource ${ref.apiVersion}/${ref.kind} ${ref.namespace ?? ''}/${ref.name} with uid ${ref.uid ?? ''}`;

/** A deletion counts only if the object is really gone. */
function* verifyDeletion(
  env: BackgroundEnvironment,
  trigger: ObjectRef,
  old: KubernetesObject,
  cause: EventId,
): Process<FetchedTrigger> {
  const info = infoOf(env, trigger);
  if (info === undefined) return { trigger: old };
  const place = placeOf(info, trigger.namespace);
  const response = yield* ask(env, { verb: 'get', ...place, name: trigger.name, cause });
  const { failure, object: live } = response;
  if (failure !== undefined && failure.code !== 404) {
    const what = nameTrigger(trigger);
    return { error: `failed to verify deletion of ${what}: ${failure.message}` };
  }
  const alive =
    live !== undefined &&
    uidOf(live) === trigger.uid &&
    getString(live, 'metadata', 'deletionTimestamp') === undefined;
  return alive
    ? {
        error: `${nameTrigger(trigger)} still exists in the cluster, the delete request may have been rejected by the API server`,
      }
    : { trigger: old };
}

function printLookup(env: BackgroundEnvironment, trigger: ObjectRef, cause: EventId): void {
  const { apiVersion, kind, namespace = '', name, uid = '' } = trigger;
  for (const line of triggerLookupLines({ apiVersion, kind, namespace, name, uid }))
    recordLine(env, { level: 'stdout', line, message: line }, cause);
}

/** The object of an admission request, or on DELETE the one that goes. */
export const payloadOf = (request: Json | undefined): KubernetesObject | undefined =>
  objectAt(request, 'object') ?? objectAt(request, 'oldObject');

function objectAt(request: Json | undefined, field: string): KubernetesObject | undefined {
  const value = isObject(request) ? request[field] : undefined;
  const found = isObject(value) && isObject(getObject(value, 'metadata')) ? value : undefined;
  return found as KubernetesObject | undefined;
}
