import { isObject, type JsonObject } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf } from '../kubernetes/object.ts';
import { KYVERNO_NAMESPACE } from '../kyverno/configuration.ts';
import type { Policy } from '../kyverno/policy.ts';
import { readUpdateRequest, readUpdateRequestStatus, updateRequestsOf } from '../kyverno/update-request.ts';
import { ask, type BackgroundEnvironment } from './environment.ts';
import { MAX_RETRIES } from './latencies.ts';
import type { WorkItem } from './work-item.ts';

/** Begins an attempt at an UpdateRequest: its event is open until somebody closes it. */
export function openAttempt(
  env: BackgroundEnvironment,
  object: KubernetesObject,
  policy: Policy | undefined,
  pace: WorkItem['pace'],
  worker: number,
  cause: WorkItem['attempt'],
): WorkItem {
  const status = readUpdateRequestStatus(object);
  const attempt = env.recorder.open({
    kind: 'attempt',
    phase: 'background',
    cause,
    updateRequest: nameOf(object),
    attempt: status.retryCount + 1,
    of: MAX_RETRIES + 1,
    worker,
    result: 'completed',
    message: '',
  });
  return {
    object,
    name: nameOf(object),
    spec: readUpdateRequest(object),
    status,
    policy,
    attempt,
    pace,
  };
}

/** An attempt has failed: it is counted, and after the last one the UpdateRequest goes (lifecycle B.6). */
export function* writeFailure(
  env: BackgroundEnvironment,
  item: WorkItem,
  message: string,
  fields: JsonObject = {},
): Process<void> {
  const { retryCount } = item.status;
  if (retryCount >= MAX_RETRIES) yield* remove(env, item.object, item.attempt);
  else yield* writeStatus(env, item, { state: 'Failed', message, retryCount: retryCount + 1, ...fields });
}

/** Changes fields of the status; the others stay, and an empty list is none. */
export function* writeStatus(env: BackgroundEnvironment, item: WorkItem, fields: JsonObject): Process<void> {
  const resource = updateRequestsOf(env.behaviour);
  const live = env.server.lookup(resource, KYVERNO_NAMESPACE, item.name);
  if (live === undefined) return;
  const before = live['status'];
  const all = { ...(isObject(before) ? before : {}), ...fields };
  const status = Object.fromEntries(
    Object.entries(all).filter(([, value]) => !Array.isArray(value) || value.length > 0),
  );
  yield* ask(env, {
    verb: 'update',
    resource,
    namespace: KYVERNO_NAMESPACE,
    subresource: 'status',
    name: item.name,
    body: { ...live, status },
    cause: item.attempt,
  });
}

/** Takes an UpdateRequest away. */
export function* remove(
  env: BackgroundEnvironment,
  object: KubernetesObject,
  cause: WorkItem['attempt'],
): Process<void> {
  yield* ask(env, {
    verb: 'delete',
    resource: updateRequestsOf(env.behaviour),
    namespace: KYVERNO_NAMESPACE,
    name: nameOf(object),
    cause,
  });
}

/** Makes a Failed UpdateRequest Pending again; its count and message stay. */
export function* retry(
  env: BackgroundEnvironment,
  object: KubernetesObject,
  cause: WorkItem['attempt'],
): Process<void> {
  const status = object['status'];
  yield* ask(env, {
    verb: 'update',
    resource: updateRequestsOf(env.behaviour),
    namespace: KYVERNO_NAMESPACE,
    subresource: 'status',
    name: nameOf(object),
    body: {
      ...object,
      status: { ...(typeof status === 'object' && status !== null ? status : {}), state: 'Pending' },
    },
    cause,
  });
}
