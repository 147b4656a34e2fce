import type { Json, JsonObject } from '../base/json.ts';
import { getString } from '../base/json.ts';

/** Group, version and kind; the core group is the empty string. */
export interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** Group, version and plural resource name, as in request paths. */
export interface GroupVersionResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

/** Any Kubernetes object: JSON with `apiVersion`, `kind` and `metadata`. */
export interface KubernetesObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: JsonObject;
}

/** What names an object: kind and place. `namespace` is absent for cluster-scoped objects. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
}

/** Who sends a request (authentication.k8s.io UserInfo). */
export interface UserInfo {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
}

/** `apiVersion` of a group and version: `v1` for the core group, `apps/v1` otherwise. */
export function formatApiVersion(gvk: { readonly group: string; readonly version: string }): string {
  return gvk.group === '' ? gvk.version : `${gvk.group}/${gvk.version}`;
}

/** Splits an `apiVersion`; a text without slash is a version of the core group. */
export function parseApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export function gvkOf(object: { readonly apiVersion: string; readonly kind: string }): GroupVersionKind {
  return { ...parseApiVersion(object.apiVersion), kind: object.kind };
}

/** Name of an object, or the empty string. */
export const nameOf = (object: Json | undefined): string => getString(object, 'metadata', 'name') ?? '';

/** Namespace of an object, or the empty string for cluster scope. */
export const namespaceOf = (object: Json | undefined): string =>
  getString(object, 'metadata', 'namespace') ?? '';

export const uidOf = (object: Json | undefined): string => getString(object, 'metadata', 'uid') ?? '';

/** The reference that names an object. */
export function refOf(object: KubernetesObject): ObjectRef {
  const namespace = namespaceOf(object);
  const uid = uidOf(object);
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name: nameOf(object),
    ...(namespace === '' ? {} : { namespace }),
    ...(uid === '' ? {} : { uid }),
  };
}
