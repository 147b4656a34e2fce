import { getObject } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';

/** The label that says how long an object lives, or until when (api/kyverno/constants.go). */
export const TTL_LABEL = 'cleanup.kyverno.io/ttl';

/** The value of an object's TTL label, if it has one. */
export function ttlOf(object: KubernetesObject): string | undefined {
  const labels = getObject(object.metadata, 'labels');
  const value = Object.hasOwn(labels, TTL_LABEL) ? labels[TTL_LABEL] : undefined;
  return typeof value === 'string' ? value : undefined;
}
