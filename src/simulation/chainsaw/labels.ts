import type { JsonObject } from '../../base/json.ts';
import { get } from '../../base/json.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';

/** Whether an object has all the labels. */
export function matchLabels(object: KubernetesObject, labels: JsonObject): boolean {
  const own = get(object.metadata, 'labels');
  return Object.entries(labels).every(([key, value]) => get(own, key) === value);
}
