import type { Json } from '../base/json.ts';
import { get, getList, getString } from '../base/json.ts';
import {
  checkSelector,
  matchLabelSelector,
  parseLabelSelector,
  stringEntries,
} from '../kubernetes/label-selector.ts';
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
  const override = overrides.find((one) => matchesOverride(one, namespace));
  return enforces(override === undefined ? action : (getString(override, 'action') ?? ''));
}

const enforces = (action: string): boolean => action === 'Enforce' || action === 'enforce';
const ACTIONS: ReadonlySet<string> = new Set(['Enforce', 'enforce', 'Audit', 'audit']);

/**
 * Whether a rule that failed blocks the request. Kyverno decides that a second time, after it has sorted rules into those
 * that enforce and those that audit, and reads overrides otherwise then: namespaces and selector must both match, and the
 * labels are empty unless a rule of the call asks for labels of namespaces (engine/api/engineresponse.go).
 */
export function blocksOnFailure(
  behaviour: Behaviour,
  policy: Policy,
  rule: Rule,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): boolean {
  const validate = behaviour.ruleLevelFailureAction ? get(rule.raw, 'validate') : undefined;
  const own = findOverride(getList(validate, 'failureActionOverrides'), namespace, labels);
  const action =
    own ??
    getString(validate, 'failureAction') ??
    findOverride(getList(policy.spec, 'validationFailureActionOverrides'), namespace, labels) ??
    getString(policy.spec, 'validationFailureAction') ??
    'Audit';
  return enforces(action);
}

function findOverride(
  overrides: readonly Json[],
  namespace: string,
  labels: Readonly<Record<string, string>>,
): string | undefined {
  for (const override of overrides) {
    const action = getString(override, 'action') ?? '';
    if (!ACTIONS.has(action)) continue;
    const names = get(override, 'namespaces');
    const isNamed =
      !Array.isArray(names) ||
      names.some((name) => typeof name === 'string' && matchWildcard(name, namespace));
    const selector = get(override, 'namespaceSelector');
    if (isNamed && (selector === undefined || selects(selector, labels))) return action;
  }
  return undefined;
}

function selects(selector: Json, labels: Readonly<Record<string, string>>): boolean {
  const checked = checkSelector(selector, stringEntries(labels));
  return 'matches' in checked && checked.matches;
}

/** Whether a rule asks for the labels of namespaces: in match, exclude or its own overrides (utils/engine/labels.go). */
export function asksForNamespaceLabels({ raw }: Rule): boolean {
  const blocks = [get(raw, 'match'), get(raw, 'exclude')];
  return (
    blocks.some((block) =>
      [block, ...getList(block, 'any'), ...getList(block, 'all')].some(
        (filter) => get(get(filter, 'resources'), 'namespaceSelector') !== undefined,
      ),
    ) ||
    getList(get(raw, 'validate'), 'failureActionOverrides').some(
      (override) => get(override, 'namespaceSelector') !== undefined,
    )
  );
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
