import type { Json } from '../base/json.ts';
import { get, getList, getString, isObject } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Trace } from '../trace/trace.ts';

/** What every cluster holds before a scenario adds to it, for one Kyverno version (generated from the recordings' base). */
export interface ClusterBase {
  readonly kyverno: Trace['kyverno'];
  readonly kubernetes: string;
  /** CRDs first, then namespaces, roles, bindings, service accounts, ConfigMaps. */
  readonly objects: readonly KubernetesObject[];
  /** Schemas of the CRDs, where they are known; read by the API server. */
  readonly schemas?: Json;
}

/** Reads a `base-<version>.json`; undefined if it is not one, or one for another version than `kyverno`. */
export function readClusterBase(json: Json, kyverno: Trace['kyverno']): ClusterBase | undefined {
  const kubernetes = getString(json, 'kubernetes');
  if (kubernetes === undefined || getString(json, 'kyverno') !== kyverno) return undefined;
  const objects = getList(json, 'objects').filter(isKubernetesObject);
  if (objects.length === 0) return undefined;
  const schemas = get(json, 'schemas');
  return { kyverno, kubernetes, objects, ...(schemas === undefined ? {} : { schemas }) };
}

function isKubernetesObject(value: Json): value is KubernetesObject {
  return (
    getString(value, 'apiVersion') !== undefined &&
    getString(value, 'kind') !== undefined &&
    isObject(get(value, 'metadata'))
  );
}
