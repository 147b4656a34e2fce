import type { Json } from '../base/json.ts';
import { get, getList, getString } from '../base/json.ts';
import { matchLabelSelector, parseLabelSelector, stringEntries } from '../kubernetes/label-selector.ts';
import { matchWildcard } from '../kubernetes/wildcard.ts';
import type { Behaviour } from '../kyverno/behaviour.ts';
import type { Policy, Rule } from '../kyverno/policy.ts';

/** The namespace of a request, as far as the controller's lister knows it. */
export interface KnownNamespace {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Whether a validate rule blocks (lifecycle A.3): the rule's own action, or the policy's; the first override that matches
 * the namespace wins. Anything but Enforce audits.
 */
export function isEnforced(
  behaviour: Behaviour,
  policy: Policy,
  rule: Rule,
  namespace: KnownNamespace | undefined,
): boolean {
  const validate = behaviour.ruleLevelFailureAction ? get(rule.raw, 'validate') : undefined;
  const action =
    getString(validate, 'failureAction') ?? getString(policy.spec, 'validationFailureAction') ?? 'Audit';
  const own = getList(validate, 'failureActionOverrides');
  const overrides = own.length > 0 ? own : getList(policy.spec, 'validationFailureActionOverrides');
  const override = overrides.find((one) => overrides.length > 0 && matchesOverride(one, namespace));
  const decided = (override === undefined ? undefined : getString(override, 'action')) ?? action;
  return decided.toLowerCase() === 'enforce';
}

/**
 * Whether a failed rule blocks, as the verdict looks at it: of a rule with an action of its own the policy's overrides are
 * not asked (engine/api/engineresponse.go).
 */
export function blocksOnFailure(
  behaviour: Behaviour,
  policy: Policy,
  rule: Rule,
  namespace: KnownNamespace | undefined,
): boolean {
  const validate = behaviour.ruleLevelFailureAction ? get(rule.raw, 'validate') : undefined;
  const own = getString(validate, 'failureAction');
  const decides = getList(validate, 'failureActionOverrides').some((one) => matchesOverride(one, namespace));
  if (decides || own === undefined) return isEnforced(behaviour, policy, rule, namespace);
  return own.toLowerCase() === 'enforce';
}

function matchesOverride(override: Json, namespace: KnownNamespace | undefined): boolean {
  const names = getList(override, 'namespaces');
  const selector = get(override, 'namespaceSelector');
  if (names.length === 0 && selector === undefined) return true;
  if (namespace === undefined) return false;
  if (names.some((name) => typeof name === 'string' && matchWildcard(name, namespace.name))) return true;
  if (selector === undefined) return false;
  const parsed = parseLabelSelector(selector);
  return 'selector' in parsed && matchLabelSelector(parsed.selector, stringEntries(namespace.labels));
}

/** `Fail` or `Ignore` of a policy, as it decides on the webhook (api/kyverno/v1/spec_types.go). */
export function failurePolicyOf(policy: Policy): 'fail' | 'ignore' {
  const configured =
    getString(policy.spec, 'webhookConfiguration', 'failurePolicy') ??
    getString(policy.spec, 'failurePolicy');
  return configured === 'Ignore' ? 'ignore' : 'fail';
}
