import { get } from '../base/json.ts';
import type { EventId } from '../base/units.ts';
import type { EngineResponse } from '../engine/engine-response.ts';
import { validate } from '../engine/rules/validate.ts';
import type { Policy, Rule } from '../kyverno/policy.ts';
import { logDenial } from './admission-log.ts';
import { formatDenial } from './denial-text.ts';
import type { AdmissionEnvironment } from './environment.ts';
import { asksForNamespaceLabels, blocksOnFailure, isEnforced } from './failure-action.ts';
import { openRules, type Review } from './review.ts';
import type { WebhookGroup } from './webhook-group.ts';
import { namesKind } from './webhook-rules.ts';

/** What the enforce pass of one webhook call came to. */
export interface Verdict {
  readonly responses: readonly EngineResponse[];
  /** Results of audit rules that were looked at in time for warnings. */
  readonly warned: readonly EngineResponse[];
  /** Kyverno's text of the denial, without the API server's prefix; absent if the request is let through. */
  readonly message?: string;
  readonly warnings: readonly string[];
}

/** Which validate rules of a policy: those that enforce, those that audit, or both. */
type Selected = 'enforce' | 'audit' | 'all';

/** A policy reduced to its validate rules that enforce, or that audit, for this request; undefined if none is left. */
export function validateRules(
  env: AdmissionEnvironment,
  review: Review,
  policy: Policy,
  selected: Selected,
): Policy | undefined {
  const enforces = (rule: Rule): boolean => isEnforced(env.behaviour, policy, rule, review.namespace);
  const rules = policy.rules.filter(
    (rule) =>
      (rule.type === 'validate' || rule.type === 'verifyImages') &&
      (selected === 'all' || enforces(rule) === (selected === 'enforce')),
  );
  return rules.length > 0 && rules.some((rule) => namesKind(rule, review.request))
    ? { ...policy, rules }
    : undefined;
}

/** Rules of the enforce pass as they are evaluated; their events are open until the verdict. */
export interface EnforcePass {
  readonly responses: readonly EngineResponse[];
  readonly events: readonly EventId[];
}

/** Begins the enforce pass: evaluates the enforced rules of a webhook's policies. */
export function beginEnforcePass(
  env: AdmissionEnvironment,
  review: Review,
  group: WebhookGroup,
  cause: EventId,
): EnforcePass {
  const responses: EngineResponse[] = [];
  const events: EventId[] = [];
  for (const { policy } of group.policies) {
    // A policy with a webhook of its own is evaluated whole (lifecycle A.3).
    const reduced = validateRules(env, review, policy, group.fineGrained ? 'all' : 'enforce');
    if (reduced === undefined) continue;
    const response = validate(review.context(reduced, { operation: 'validate', cause }));
    const enforced = validateRules(env, review, policy, 'enforce')?.rules.map(({ name }) => name) ?? [];
    const isEnforcedRule = (name: string): boolean => enforced.includes(name);
    events.push(...openRules(env, review, response, 'validate', isEnforcedRule, cause));
    responses.push(response);
  }
  return { responses, events };
}

/** Results of audit rules that are looked at in time for warnings: those of policies with emitWarning (lifecycle A.12). */
function warningResponses(
  env: AdmissionEnvironment,
  review: Review,
  group: WebhookGroup,
): readonly EngineResponse[] {
  return group.policies
    .filter(({ policy }) => get(policy.spec, 'emitWarning') === true)
    .flatMap(({ policy }) => validateRules(env, review, policy, group.fineGrained ? 'all' : 'audit') ?? [])
    .map((policy) => validate(review.context(policy)));
}

/** What kubectl is warned of (webhooks/utils/warning.go); a Policy is named without its namespace. */
export const warningTexts = (responses: readonly EngineResponse[]): readonly string[] =>
  responses.flatMap(({ policy, rules }) =>
    rules
      .filter(({ emitWarning }) => emitWarning)
      .map(({ rule, message }) => `policy ${policy.name}.${rule.name}: ${message}`),
  );

/** Ends the enforce pass: decides and logs (lifecycle A.10). */
export function endEnforcePass(
  env: AdmissionEnvironment,
  review: Review,
  group: WebhookGroup,
  { responses, events }: EnforcePass,
  cause: EventId,
): Verdict {
  for (const event of events) env.recorder.close(event);
  const warned = warningResponses(env, review, group);
  const { ref } = review;
  const asked = [...responses, ...warned].some(({ policy }) => policy.rules.some(asksForNamespaceLabels));
  const labels = asked ? (review.namespace?.labels ?? {}) : {};
  const blocks = ({ policy, rules }: EngineResponse): boolean =>
    rules.some(
      ({ rule, status }) =>
        (status === 'fail' && blocksOnFailure(env.behaviour, policy, rule, ref.namespace ?? '', labels)) ||
        (status === 'error' && group.failurePolicy === 'fail'),
    );
  const warnings = warningTexts([...responses, ...warned]);
  if (!responses.some(blocks)) return { responses, warned, warnings };
  const bad = responses
    .map(({ policy, rules }) => ({
      policy: policy.name,
      rules: rules.filter(({ status }) => status !== 'pass' && status !== 'skip'),
    }))
    .filter(({ rules }) => rules.length > 0);
  logDenial(
    env,
    review,
    bad.map(({ policy, rules }) => ({ policy, rules: rules.map(({ rule }) => rule.name) })),
    cause,
  );
  const violations = new Map(
    bad.map(({ policy, rules }) => [
      policy,
      new Map(rules.map(({ rule, message }) => [rule.name, message] as const)),
    ]),
  );
  const resource = { kind: ref.kind, namespace: ref.namespace ?? '', name: ref.name };
  return {
    responses,
    warned,
    message: formatDenial(resource, violations, env.behaviour.foldsDenialText),
    warnings,
  };
}
