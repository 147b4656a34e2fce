import type { Json, JsonObject } from '../base/json.ts';
import { equal, get, getList, getString, isObject, setKey } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { withMetadata } from './store.ts';

/**
 * Field ownership (metadata.managedFields, FieldsV1) as structured-merge-diff keeps it: who changes a field owns it, the
 * former owners lose it, and a manager without fields disappears. Lists are atomic save the ones named in
 * {@link LIST_KEYS}; real schemas know more list keys, which changes who owns a part of a list, never its content.
 */

/** A set of fields: `f:name` for a key, `k:{…}` for an item of a keyed list, `v:…` for an item of a set, `.` for the thing itself. */
export type FieldSet = JsonObject;

const EMPTY: FieldSet = {};

/** Lists whose items have an identity of their own, by the name of their field. */
const LIST_KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  ownerReferences: ['uid'],
  conditions: ['type'],
};

/** Never tracked: what the server sets, and what names the object. */
const UNTRACKED_METADATA = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
]);

export interface Manager {
  readonly name: string;
  readonly operation: string;
  readonly subresource: string;
}

/**
 * The object with `metadata.managedFields` after `manager` made it out of `live`. Who applies a configuration (`applied`)
 * owns exactly what it names.
 */
export function withManagedFields(
  live: KubernetesObject | undefined,
  object: KubernetesObject,
  manager: Manager,
  time: string,
  applied?: KubernetesObject,
): KubernetesObject {
  const changed = live === undefined ? fieldsOf(tracked(object)) : changesOf(tracked(live), tracked(object));
  const present = tracked(object);
  const entries: Json[] = [];
  let own: FieldSet = EMPTY;
  for (const entry of getList(live, 'metadata', 'managedFields')) {
    const fields = get(entry, 'fieldsV1');
    if (!isObject(fields) || !isObject(entry)) continue;
    const mine = isManager(entry, manager);
    const left = keepPresent(mine ? fields : subtract(fields, changed), present);
    if (mine) own = left;
    else if (!isEmpty(left)) entries.push({ ...entry, fieldsV1: left });
  }
  const before = getList(live, 'metadata', 'managedFields').find((entry) => isManager(entry, manager));
  const fields = applied === undefined ? union(own, changed) : fieldsOf(tracked(applied));
  if (!isEmpty(fields)) {
    entries.push({
      apiVersion: object.apiVersion,
      fieldsType: 'FieldsV1',
      fieldsV1: fields,
      manager: manager.name,
      operation: manager.operation,
      ...(manager.subresource === '' ? {} : { subresource: manager.subresource }),
      time: isEmpty(changed) ? (getString(before, 'time') ?? time) : time,
    });
  }
  return withMetadata(object, { managedFields: entries.length === 0 ? undefined : entries });
}

/** Names of the managers, sorted; as recordings list them. */
export function managersOf(object: KubernetesObject): readonly string[] {
  const names = getList(object, 'metadata', 'managedFields').flatMap(
    (entry) => getString(entry, 'manager') ?? [],
  );
  return [...new Set(names)].sort();
}

export function isManager(entry: Json, manager: Manager): boolean {
  return (
    getString(entry, 'manager') === manager.name &&
    getString(entry, 'operation') === manager.operation &&
    (getString(entry, 'subresource') ?? '') === manager.subresource
  );
}

export function tracked(object: KubernetesObject): JsonObject {
  const metadata: Record<string, Json> = {};
  for (const key of Object.keys(object.metadata))
    if (!UNTRACKED_METADATA.has(key)) setKey(metadata, key, object.metadata[key] ?? null);
  const { apiVersion: _, kind: __, metadata: ___, ...rest } = object;
  return { metadata, ...rest };
}

const isEmpty = (fields: FieldSet): boolean => Object.keys(fields).length === 0;

/** Children of a value that are tracked one by one, or undefined for a leaf (scalars, atomic lists, empty maps). */
export function childrenOf(
  value: Json,
  field: string,
): readonly (readonly [string, Json, string])[] | undefined {
  if (isObject(value)) {
    const keys = Object.keys(value);
    return keys.length === 0 ? undefined : keys.map((key) => [`f:${key}`, value[key] ?? null, key] as const);
  }
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const keys = Object.hasOwn(LIST_KEYS, field) ? LIST_KEYS[field] : undefined;
  if (keys === undefined) {
    if (field !== 'finalizers') return undefined;
    return value.map((item: Json) => [`v:${JSON.stringify(item)}`, item, ''] as const);
  }
  return value.map((item: Json) => {
    const identity = Object.fromEntries(keys.map((key) => [key, get(item, key) ?? null]));
    return [`k:${JSON.stringify(identity)}`, item, ''] as const;
  });
}

/** All fields of a value that is new. The top (depth 0 and `metadata`) has no entry of its own. */
export function fieldsOf(value: Json, field = '', top = true): FieldSet {
  const children = childrenOf(value, field);
  if (children === undefined) return EMPTY;
  const fields: Record<string, Json> = {};
  if (!top) setKey(fields, '.', EMPTY);
  for (const [key, child, name] of children) {
    if (top && isObject(child) && Object.keys(child).length === 0) continue;
    setKey(
      fields,
      key,
      fieldsOf(child, name, top && (name === 'metadata' || name === 'spec' || name === 'status')),
    );
  }
  return fields;
}

/** Fields of `after` that `before` lacks or has with another value. */
function changesOf(before: Json, after: Json, field = ''): FieldSet {
  const old = new Map((childrenOf(before, field) ?? []).map(([key, child]) => [key, child]));
  const fields: Record<string, Json> = {};
  for (const [key, child, name] of childrenOf(after, field) ?? []) {
    const former = old.get(key);
    if (former !== undefined && equal(former, child)) continue;
    if (former === undefined) {
      setKey(fields, key, fieldsOf(child, name, false));
      continue;
    }
    const granular = childrenOf(child, name) !== undefined && childrenOf(former, name) !== undefined;
    const inner = granular ? changesOf(former, child, name) : fieldsOf(child, name, false);
    if (!granular || !isEmpty(inner)) setKey(fields, key, inner);
  }
  return fields;
}

/** A set without the other's leaves; a branch that loses its last leaf goes as well. */
export function subtract(fields: FieldSet, gone: FieldSet): FieldSet {
  const left: Record<string, Json> = {};
  for (const key of Object.keys(fields)) {
    const [child, other] = [asSet(fields[key]), get(gone, key)];
    if (other === undefined) setKey(left, key, child);
    else if (!isEmpty(child)) {
      const inner = isObject(other) && !isEmpty(other) ? subtract(child, other) : EMPTY;
      if (!isEmpty(inner)) setKey(left, key, inner);
    }
  }
  return left;
}

/** A set without the fields that the value no longer has; the set itself if all are there. */
function keepPresent(fields: FieldSet, value: Json, field = ''): FieldSet {
  const find = finderOf(value, field);
  const left: Record<string, Json> = {};
  let whole = true;
  for (const key of Object.keys(fields)) {
    const set = asSet(fields[key]);
    const found = key === '.' ? undefined : find(key);
    const inner = found === undefined || isEmpty(set) ? set : keepPresent(set, found.child, found.name);
    const stays = key === '.' || (found !== undefined && (isEmpty(set) || !isEmpty(inner)));
    if (stays) setKey(left, key, inner);
    whole &&= stays && inner === fields[key];
  }
  return whole ? fields : left;
}

/** Looks up a value's children as {@link childrenOf} names them. */
function finderOf(
  value: Json,
  field: string,
): (key: string) => { readonly child: Json; readonly name: string } | undefined {
  if (isObject(value))
    return (key) => {
      const name = key.slice(2);
      const child = key.startsWith('f:') ? get(value, name) : undefined;
      return child === undefined ? undefined : { child, name };
    };
  const children = new Map(childrenOf(value, field)?.map(([key, child, name]) => [key, { child, name }]));
  return (key) => children.get(key);
}

/** The fields that both sets name. */
export function intersect(left: FieldSet, right: FieldSet): FieldSet {
  const both: Record<string, Json> = {};
  for (const key of Object.keys(left)) {
    const other = get(right, key);
    if (isObject(other)) setKey(both, key, intersect(asSet(left[key]), other));
  }
  return both;
}

/** The fields that either set names. */
export function union(left: FieldSet, right: FieldSet): FieldSet {
  if (isEmpty(left)) return right;
  const all: Record<string, Json> = {};
  for (const key of Object.keys(left)) setKey(all, key, union(asSet(left[key]), asSet(get(right, key))));
  for (const key of Object.keys(right)) if (!Object.hasOwn(left, key)) setKey(all, key, right[key] ?? EMPTY);
  return all;
}

export const asSet = (value: Json | undefined): FieldSet => (isObject(value) ? value : EMPTY);
