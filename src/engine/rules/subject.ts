import { getList, type JsonObject } from '../../base/json.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../../kubernetes/object.ts';
import { matchConditions } from '../../kyverno/parts.ts';
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
  return !hasMatchConditions(context) || conditionsHold(context);
}

const hasMatchConditions = ({ policy, behaviour }: PolicyContext): boolean =>
  behaviour.matchConditionsPerPolicy &&
  getList(policy.spec, 'webhookConfiguration', 'matchConditions').length > 0;

/**
 * The engine asks match conditions again, also where no webhook was called: in the background and in scans. An object that
 * is not there is one with apiVersion and kind alone, and an error is no match (engine/internal/match.go).
 */
function conditionsHold(context: PolicyContext): boolean {
  const { kind, newObject, oldObject, request, operation, subresource } = context;
  const group = kind.group === '' ? '' : `${kind.group}/`;
  const absent: JsonObject = { apiVersion: `${group}${kind.version}`, kind: kind.kind };
  const { matches } = matchConditions.get().evaluateMatchConditions(context.policy, {
    object: newObject ?? absent,
    oldObject: oldObject ?? absent,
    request: {
      kind: { ...kind },
      ...(request['resource'] === undefined ? {} : { resource: request['resource'] }),
      subResource: subresource,
      name: newObject === undefined ? '' : nameOf(newObject),
      namespace: newObject === undefined ? '' : namespaceOf(newObject),
      operation,
      userInfo: request['userInfo'] ?? {},
      dryRun: false,
    },
  });
  return matches;
}

/** Parts of a policy that stand before its rules and are not simulated. */
export function unsupportedOfPolicy(context: PolicyContext): readonly UnsupportedFeature[] {
  if (!hasMatchConditions(context)) return [];
  return matchConditions
    .get()
    .unsupportedConditions(context.policy)
    .map(({ index, what }) => ({
      what: 'webhookConfiguration.matchConditions',
      message: `A match condition of policy ${context.policy.key} calls ${what}, which is not simulated: it counts as true.`,
      path: ['spec', 'webhookConfiguration', 'matchConditions', index],
    }));
}
