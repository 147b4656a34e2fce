import { getObject } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { formatGoJson } from './go-json.ts';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The object with the annotation in which client-side apply keeps what it applied. */
export function withLastApplied(object: KubernetesObject): KubernetesObject {
  const annotations = getObject(object, 'metadata', 'annotations');
  const { [LAST_APPLIED]: _, ...others } = annotations;
  const bare = { ...object, metadata: { ...object.metadata, annotations: others } };
  const text = `${formatGoJson(bare)}\n`;
  return { ...object, metadata: { ...object.metadata, annotations: { ...others, [LAST_APPLIED]: text } } };
}

/** Field manager of `kubectl apply`. */
export const CLIENT_SIDE = 'kubectl-client-side-apply';
