import { get } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { EngineResponse } from '../engine/engine-response.ts';
import { filterBackgroundRules } from '../engine/rules/background.ts';
import { planGenerate } from '../engine/rules/generate.ts';
import { hasMutateExisting } from '../engine/rules/response.ts';
import type { KubernetesObject, ObjectRef } from '../kubernetes/object.ts';
import { formatApiVersion, refOf, uidOf } from '../kubernetes/object.ts';
import { BY_TRIGGER, downstreamLabels, labelOf } from '../kyverno/labels.ts';
import type { Policy, Rule } from '../kyverno/policy.ts';
import { BACKGROUND_CONTROLLER } from '../kyverno/service-accounts.ts';
import { planUpdateRequests, type RuleContext } from '../kyverno/update-request.ts';
import type { AdmissionEnvironment } from './environment.ts';
import { ADMISSION_LATENCIES } from './latencies.ts';
import { mutateRequests } from './parts.ts';
import { openRules, type Review } from './review.ts';
import { namesKind } from './webhook-rules.ts';
import { listsDelete, updateRequestDelay, writeUpdateRequest } from './write-update-request.ts';

/**
 * A policy with the rules that may lead to UpdateRequests for the request's user: those of the background controller's own
 * requests skip what does not ask for them (lifecycle B.2, step 1).
 */
export function backgroundRules(policy: Policy, review: Review): Policy | undefined {
  const own = review.request.userInfo.username === BACKGROUND_CONTROLLER.username;
  const rules = policy.rules.filter(
    (rule) =>
      (generates(rule) || hasMutateExisting(rule)) &&
      !(own && get(rule.raw, 'skipBackgroundRequests') !== false),
  );
  if (rules.length === 0 || !rules.some((rule) => namesKind(rule, review.request))) return undefined;
  return rules.length === policy.rules.length ? policy : { ...policy, rules };
}

const generates = (rule: Rule): boolean => rule.type === 'generate';

/**
 * The part of a validating webhook that nobody waits for: finds out which generate and mutate-existing rules the request
 * sets off and writes their UpdateRequests (lifecycle B.1, B.2, B.4).
 */
export function* applyInBackground(
  env: AdmissionEnvironment,
  review: Review,
  policies: readonly Policy[],
  cause: EventId,
): Process<void> {
  for (const policy of env.choices.order(policies)) {
    const others = policies.flatMap(({ key }) => (key === policy.key ? [] : [key]));
    if (policy.rules.some(hasMutateExisting))
      env.scheduler.spawn(mutateRequests.get().applyMutateExisting(env, review, policy, cause, others));
    if (!policy.rules.some(generates)) continue;
    const response = filterBackgroundRules(review.context(policy, { operation: 'background', cause }));
    const evaluated = openRules(env, review, onlyGenerate(response), 'generate', () => false, cause);
    yield ADMISSION_LATENCIES.evaluate;
    for (const event of evaluated) env.recorder.close(event);
    const { passed, failed } = ruleContexts(review, response.rules);
    for (const contexts of [passed, failed])
      for (const { object, ruleContext } of planUpdateRequests(env.behaviour, policy, contexts, {
        admissionRequest: review.request,
        info: review.info,
      }))
        env.scheduler.spawn(
          createUpdateRequest(env, review, policy, object, ruleContext, cause, others),
          updateRequestDelay(env),
        );
  }
}

/** The explanations of generate rules alone: those of mutate-existing rules are told beside them. */
const onlyGenerate = (response: EngineResponse): EngineResponse => ({
  ...response,
  explanations: response.explanations.filter(({ rule }) => generates(rule)),
});

/** Rule contexts of rules that fire, and of those whose trigger has ceased to match. */
function ruleContexts(
  review: Review,
  responses: readonly { readonly rule: Rule; readonly status: string }[],
): { readonly passed: readonly RuleContext[]; readonly failed: readonly RuleContext[] } {
  const passed: RuleContext[] = [];
  const failed: RuleContext[] = [];
  const { request } = review;
  for (const { rule, status } of responses) {
    const trigger = request.object ?? request.oldObject;
    if (!generates(rule) || trigger === undefined) continue;
    if (status === 'pass') passed.push(contextOf(rule, trigger, false));
    if (status !== 'fail') continue;
    const old = request.oldObject ?? trigger;
    if (request.operation === 'DELETE' && listsDelete(rule)) failed.push(contextOf(rule, old, false));
    else if (get(get(rule.raw, 'generate'), 'synchronize') === true) failed.push(contextOf(rule, old, true));
  }
  return { passed, failed };
}

const contextOf = (rule: Rule, trigger: KubernetesObject, deleteDownstream: boolean): RuleContext => ({
  rule: rule.name,
  trigger: refOf(trigger),
  deleteDownstream,
});

/** Creates an UpdateRequest as the admission controller, tells what it means, then makes it Pending. */
export const createUpdateRequest = (
  env: AdmissionEnvironment,
  review: Review,
  policy: Policy,
  object: KubernetesObject,
  contexts: readonly RuleContext[],
  cause: EventId,
  others: readonly string[] = [],
): Process<void> =>
  writeUpdateRequest(
    env,
    object,
    cause,
    (name) => {
      for (const context of contexts) recordPlan(env, review, policy, name, context, cause);
    },
    others,
  );

/** What the UpdateRequest is going to make or delete, as far as the request tells. */
function recordPlan(
  env: AdmissionEnvironment,
  review: Review,
  policy: Policy,
  updateRequest: string,
  context: RuleContext,
  cause: EventId,
): void {
  const rule = policy.rules.find(({ name }) => name === context.rule);
  const known =
    rule === undefined
      ? { targets: [] }
      : context.deleteDownstream
        ? { targets: downstreamsOf(env, policy, rule, review) }
        : targetsOf(review, policy, rule, context);
  env.recorder.record({
    kind: 'plan',
    phase: 'admission',
    cause,
    updateRequest,
    policy: policy.key,
    rule: context.rule,
    trigger: review.ref,
    action: context.deleteDownstream ? 'delete' : 'generate',
    ...known,
  });
}

function targetsOf(
  review: Review,
  policy: Policy,
  rule: Rule,
  context: RuleContext,
): { readonly targets: readonly ObjectRef[]; readonly unknown?: string } {
  const isTrigger = context.trigger.uid === review.ref.uid;
  if (!isTrigger) return { targets: [refOf(review.subject)] };
  const plan = planGenerate(
    {
      ...review.context(policy),
      ...(review.request.object ? {} : { newObject: review.subject }),
      explain: false,
    },
    rule,
  );
  if ('error' in plan) return { targets: [], unknown: plan.error };
  if (plan.skipped !== undefined) return { targets: [], unknown: plan.skipped };
  const targets = plan.targets
    .filter(({ cloneList }) => cloneList === undefined)
    .map(({ apiVersion, kind, namespace, name }) => ({
      apiVersion,
      kind,
      ...(namespace === '' ? {} : { namespace }),
      name,
    }));
  return plan.targets.length > targets.length
    ? { targets, unknown: 'The sources of the cloneList are listed when it is done.' }
    : { targets };
}

/** Downstreams that carry the labels of this rule's policy and the trigger. */
function downstreamsOf(
  env: AdmissionEnvironment,
  policy: Policy,
  rule: Rule,
  review: Review,
): readonly ObjectRef[] {
  const generate = get(rule.raw, 'generate');
  const apiVersion = String(get(generate, 'apiVersion') ?? '');
  const kind = String(get(generate, 'kind') ?? '');
  const info = env.server
    .discovery()
    .resources.find((candidate) => candidate.kind === kind && formatApiVersion(candidate) === apiVersion);
  if (info === undefined) return [];
  const labels = Object.entries(downstreamLabels(policy, rule.name, review.subject)).filter(
    ([name]) => !name.endsWith('/rule-name'),
  );
  return env.server
    .listBy(info, BY_TRIGGER, uidOf(review.subject))
    .filter((object) => labels.every(([name, value]) => labelOf(object, name) === value))
    .map((object) => refOf(object));
}
