import type { JsonObject } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf } from '../kubernetes/object.ts';
import { KYVERNO_NAMESPACE } from '../kyverno/configuration.ts';
import type { Policy } from '../kyverno/policy.ts';
import { readUpdateRequest, readUpdateRequestStatus, updateRequestsOf } from '../kyverno/update-request.ts';
import { applyGenerate } from './apply-generate.ts';
import { ask, type BackgroundEnvironment, logLine } from './environment.ts';
import { fetchTrigger } from './fetch-trigger.ts';
import { MAX_RETRIES } from './latencies.ts';
import { subjectOf, type WorkItem } from './work-item.ts';

/** How an attempt ends. `pending`: the UpdateRequest stays as it is (1.11). */
type Ending =
  | { readonly result: 'completed'; readonly generated: readonly JsonObject[] }
  | { readonly result: 'failed'; readonly message: string }
  | { readonly result: 'pending' };

/** Works on a Pending UpdateRequest once, and writes what came of it into its status (lifecycle B.6, C.1). */
export function* attemptUpdateRequest(
  env: BackgroundEnvironment,
  object: KubernetesObject,
  policy: Policy | undefined,
  pace: WorkItem['pace'],
  worker: number,
  cause: WorkItem['attempt'],
): Process<void> {
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
  const item: WorkItem = {
    object,
    name: nameOf(object),
    spec: readUpdateRequest(object),
    status,
    policy,
    attempt,
    pace,
  };
  logLine(env, 'start processing UR', subjectOf(item, item.spec.ruleContext[0]), attempt);
  const ending = yield* processContexts(env, item);
  const message = ending.result === 'failed' ? ending.message : '';
  env.recorder.close(attempt, { result: ending.result, message });
  yield* writeEnding(env, item, ending);
}

function* processContexts(env: BackgroundEnvironment, item: WorkItem): Process<Ending> {
  const failures: string[] = [];
  let generated: readonly JsonObject[] = [];
  for (const context of item.spec.ruleContext) {
    const part = env.recorder.open({
      kind: 'attempt-part',
      phase: 'background',
      cause: item.attempt,
      part: 'fetch',
      updateRequest: item.name,
      rule: context.rule,
      result: 'ok',
      message: '',
    });
    const { trigger, error } = yield* fetchTrigger(env, item, context, part);
    const prefix = env.behaviour.prefixesRuleInMessages ? `rule ${context.rule} failed: ` : '';
    if (error !== undefined) {
      env.recorder.close(part, { result: 'failed', message: error });
      failures.push(`${prefix}failed to fetch trigger resource: ${error}`);
      continue;
    }
    env.recorder.close(part, trigger === undefined ? { result: 'skipped' } : {});
    if (trigger === undefined) {
      if (env.behaviour.missingTriggerWithoutRequest === 'pending') return { result: 'pending' };
      continue;
    }
    const applied = yield* applyGenerate(env, item, context, trigger);
    generated = applied.generated.map(({ apiVersion, kind, namespace, name }) => ({
      apiVersion,
      kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
    }));
    if (applied.deletion && env.behaviour.deletionWritesState)
      yield* writeEnding(env, item, endingOf(applied.failure));
    else if (applied.failure !== undefined) failures.push(`${prefix}${applied.failure}`);
  }
  if (failures.length > 0) return { result: 'failed', message: failures.join('; ') };
  return { result: 'completed', generated };
}

/** How the deletion of one rule context's downstreams ends. */
const endingOf = (failure: string | undefined): Ending =>
  failure === undefined ? { result: 'completed', generated: [] } : { result: 'failed', message: failure };

function* writeEnding(env: BackgroundEnvironment, item: WorkItem, ending: Ending): Process<void> {
  if (ending.result === 'pending') return;
  if (ending.result === 'failed') {
    if (item.status.retryCount >= MAX_RETRIES) yield* remove(env, item.object, item.attempt);
    else
      yield* writeStatus(env, item, {
        state: 'Failed',
        message: ending.message,
        retryCount: item.status.retryCount + 1,
      });
    return;
  }
  yield* writeStatus(env, item, {
    state: 'Completed',
    ...(ending.generated.length > 0 ? { generatedResources: ending.generated } : {}),
  });
}

/** Changes fields of the status; the others stay. */
function* writeStatus(env: BackgroundEnvironment, item: WorkItem, fields: JsonObject): Process<void> {
  const resource = updateRequestsOf(env.behaviour);
  const live = env.server.lookup(resource, KYVERNO_NAMESPACE, item.name);
  if (live === undefined) return;
  const before = live['status'];
  const status = { ...(typeof before === 'object' && before !== null ? before : {}), ...fields };
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
