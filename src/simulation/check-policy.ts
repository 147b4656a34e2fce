import type { PolicyVerdict } from '../admission/environment.ts';
import { checkRulePermissions, deprecationWarning } from '../admission/policy-permissions.ts';
import { get, getList } from '../base/json.ts';
import type { ApiServer, Discovery } from '../cluster/api.ts';
import { substituteAll } from '../engine/context/substitute.ts';
import { findVariables } from '../engine/context/variable-pattern.ts';
import { parseKindSelector } from '../kubernetes/kind-selector.ts';
import { type KubernetesObject, namespaceOf } from '../kubernetes/object.ts';
import { matchWildcard } from '../kubernetes/wildcard.ts';
import type { Behaviour } from '../kyverno/behaviour.ts';
import type { Policy } from '../kyverno/policy.ts';
import { readPolicy } from '../kyverno/read-policy.ts';
import { CLEANUP_CONTROLLER } from '../kyverno/service-accounts.ts';
import { validatePolicy } from '../kyverno/validate-policy.ts';
import { validateCleanupPolicy } from '../kyverno/validation/cleanup-policy.ts';
import { kindLookup } from './kind-lookup.ts';

export { validateException } from '../kyverno/validation/exception.ts';
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

/** The cleanup controller's webhook: why it refuses a cleanup policy (validation/cleanuppolicy/validate.go). */
export function checkCleanupPolicy(
  { authorize }: Pick<PolicyCheckEnvironment, 'authorize'>,
  discovery: Discovery,
  object: KubernetesObject,
): string | undefined {
  const { isClusterScoped } = kindLookup(discovery.resources);
  const problem = validateCleanupPolicy(object, isClusterScoped);
  if (problem !== undefined) return problem.text;
  const namespace = object.kind === 'CleanupPolicy' ? namespaceOf(object) : '';
  const match = get(object['spec'], 'match');
  for (const filter of [...getList(match, 'any'), ...getList(match, 'all')]) {
    const named = getList(filter, 'resources', 'names').map(String);
    for (const kind of getList(filter, 'resources', 'kinds').map(String)) {
      const { group, version, kind: name } = parseKindSelector(kind);
      const info = discovery.resources.find(
        (one) =>
          matchWildcard(name, one.kind) &&
          matchWildcard(group, one.group) &&
          matchWildcard(version, one.version),
      );
      if (info === undefined) return `failed to get GVR for kind ${kind}`;
      const place = {
        group: info.group,
        resource: info.resource,
        ...(namespace === '' ? {} : { namespace }),
      };
      for (const verb of ['delete', 'list'])
        for (const one of named.length === 0 ? [''] : named)
          if (!authorize(CLEANUP_CONTROLLER, { verb, ...place, ...(one === '' ? {} : { name: one }) }))
            return `cleanup controller has no permission to ${verb} kind ${kind}`;
    }
  }
  return undefined;
}
