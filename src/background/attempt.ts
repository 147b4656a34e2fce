import type { JsonObject } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { KubernetesObject, ObjectRef } from '../kubernetes/object.ts';
import type { Policy } from '../kyverno/policy.ts';
import { applyGenerate } from './apply-generate.ts';
import { type BackgroundEnvironment, logLine } from './environment.ts';
import { fetchTrigger } from './fetch-trigger.ts';
import { openAttempt, writeFailure, writeStatus } from './update-request-status.ts';
import { subjectOf, type WorkItem } from './work-item.ts';

/** How an attempt ends. `pending`: the UpdateRequest stays as it is (1.11). */
type Ending =
  | { readonly result: 'completed'; readonly generated: Generated }
  | { readonly result: 'failed'; readonly message: string; readonly generated: Generated }
  | { readonly result: 'pending' };

/** What the rule context that was applied last made; `undefined` if that failed, was a deletion, or none was applied. */
type Generated = readonly JsonObject[] | undefined;

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
  let generated: Generated;
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
    const made = applied.failure === undefined && applied.deletion !== true;
    generated = made ? applied.generated.map(listed) : undefined;
    if (applied.deletion && env.behaviour.deletionWritesState)
      yield* writeEnding(env, item, endingOf(applied.failure));
    else if (applied.failure !== undefined) failures.push(`${prefix}${applied.failure}`);
  }
  if (failures.length > 0) return { result: 'failed', message: failures.join('; '), generated };
  return { result: 'completed', generated };
}

const listed = ({ apiVersion, kind, namespace, name }: ObjectRef): JsonObject => ({
  apiVersion,
  kind,
  name,
  ...(namespace === undefined ? {} : { namespace }),
});

/** How the deletion of one rule context's downstreams ends. */
const endingOf = (failure: string | undefined): Ending =>
  failure === undefined
    ? { result: 'completed', generated: undefined }
    : { result: 'failed', message: failure, generated: undefined };

function* writeEnding(env: BackgroundEnvironment, item: WorkItem, ending: Ending): Process<void> {
  if (ending.result === 'pending') return;
  // What an attempt does not know of stays from the attempts before.
  const generated = ending.generated === undefined ? {} : { generatedResources: ending.generated };
  if (ending.result === 'failed') yield* writeFailure(env, item, ending.message, generated);
  else yield* writeStatus(env, item, { state: 'Completed', ...generated });
}
