import type { EventId } from '../base/units.ts';
import type { RuleExplanation } from '../engine/engine-response.ts';
import type { AdmissionRequest, AdmissionResponse } from '../kubernetes/admission-review.ts';
import type { KyvernoConfiguration } from '../kyverno/configuration.ts';
import type { EvaluationNode } from '../kyverno/evaluation.ts';
import {
  type ConditionOutcome,
  type ConditionsVerdict,
  evaluateMatchConditions,
} from '../kyverno/match-conditions.ts';
import type { Policy, Rule } from '../kyverno/policy.ts';
import { admissionRequestJson } from '../kyverno/update-request.ts';
import type { AdmissionEnvironment } from './environment.ts';
import { Review, recordRules } from './review.ts';
import type { WebhookGroup } from './webhook-group.ts';
import { namesKind } from './webhook-rules.ts';

/** What the API server makes of the match conditions of a webhook: it calls it, leaves it out, or refuses the request. */
export type Gate =
  | { readonly called: boolean }
  | { readonly denied: NonNullable<AdmissionResponse['denied']> };

const PATH = ['spec', 'webhookConfiguration', 'matchConditions'] as const;

/**
 * Asks the match conditions of a policy's own webhook, as the API server does before it calls. A false one leaves the
 * webhook out; one that cannot be evaluated refuses the request, or with failurePolicy Ignore leaves the webhook out
 * (k8s.io/apiserver, plugin/webhook/generic ShouldCallHook).
 */
export function askMatchConditions(
  env: AdmissionEnvironment,
  request: AdmissionRequest,
  configuration: KyvernoConfiguration,
  group: WebhookGroup,
  cause: EventId,
): Gate {
  const [registered] = group.policies;
  if (registered === undefined || !group.fineGrained) return { called: true };
  const { policy } = registered;
  const verdict = evaluateMatchConditions(policy, {
    object: request.object ?? null,
    oldObject: request.oldObject ?? null,
    request: admissionRequestJson(request),
  });
  if (verdict.matches) return { called: true };
  explainGate(env, new Review(env, request, configuration), policy, verdict, cause);
  if (verdict.error === undefined || group.failurePolicy === 'ignore') return { called: false };
  const { group: apiGroup, resource } = request.resource;
  const message = `${apiGroup === '' ? resource : `${resource}.${apiGroup}`} "${request.name}" is forbidden: ${verdict.error}`;
  return { denied: { webhook: group.name, message, code: 403, reason: 'Forbidden' } };
}

/** Tells the trace for each rule of the policy why its webhook was not called. */
function explainGate(
  env: AdmissionEnvironment,
  review: Review,
  policy: Policy,
  verdict: ConditionsVerdict,
  cause: EventId,
): void {
  if (!env.explain) return;
  const message =
    verdict.failed === undefined
      ? `not called: ${verdict.error}`
      : `not called: match condition '${verdict.failed}' is false`;
  const tree = explainConditions(verdict.outcomes);
  tellOfRules(env, review, policy, policy.rules, { message, tree }, cause);
}

/**
 * Tells the trace for each rule that names the request's kind why Kyverno let the request through untouched. Of what the
 * system itself sends nothing is said: there it is the rule.
 */
export function explainLeftAlone(
  env: AdmissionEnvironment,
  review: Review,
  groups: readonly WebhookGroup[],
  message: string,
  cause: EventId,
): void {
  if (!env.explain || review.request.userInfo.username.startsWith('system:')) return;
  for (const { policy } of groups.flatMap(({ policies }) => policies)) {
    const rules = policy.rules.filter((rule) => namesKind(rule, review.request));
    const tree: readonly EvaluationNode[] = [
      { label: 'ConfigMap kyverno', status: 'fail', path: [], message, decided: true },
    ];
    tellOfRules(env, review, policy, rules, { message, tree }, cause);
  }
}

function tellOfRules(
  env: AdmissionEnvironment,
  review: Review,
  policy: Policy,
  rules: readonly Rule[],
  { message, tree }: Pick<RuleExplanation, 'message' | 'tree'>,
  cause: EventId,
): void {
  const explanations = rules.map((rule): RuleExplanation => ({ rule, status: 'none', message, tree }));
  for (const type of ['validate', 'mutate', 'generate'] as const) {
    const own = explanations.filter(
      ({ rule }) => (rule.type === 'verifyImages' ? 'validate' : rule.type) === type,
    );
    if (own.length > 0)
      recordRules(env, review, { policy, rules: [], explanations: own }, type, () => false, cause);
  }
}

/** One row a condition; the false one, or the first that could not be evaluated, decided. */
export function explainConditions(outcomes: readonly ConditionOutcome[]): readonly EvaluationNode[] {
  const decisive =
    outcomes.find(({ value }) => value === false) ?? outcomes.find(({ error }) => error !== undefined);
  const children = outcomes.map(
    (outcome, index): EvaluationNode => ({
      label: outcome.condition.name,
      status: outcome.error !== undefined ? 'error' : outcome.value === true ? 'pass' : 'fail',
      expected: outcome.condition.expression,
      path: [...PATH, index],
      ...(outcome.error === undefined ? {} : { message: outcome.error }),
      ...(outcome === decisive ? { decided: true as const } : {}),
    }),
  );
  return [
    { label: 'matchConditions', status: decisive === undefined ? 'pass' : 'fail', path: PATH, children },
  ];
}
