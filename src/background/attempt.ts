import type { JsonObject } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Policy } from '../kyverno/policy.ts';
import { applyGenerate } from './apply-generate.ts';
import { type BackgroundEnvironment, logLine } from './environment.ts';
import { fetchTrigger } from './fetch-trigger.ts';
import { openAttempt, writeFailure, writeStatus } from './update-request-status.ts';
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
  const item = openAttempt(env, object, policy, pace, worker, cause);
  const { attempt } = item;
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
    yield* writeFailure(env, item, ending.message);
    return;
  }
  yield* writeStatus(env, item, {
    state: 'Completed',
    ...(ending.generated.length > 0 ? { generatedResources: ending.generated } : {}),
  });
}
