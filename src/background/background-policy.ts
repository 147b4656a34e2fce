import { getList, type Json } from '../base/json.ts';
import { findVariables } from '../engine/context/variable-pattern.ts';
import type { Policy } from '../kyverno/policy.ts';

/** What no rule may ask for where there is no request (lifecycle F.3). */
const USER_VARIABLES =
  /[^.](serviceAccountName|serviceAccountNamespace|request\.userInfo|request\.roles|request\.clusterRoles)\b/;

const USER_FIELDS = ['roles', 'clusterRoles', 'subjects'] as const;

/**
 * Whether the policy controller looks at a policy at all: it generates, and nothing in it asks who made a request
 * (lifecycle D.4, the gate). A deletion passes without.
 */
export function canProcessInBackground({ rules, spec }: Policy): boolean {
  const asksForUser = rules.some(({ raw }) =>
    ['match', 'exclude'].some((block) => namesUser(raw[block] ?? null)),
  );
  return (
    rules.some(({ type }) => type === 'generate') &&
    !asksForUser &&
    !findVariables(JSON.stringify(spec)).some(({ text }) => USER_VARIABLES.test(text))
  );
}

const namesUser = (block: Json): boolean =>
  [block, ...getList(block, 'any'), ...getList(block, 'all')].some((filter) =>
    USER_FIELDS.some((field) => getList(filter, field).length > 0),
  );
