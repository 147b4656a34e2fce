import type { PolicyVerdict } from '../admission/environment.ts';
import { checkRulePermissions, deprecationWarning } from '../admission/policy-permissions.ts';
import type { ApiServer, Discovery } from '../cluster/api.ts';
import { substituteAll } from '../engine/context/substitute.ts';
import { findVariables } from '../engine/context/variable-pattern.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Behaviour } from '../kyverno/behaviour.ts';
import type { Policy } from '../kyverno/policy.ts';
import { readPolicy } from '../kyverno/read-policy.ts';
import { validatePolicy } from '../kyverno/validate-policy.ts';
import { kindLookup } from './kind-lookup.ts';

export { validateGlobalContextEntry } from '../kyverno/validation/global-context.ts';

/** What the policy webhook asks of the cluster. */
export interface PolicyCheckEnvironment {
  readonly authorize: ApiServer['authorize'];
  readonly behaviour: Behaviour;
  /** What Kyverno knows of the served kinds while it looks at a policy. */
  discoveryFor(policy: Policy): Discovery;
}

/** The policy webhook's answer about a policy's object (lifecycle F); objects that are no policies pass. */
export function checkPolicy(
  { authorize, behaviour, discoveryFor }: PolicyCheckEnvironment,
  object: KubernetesObject,
  old: KubernetesObject | undefined,
): PolicyVerdict {
  const policy = readPolicy(object);
  if (policy === undefined) return { warnings: [] };
  const discovery = discoveryFor(policy);
  const server = { authorize, discovery: () => discovery };
  const { error, path, warnings } = validatePolicy(policy, old && readPolicy(old), {
    behaviour,
    variables: { find: findVariables, substitute: substituteAll },
    ...kindLookup(discovery.resources),
    permissions: (rule, index) => checkRulePermissions(server, behaviour, rule, index),
  });
  const deprecated = behaviour.warnsOfDeprecatedPolicies ? [deprecationWarning(policy.kind)] : [];
  return {
    ...(error === undefined ? {} : { denied: error, ...(path === undefined ? {} : { path }) }),
    warnings: [...warnings, ...deprecated],
  };
}
