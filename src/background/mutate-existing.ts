import { get } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { EngineResponse, RuleResponse } from '../engine/engine-response.ts';
import { explainExisting, startMutateExisting } from '../engine/rules/mutate-existing.ts';
import { hasMutateExisting } from '../engine/rules/response.ts';
import { policyApplies } from '../engine/rules/subject.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { KYVERNO_NAMESPACE } from '../kyverno/configuration.ts';
import { isSet } from '../kyverno/go-types.ts';
import type { Policy, Rule } from '../kyverno/policy.ts';
import { MUTATE_POLICY_LABEL, type RuleContext, updateRequestsOf } from '../kyverno/update-request.ts';
import { ask, type BackgroundEnvironment } from './environment.ts';
import { type FetchedTrigger, fetchTrigger, payloadOf } from './fetch-trigger.ts';
import { generateContext } from './generate-context.ts';
import { BACKGROUND_LATENCIES } from './latencies.ts';
import { logMutate } from './mutate-log.ts';
import { evaluateTargets, type Mutated, reportMutated, subjectFields, writeMutated } from './mutate-write.ts';
import { recordRule } from './record-rule.ts';
import { openAttempt, writeFailure, writeStatus } from './update-request-status.ts';
import type { WorkItem } from './work-item.ts';

export { mutateOnPolicyEvent } from './mutate-on-policy.ts';

/**
 * Works on a Pending UpdateRequest of a mutate-existing rule once (lifecycle D.6; background/mutate/mutate.go). A trigger
 * that cannot be fetched is no reason to try again: the UpdateRequest shows Failed and then Completed in one pass
 * (corrections.md part a, B.6); other failures are retried as those of generate rules are.
 */
export function* attemptMutate(
  env: BackgroundEnvironment,
  object: KubernetesObject,
  policy: Policy,
  pace: WorkItem['pace'],
  worker: number,
  cause: EventId,
): Process<void> {
  const item = openAttempt(env, object, policy, pace, worker, cause);
  const [context] = item.spec.ruleContext;
  const rule = policy.rules.find(({ name }) => name === context?.rule);
  const fields = subjectFields(item);
  logMutate(env, { line: 'processing mutate existing', logger: ['background'], fields }, item.attempt);
  if (context === undefined || rule === undefined || !hasMutateExisting(rule))
    return yield* complete(env, item);
  const { trigger, error } = yield* findTrigger(env, item, context, rule);
  if (trigger === undefined) {
    const message = error ?? 'resource not found';
    env.recorder.close(item.attempt, { result: 'failed', message });
    yield* writeFailure(env, item, message);
    return yield* writeStatus(env, item, { state: 'Completed' });
  }
  const failures = yield* applyPolicy(env, item, policy, context, trigger);
  if (failures.length === 0) return yield* complete(env, item);
  const message = failures.join('; ');
  env.recorder.close(item.attempt, { result: 'failed', message });
  yield* writeFailure(env, item, message);
}

function* complete(env: BackgroundEnvironment, item: WorkItem): Process<void> {
  env.recorder.close(item.attempt, { result: 'completed', message: '' });
  yield* writeStatus(env, item, { state: 'Completed' });
}

const openPart = (
  env: BackgroundEnvironment,
  item: WorkItem,
  rule: string,
  part: 'fetch' | 'evaluate' | 'apply',
): EventId =>
  env.recorder.open({
    kind: 'attempt-part',
    phase: 'background',
    cause: item.attempt,
    part,
    updateRequest: item.name,
    rule,
    result: 'ok',
    message: '',
  });

/** What was created is looked for in the cluster; what was changed or deleted is taken from the request, denied or not. */
function* findTrigger(
  env: BackgroundEnvironment,
  item: WorkItem,
  context: RuleContext,
  rule: Rule,
): Process<FetchedTrigger> {
  const { admissionRequest: request } = item.spec;
  const created = request === undefined || get(request, 'operation') === 'CREATE';
  const payload = created ? undefined : payloadOf(request);
  if (payload !== undefined) return { trigger: payload };
  const part = openPart(env, item, context.rule, 'fetch');
  const found = yield* fetchTrigger(env, item, context, part);
  if (found.trigger !== undefined) {
    env.recorder.close(part, {});
    return found;
  }
  const error = found.error ?? 'resource not found';
  env.recorder.close(part, { result: 'failed', message: error });
  logMutate(
    env,
    {
      line:
        request === undefined
          ? 'failed to get trigger resource'
          : 'failed to get trigger resource on creation',
      logger: ['background', rule.name],
      fields: subjectFields(item),
      error,
    },
    part,
  );
  return { error };
}

/**
 * Carries out the mutate rules of the whole policy for the trigger, not only the one that the UpdateRequest names: so
 * Kyverno does. Answers the failures.
 */
function* applyPolicy(
  env: BackgroundEnvironment,
  item: WorkItem,
  policy: Policy,
  context: RuleContext,
  trigger: KubernetesObject,
): Process<readonly string[]> {
  const engineContext = generateContext(env, item, policy, trigger);
  if (!policyApplies(engineContext)) return [];
  const mutated: Mutated[] = [];
  for (const rule of policy.rules.filter(({ raw }) => isSet('Mutation', get(raw, 'mutate')))) {
    const evaluation = openPart(env, item, rule.name, 'evaluate');
    yield BACKGROUND_LATENCIES.evaluate;
    const started = startMutateExisting(engineContext, rule);
    const results: Mutated[] = [];
    if (started.kind === 'answered') results.push({ rule, response: started.response });
    if (started.kind === 'targets')
      results.push(...(yield* evaluateTargets(env, started.existing, evaluation)));
    const responses = results.map(({ response }) => response);
    const explanation = explainExisting(
      rule,
      started.trace,
      responses,
      started.kind === 'none' ? started.reason : '',
    );
    recordRule(env, item, policy, rule, trigger, told(policy, responses, explanation), evaluation);
    env.recorder.close(evaluation, partEnd(responses));
    mutated.push(...results);
    const applied = mutated.some(({ response: { status } }) => status === 'pass' || status === 'fail');
    if (applied && get(policy.spec, 'applyRules') === 'One') break;
  }
  reportMutated(env, item, policy, trigger, mutated);
  const apply = openPart(env, item, context.rule, 'apply');
  const failures = yield* writeMutated(env, { item, policy, context, trigger, cause: apply }, mutated);
  env.recorder.close(apply, failures.length === 0 ? {} : { result: 'failed', message: failures.join('; ') });
  return failures;
}

const told = (
  policy: Policy,
  rules: readonly RuleResponse[],
  explanation: EngineResponse['explanations'][number],
): EngineResponse => ({ policy, rules, explanations: [explanation] });

function partEnd(responses: readonly RuleResponse[]): {
  readonly result?: 'failed' | 'skipped';
  readonly message?: string;
} {
  const failed = responses.find(({ status }) => status === 'error' || status === 'fail');
  if (failed !== undefined) return { result: 'failed', message: failed.message };
  if (responses.some(({ status }) => status === 'pass')) return {};
  return { result: 'skipped', message: responses[0]?.message ?? '' };
}

/** The policy is gone: all its mutate UpdateRequests go (background/mutate.go). */
export function* removeOfPolicy(env: BackgroundEnvironment, key: string, cause: EventId): Process<void> {
  const name = key.split('/').pop() ?? '';
  yield* ask(env, {
    verb: 'deletecollection',
    resource: updateRequestsOf(env.behaviour),
    namespace: KYVERNO_NAMESPACE,
    labelSelector: `${MUTATE_POLICY_LABEL}=${name}`,
    cause,
  });
}
