import { get, isObject } from '../../base/json.ts';
import { stringEntries } from '../../kubernetes/label-selector.ts';
import type { Rule } from '../../kyverno/policy.ts';
import type { ResponseParts } from './response.ts';
import type { RuleScope } from './rule-scope.ts';

/** reportProperties of a rule with their variables substituted; as written if that fails. Empty if there are none. */
export function readProperties(rule: Rule, scope: RuleScope): ResponseParts {
  const raw = get(rule.raw, 'reportProperties');
  if (!isObject(raw) || Object.keys(raw).length === 0) return {};
  const substituted = scope.substitute(raw);
  const usable =
    'value' in substituted &&
    isObject(substituted.value) &&
    Object.values(substituted.value).every((value) => typeof value === 'string');
  return { properties: Object.fromEntries(stringEntries(usable ? substituted.value : raw)) };
}
