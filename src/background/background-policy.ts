import { get, getList, getString, type Json } from '../base/json.ts';
import { findVariables } from '../engine/context/variable-pattern.ts';
import { hasMutateExisting } from '../engine/rules/response.ts';
import type { Policy, Rule } from '../kyverno/policy.ts';

/** What no rule may ask for where there is no request (lifecycle F.3). */
const USER_VARIABLES =
  /[^.](serviceAccountName|serviceAccountNamespace|request\.userInfo|request\.roles|request\.clusterRoles)\b/;

const USER_FIELDS = ['roles', 'clusterRoles', 'subjects'] as const;

/** For how long after its creation a policy with mutate-existing rules is looked at on events only if it asks for it. */
const SCAN_INTERVAL = 60 * 60 * 1000;

/**
 * Whether the policy controller looks at a policy at all: it generates or changes existing objects, and nothing in it asks
 * who made a request (lifecycle D.4, the gate). Variables of the user are let pass where a rule has targets, but then, in
 * its first hour, the policy must ask for `mutateExistingOnPolicyUpdate`; its generate rules wait with it. A deletion passes
 * without.
 */
export function canProcessInBackground({ rules, spec, object }: Policy, now: number): boolean {
  const asksForUser = rules.some(({ raw }) =>
    ['match', 'exclude'].some((block) => namesUser(raw[block] ?? null)),
  );
  if (asksForUser) return false;
  if (!rules.some(hasMutateExisting))
    return (
      rules.some(({ type }) => type === 'generate') &&
      !findVariables(JSON.stringify(spec)).some(({ text }) => USER_VARIABLES.test(text))
    );
  const created = Date.parse(getString(object, 'metadata', 'creationTimestamp') ?? '');
  return now - created >= SCAN_INTERVAL || rules.some((rule) => mutatesOnPolicyUpdate(spec, rule));
}

/** `mutateExistingOnPolicyUpdate` of a rule, or else of its policy. */
export function mutatesOnPolicyUpdate(spec: Policy['spec'], rule: Rule): boolean {
  const own = get(get(rule.raw, 'mutate'), 'mutateExistingOnPolicyUpdate');
  return typeof own === 'boolean' ? own : get(spec, 'mutateExistingOnPolicyUpdate') === true;
}

const namesUser = (block: Json): boolean =>
  [block, ...getList(block, 'any'), ...getList(block, 'all')].some((filter) =>
    USER_FIELDS.some((field) => getList(filter, field).length > 0),
  );
