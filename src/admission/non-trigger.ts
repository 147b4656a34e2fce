import { get } from '../base/json.ts';
import { matchRule } from '../engine/match/match-rule.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf, namespaceOf, uidOf } from '../kubernetes/object.ts';
import { indexByLabel } from '../kubernetes/object-index.ts';
import {
  BY_SOURCE,
  CLONE_SOURCE,
  isDownstream,
  labelOf,
  POLICY_NAME,
  POLICY_NAMESPACE,
  RULE_NAME,
  triggerOf,
} from '../kyverno/labels.ts';
import type { Policy } from '../kyverno/policy.ts';
import { BACKGROUND_CONTROLLER } from '../kyverno/service-accounts.ts';
import type { RuleContext } from '../kyverno/update-request.ts';
import type { AdmissionEnvironment } from './environment.ts';
import type { Review } from './review.ts';

/** Clones of versions that named the source on them. */
const BY_SOURCE_NAME = indexByLabel('generate.kyverno.io/source-name');

/** An UpdateRequest that a change of a downstream or of a clone's source calls for. */
export interface NonTrigger {
  readonly policy: Policy;
  readonly context: RuleContext;
}

/**
 * Changes of downstreams and of clone sources lead to UpdateRequests by their labels, whatever the rules match (lifecycle
 * B.3). The background controller's own writes never do.
 */
export function nonTriggers(
  env: AdmissionEnvironment,
  review: Review,
  findPolicy: (key: string) => Policy | undefined,
): readonly NonTrigger[] {
  const { oldObject: old, object, userInfo } = review.request;
  if (old === undefined || userInfo.username === BACKGROUND_CONTROLLER.username) return [];
  const labelled = labelOf(old, CLONE_SOURCE) !== undefined || (labelOf(old, POLICY_NAME) ?? '') !== '';
  if (!labelled) return [];
  if (isDownstream(old)) return fromLabels(review, old, old, false, findPolicy);
  const deleted = object === undefined;
  const found: NonTrigger[] = [];
  for (const clone of clonesOf(env, old)) {
    // A clone whose policy is gone ends the round: those after it are not looked at (generation/handler.go, processRequest).
    if (findPolicy(policyKeyOf(clone)) === undefined) break;
    found.push(...fromLabels(review, old, clone, deleted, findPolicy));
  }
  return found;
}

/** The key of the policy that a downstream's labels name. */
function policyKeyOf(downstream: KubernetesObject): string {
  const namespace = labelOf(downstream, POLICY_NAMESPACE) ?? '';
  const name = labelOf(downstream, POLICY_NAME) ?? '';
  return namespace === '' ? name : `${namespace}/${name}`;
}

function fromLabels(
  review: Review,
  changed: KubernetesObject,
  downstream: KubernetesObject,
  deleteDownstream: boolean,
  findPolicy: (key: string) => Policy | undefined,
): readonly NonTrigger[] {
  const policy = findPolicy(policyKeyOf(downstream));
  const rule = policy?.rules.find(
    (candidate) => candidate.type === 'generate' && candidate.name === labelOf(downstream, RULE_NAME),
  );
  if (policy === undefined || rule === undefined) return [];
  if (get(get(rule.raw, 'generate'), 'synchronize') !== true) return [];
  const { request, info } = review;
  const subject = {
    resource: changed,
    kind: request.kind,
    subresource: request.subResource,
    operation: request.operation,
    admissionInfo: { userInfo: request.userInfo, roles: info.roles, clusterRoles: info.clusterRoles },
    namespaceLabels: review.namespace?.labels,
  };
  // A source that is a trigger of the rule as well is handled as such.
  if (matchRule(rule, subject, policy.namespace) === undefined) return [];
  return [{ policy, context: { rule: rule.name, trigger: triggerOf(downstream), deleteDownstream } }];
}

/** Downstreams cloned from an object, by their source labels. */
function clonesOf(env: AdmissionEnvironment, source: KubernetesObject): readonly KubernetesObject[] {
  const info = env.server
    .discovery()
    .resources.find(
      (candidate) =>
        candidate.kind === source.kind &&
        (candidate.group === '' ? candidate.version : `${candidate.group}/${candidate.version}`) ===
          source.apiVersion,
    );
  if (info === undefined) return [];
  const byUid = env.server.listBy(info, BY_SOURCE, uidOf(source)).filter(isDownstream);
  if (byUid.length > 0) return byUid;
  return env.server
    .listBy(info, BY_SOURCE_NAME, nameOf(source))
    .filter((object) => labelOf(object, 'generate.kyverno.io/source-namespace') === namespaceOf(source));
}
