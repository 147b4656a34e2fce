import { equal, type JsonObject } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';

/** Whether two revisions differ in nothing but the status and what the server keeps of an object. */
export const hasContentOf = (left: KubernetesObject, right: KubernetesObject): boolean =>
  equal(contentOf(left), contentOf(right));

function contentOf({ metadata, status: _, ...rest }: KubernetesObject): JsonObject {
  const { labels = {}, annotations = {} } = metadata;
  return { ...rest, labels, annotations };
}
