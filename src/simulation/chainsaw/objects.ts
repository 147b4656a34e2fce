import type { Json, JsonObject } from '../../base/json.ts';
import { get, getObject, isObject } from '../../base/json.ts';
import type { ResourceInfo } from '../../cluster/api.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';

/** A document as an object; its metadata may be missing. */
export function asObject(value: Json): KubernetesObject | undefined {
  if (!isObject(value)) return undefined;
  const [apiVersion, kind] = [get(value, 'apiVersion'), get(value, 'kind')];
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined;
  return { ...value, apiVersion, kind, metadata: getObject(value, 'metadata') };
}

/** A namespaced object that names no namespace gets that of the test. */
export function inNamespace(
  object: KubernetesObject,
  info: ResourceInfo,
  namespace: string,
): KubernetesObject {
  const own = get(object.metadata, 'namespace');
  if (!info.namespaced || (typeof own === 'string' && own !== '')) return object;
  return { ...object, metadata: { ...object.metadata, namespace } };
}

/** Where the pod spec of a kind lies. */
const POD_SPECS: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  DaemonSet: ['spec', 'template', 'spec'],
  Deployment: ['spec', 'template', 'spec'],
  Job: ['spec', 'template', 'spec'],
  ReplicaSet: ['spec', 'template', 'spec'],
  StatefulSet: ['spec', 'template', 'spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
};

/** `forceTerminationGracePeriod`: Chainsaw writes it into every pod spec that it makes. */
export function withGracePeriod(object: KubernetesObject, seconds: number): KubernetesObject {
  const path = Object.hasOwn(POD_SPECS, object.kind) ? POD_SPECS[object.kind] : undefined;
  if (path === undefined || !isObject(getObject(object, ...path.slice(0, -1))[path.at(-1) ?? '']))
    return object;
  const set = (value: Json | undefined, rest: readonly string[]): JsonObject => {
    const [key, ...more] = rest;
    const current: JsonObject = isObject(value) ? value : {};
    return key === undefined
      ? { ...current, terminationGracePeriodSeconds: seconds }
      : { ...current, [key]: set(get(current, key), more) };
  };
  return { ...object, ...set(object, path) };
}
