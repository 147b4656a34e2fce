import type { JsonObject } from '../base/json.ts';
import { get, getObject } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { withMetadata } from './store.ts';

/** A workload as its `scale` subresource shows it: autoscaling/v1 Scale, which has nothing of the workload but its number. */
export function scaleOf(object: KubernetesObject): KubernetesObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const kept = Object.entries({ name, namespace, uid, resourceVersion, creationTimestamp });
  const labels = Object.entries(getObject(object, 'spec', 'selector', 'matchLabels'));
  const metadata: JsonObject = Object.fromEntries(
    kept.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata,
    spec: { replicas: get(get(object, 'spec'), 'replicas') ?? 0 },
    status: {
      replicas: get(get(object, 'status'), 'replicas') ?? 0,
      ...(labels.length === 0 ? {} : { selector: labels.map(([key, value]) => `${key}=${value}`).join(',') }),
    },
  };
}

/** The workload with the number of a Scale that a webhook has changed. */
export function scaledAs(object: KubernetesObject, scale: KubernetesObject): KubernetesObject {
  const replicas = get(get(scale, 'spec'), 'replicas') ?? 0;
  return withMetadata({ ...object, spec: { ...getObject(object, 'spec'), replicas } }, {});
}
