import { getList } from '../../base/json.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../../kubernetes/object.ts';
import type { UnsupportedFeature } from '../engine-response.ts';
import type { MatchSubject } from '../match/subject.ts';
import type { PolicyContext } from '../policy-context.ts';

/** What `match` looks at when it looks at `resource` in this context. */
export const subjectOf = (context: PolicyContext, resource: KubernetesObject | undefined): MatchSubject => ({
  resource,
  kind: context.kind,
  subresource: context.subresource,
  operation: context.operation,
  admissionInfo: context.admissionInfo,
  namespaceLabels: context.namespaceLabels,
});

/**
 * Whether the policy is to be looked at for this request at all: a Policy stays in its namespace, and resource filters of
 * the configuration hold for old and new object (engine/internal/match.go).
 */
export function policyApplies(context: PolicyContext): boolean {
  const { policy, configuration, kind, subresource } = context;
  for (const object of [context.newObject, context.oldObject]) {
    if (!object) continue;
    const namespace = namespaceOf(object);
    if (policy.kind === 'Policy' && namespace !== (policy.namespace || 'default')) return false;
    if (configuration.isFiltered(kind, subresource, namespace, nameOf(object))) return false;
  }
  return true;
}

/** Parts of a policy that stand before its rules and are not simulated. */
export function unsupportedOfPolicy(context: PolicyContext): readonly UnsupportedFeature[] {
  if (getList(context.policy.spec, 'webhookConfiguration', 'matchConditions').length === 0) return [];
  return [
    {
      what: 'webhookConfiguration.matchConditions',
      message: `Match conditions (CEL) of policy ${context.policy.key} are not simulated: the policy is evaluated as if they were true.`,
      path: ['spec', 'webhookConfiguration', 'matchConditions'],
    },
  ];
}
