import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { EngineResponse } from '../engine/engine-response.ts';
import type { PolicyContext } from '../engine/policy-context.ts';
import { filterBackgroundRules } from '../engine/rules/background.ts';
import { startMutateExisting, type TargetSelector } from '../engine/rules/mutate-existing.ts';
import { hasMutateExisting } from '../engine/rules/response.ts';
import { parseKindSelector } from '../kubernetes/kind-selector.ts';
import { labelsOf, matchLabelSelector, parseLabelSelector } from '../kubernetes/label-selector.ts';
import type { ObjectRef } from '../kubernetes/object.ts';
import { formatApiVersion, nameOf, namespaceOf, refOf } from '../kubernetes/object.ts';
import { containsWildcard, matchWildcard } from '../kubernetes/wildcard.ts';
import type { Policy, Rule } from '../kyverno/policy.ts';
import { planMutateRequest } from '../kyverno/update-request.ts';
import type { AdmissionEnvironment } from './environment.ts';
import { ADMISSION_LATENCIES } from './latencies.ts';
import { openRules, type Review } from './review.ts';
import { listsDelete, updateRequestDelay, writeUpdateRequest } from './write-update-request.ts';

/** The engine's input for mutate-existing rules: on DELETE they look at the object that goes. */
function contextOf(review: Review, policy: Policy): PolicyContext {
  const { request, subject } = review;
  const context = review.context(policy);
  return request.operation === 'DELETE' ? { ...context, newObject: subject } : context;
}

/**
 * Finds out which mutate-existing rules of a policy the request sets off, and writes one UpdateRequest a rule (lifecycle
 * B.4; webhooks/resource/updaterequest.go). A rule counts for DELETE only if it names that operation.
 */
export function* applyMutateExisting(
  env: AdmissionEnvironment,
  review: Review,
  policy: Policy,
  cause: EventId,
  others: readonly string[] = [],
): Process<void> {
  const response = filterBackgroundRules(contextOf(review, policy));
  const evaluated = openRules(env, review, told(review, response), 'generate', () => false, cause);
  yield ADMISSION_LATENCIES.evaluate;
  for (const event of evaluated) env.recorder.close(event);
  const { request, info } = review;
  const trigger = request.object ?? request.oldObject;
  if (trigger === undefined) return;
  for (const { rule, status } of response.rules) {
    if (status !== 'pass' || isSkipped(review, rule)) continue;
    const object = planMutateRequest(env.behaviour, policy, rule.name, refOf(trigger), {
      admissionRequest: request,
      info,
    });
    env.scheduler.spawn(
      writeUpdateRequest(
        env,
        object,
        cause,
        (name) => {
          // Of a policy that generates as well, its generate rules get such an UpdateRequest too; it comes to nothing.
          if (hasMutateExisting(rule)) recordPlan(env, review, policy, rule, name, cause);
        },
        others,
      ),
      updateRequestDelay(env),
    );
  }
}

const isSkipped = (review: Review, rule: Rule): boolean =>
  review.request.operation === 'DELETE' && !listsDelete(rule);

const NOT_LISTED = 'the rule does not name the operation DELETE';

/** What the trace tells of the rules: a deletion that none of them names is not looked at. */
function told(review: Review, response: EngineResponse): EngineResponse {
  return {
    ...response,
    explanations: response.explanations
      .filter(({ rule }) => hasMutateExisting(rule))
      .map((explanation) =>
        explanation.status === 'pass' && isSkipped(review, explanation.rule)
          ? { ...explanation, status: 'none', message: NOT_LISTED }
          : explanation,
      ),
  };
}

function recordPlan(
  env: AdmissionEnvironment,
  review: Review,
  policy: Policy,
  rule: Rule,
  updateRequest: string,
  cause: EventId,
): void {
  env.recorder.record({
    kind: 'plan',
    phase: 'admission',
    cause,
    updateRequest,
    policy: policy.key,
    rule: rule.name,
    trigger: review.ref,
    action: 'mutate',
    ...plannedTargets(env, { ...contextOf(review, policy), explain: false }, rule),
  });
}

/** The targets as far as the request tells: named ones, and those that the cluster holds now. */
function plannedTargets(
  env: AdmissionEnvironment,
  context: PolicyContext,
  rule: Rule,
): { readonly targets: readonly ObjectRef[]; readonly unknown?: string } {
  const started = startMutateExisting(context, rule);
  if (started.kind !== 'targets') return { targets: [] };
  const targets: ObjectRef[] = [];
  for (const target of started.existing.targets) {
    if ('error' in target) return { targets, unknown: target.error };
    targets.push(...refsOf(env, target.selector));
  }
  return targets.length === 0 ? { targets, unknown: 'No object is a target now.' } : { targets };
}

function refsOf(env: AdmissionEnvironment, selector: TargetSelector): readonly ObjectRef[] {
  const kind = parseKindSelector(`${selector.apiVersion}/${selector.kind}`);
  const { namespace, name } = selector;
  const infos = env.server
    .discovery()
    .resources.filter(
      (info) =>
        matchWildcard(kind.group, info.group) &&
        matchWildcard(kind.version, info.version) &&
        matchWildcard(kind.kind, info.kind),
    );
  if (namespace !== '' && name !== '' && !containsWildcard(namespace) && !containsWildcard(name))
    return infos.map((info) => ({
      apiVersion: formatApiVersion(info),
      kind: info.kind,
      ...(info.namespaced ? { namespace } : {}),
      name,
    }));
  const labels = selector.selector === undefined ? undefined : parseLabelSelector(selector.selector);
  return infos.flatMap((info) =>
    env.server
      .listAll(info)
      .filter(
        (object) =>
          (namespace === '' || matchWildcard(namespace, namespaceOf(object))) &&
          (name === '' || matchWildcard(name, nameOf(object))) &&
          (labels === undefined ||
            ('selector' in labels && matchLabelSelector(labels.selector, labelsOf(object)))),
      )
      .map((object) => ({ ...refOf(object), apiVersion: formatApiVersion(info), kind: info.kind })),
  );
}
