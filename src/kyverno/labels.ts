import type { JsonObject } from '../base/json.ts';
import { getString } from '../base/json.ts';
import type { KubernetesObject, ObjectRef } from '../kubernetes/object.ts';
import { formatApiVersion, namespaceOf, parseApiVersion, uidOf } from '../kubernetes/object.ts';
import { indexByLabel } from '../kubernetes/object-index.ts';
import type { Policy } from './policy.ts';

const PREFIX = 'generate.kyverno.io';
export const MANAGED_BY = 'app.kubernetes.io/managed-by';
export const POLICY_NAME = `${PREFIX}/policy-name`;
export const POLICY_NAMESPACE = `${PREFIX}/policy-namespace`;
export const RULE_NAME = `${PREFIX}/rule-name`;
export const CLONE_SOURCE = `${PREFIX}/clone-source`;
export const SOURCE_UID = `${PREFIX}/source-uid`;
export const SOURCE_GROUP = `${PREFIX}/source-group`;
export const SOURCE_VERSION = `${PREFIX}/source-version`;
export const SOURCE_KIND = `${PREFIX}/source-kind`;
export const SOURCE_NAMESPACE = `${PREFIX}/source-namespace`;
const TRIGGER = `${PREFIX}/trigger`;
export const TRIGGER_UID = `${TRIGGER}-uid`;
/** Of downstreams that versions before 1.12 made. */
export const TRIGGER_NAME = `${TRIGGER}-name`;

export const labelOf = (object: KubernetesObject | undefined, label: string): string | undefined =>
  getString(object, 'metadata', 'labels', label);

/** Objects by the uid of the trigger, or of the source, that they were made from. */
export const BY_TRIGGER = indexByLabel(`${TRIGGER}-uid`);
export const BY_SOURCE = indexByLabel(SOURCE_UID);

/** Whether Kyverno made the object by a generate rule. */
export const isDownstream = (object: KubernetesObject | undefined): boolean =>
  labelOf(object, MANAGED_BY) === 'kyverno';

/** Labels that name a trigger on its downstreams (lifecycle C.5). */
export function triggerLabels(trigger: KubernetesObject): JsonObject {
  const { group, version } = parseApiVersion(trigger.apiVersion);
  return {
    [`${TRIGGER}-group`]: group,
    [`${TRIGGER}-version`]: version,
    [`${TRIGGER}-kind`]: trigger.kind,
    [`${TRIGGER}-namespace`]: namespaceOf(trigger),
    [`${TRIGGER}-uid`]: uidOf(trigger),
  };
}

/** All labels of a downstream of `rule`, those of a clone's source left out. */
export const downstreamLabels = (policy: Policy, rule: string, trigger: KubernetesObject): JsonObject => ({
  [MANAGED_BY]: 'kyverno',
  [POLICY_NAME]: policy.name,
  [POLICY_NAMESPACE]: policy.namespace,
  [RULE_NAME]: rule,
  ...triggerLabels(trigger),
});

/** Labels that name a clone's source on its downstreams. */
export function sourceLabels(source: KubernetesObject): JsonObject {
  const { group, version } = parseApiVersion(source.apiVersion);
  return {
    [SOURCE_GROUP]: group,
    [SOURCE_VERSION]: version,
    [SOURCE_KIND]: source.kind,
    [SOURCE_NAMESPACE]: namespaceOf(source),
    [SOURCE_UID]: uidOf(source),
  };
}

/** The trigger that a downstream's labels name; its name is not among them. */
export function triggerOf(downstream: KubernetesObject): ObjectRef {
  const label = (name: string): string => labelOf(downstream, `${TRIGGER}-${name}`) ?? '';
  const namespace = label('namespace');
  return {
    apiVersion: formatApiVersion({ group: label('group'), version: label('version') }),
    kind: label('kind'),
    ...(namespace === '' ? {} : { namespace }),
    name: label('name'),
    uid: label('uid'),
  };
}

/** A label selector text of equalities. */
export const selectorText = (labels: JsonObject): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(',');
