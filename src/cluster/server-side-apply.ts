import type { Json, JsonObject } from '../base/json.ts';
import { equal, get, getList, getString, isObject, setKey } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { StatusFailure } from './api.ts';
import {
  asSet,
  childrenOf,
  type FieldSet,
  fieldsOf,
  intersect,
  isManager,
  type Manager,
  subtract,
  tracked,
  union,
} from './managed-fields.ts';

/** The object that a server-side apply asks for, or the fields that other managers hold with another value. */
export type Applied = { readonly object: KubernetesObject } | { readonly failure: StatusFailure };

/**
 * Merges a configuration into the live object (structured-merge-diff): fields that the manager applied before and no longer
 * names go, unless another manager owns them; fields of others conflict if their value is to change.
 */
export function applyConfiguration(
  live: KubernetesObject,
  configuration: KubernetesObject,
  manager: Manager,
  force: boolean,
): Applied {
  const wanted = fieldsOf(tracked(configuration));
  const merged = merge(live, configuration, '');
  const entries = getList(live, 'metadata', 'managedFields');
  const others = entries.filter((entry) => !isManager(entry, manager));
  const conflicts = force ? [] : conflictsOf(live, merged, wanted, others);
  if (conflicts.length > 0) return { failure: conflictFailure(conflicts) };
  const before = asSet(get(entries.find((entry) => isManager(entry, manager)) ?? null, 'fieldsV1'));
  const shared = others.map((entry) => asSet(get(entry, 'fieldsV1'))).reduce(union, {});
  const gone = subtract(subtract(before, wanted), shared);
  const left = without(merged, gone, '');
  return {
    object: isObject(left) ? { ...merged, ...left, metadata: asObject(get(left, 'metadata')) } : merged,
  };
}

const asObject = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

function merge(live: KubernetesObject, configuration: KubernetesObject, field: string): KubernetesObject {
  const merged = mergeValue(live, configuration, field);
  return isObject(merged)
    ? { ...merged, apiVersion: live.apiVersion, kind: live.kind, metadata: asObject(get(merged, 'metadata')) }
    : live;
}

function mergeValue(live: Json | undefined, wanted: Json, field: string): Json {
  if (isObject(live) && isObject(wanted)) {
    const result: Record<string, Json> = {};
    for (const key of Object.keys(live)) setKey(result, key, live[key] ?? null);
    for (const key of Object.keys(wanted))
      setKey(result, key, mergeValue(get(live, key), wanted[key] ?? null, key));
    return result;
  }
  if (!Array.isArray(live) || !Array.isArray(wanted)) return wanted;
  const items = childrenOf(wanted, field);
  if (items === undefined) return wanted;
  const old = new Map((childrenOf(live, field) ?? []).map(([key, item]) => [key, item]));
  const named = new Map(items.map(([key, item]) => [key, mergeValue(old.get(key), item, '')]));
  const kept = [...old].map(([key, item]) => named.get(key) ?? item);
  return [...kept, ...[...named].filter(([key]) => !old.has(key)).map(([, item]) => item)];
}

interface Conflict {
  readonly manager: string;
  readonly apiVersion: string;
  readonly path: string;
}

function conflictsOf(
  live: KubernetesObject,
  merged: KubernetesObject,
  wanted: FieldSet,
  others: readonly Json[],
): readonly Conflict[] {
  return others.flatMap((entry) => {
    const held = intersect(wanted, asSet(get(entry, 'fieldsV1')));
    return changedLeaves(held, tracked(live), tracked(merged), '', '').map((path) => ({
      manager: getString(entry, 'manager') ?? '',
      apiVersion: getString(entry, 'apiVersion') ?? '',
      path,
    }));
  });
}

/** Paths of a set's leaves whose value changes. */
function changedLeaves(
  fields: FieldSet,
  before: Json,
  after: Json,
  field: string,
  path: string,
): readonly string[] {
  const old = new Map((childrenOf(before, field) ?? []).map(([key, value]) => [key, value]));
  return (childrenOf(after, field) ?? []).flatMap(([key, value, name]) => {
    const set = get(fields, key);
    const former = old.get(key);
    if (!isObject(set) || former === undefined || equal(former, value)) return [];
    const here = path + formatStep(key, name);
    return Object.keys(set).length === 0 ? [here] : changedLeaves(set, former, value, name, here);
  });
}

function formatStep(key: string, name: string): string {
  if (key.startsWith('f:')) return `.${name}`;
  if (key.startsWith('v:')) return `[=${key.slice(2)}]`;
  const identity = JSON.parse(key.slice(2)) as JsonObject;
  return `[${Object.entries(identity)
    .map(([field, value]) => `${field}=${JSON.stringify(value)}`)
    .join(',')}]`;
}

/** The value without the leaves of a set; what loses its last leaf goes as well. */
function without(value: Json, gone: FieldSet, field: string): Json | undefined {
  if (Object.keys(gone).length === 0) return value;
  const children = childrenOf(value, field) ?? [];
  const left = children.flatMap(([key, child, name]) => {
    const set = get(gone, key);
    if (!isObject(set)) return [[name, child] as const];
    const rest = Object.keys(set).length === 0 ? undefined : without(child, set, name);
    return rest === undefined ? [] : [[name, rest] as const];
  });
  if (Array.isArray(value)) return left.length === 0 ? undefined : left.map(([, item]) => item);
  const result: Record<string, Json> = {};
  for (const [name, item] of left) setKey(result, name, item);
  const emptied = left.length === 0 && Object.hasOwn(gone, '.');
  return emptied ? undefined : result;
}

function conflictFailure(conflicts: readonly Conflict[]): StatusFailure {
  const groups = new Map<string, string[]>();
  for (const { manager, apiVersion, path } of conflicts) {
    const key = `"${manager}" using ${apiVersion}`;
    groups.set(key, [...(groups.get(key) ?? []), path]);
  }
  const texts = [...groups].map(([who, paths]) =>
    paths.length === 1
      ? `conflict with ${who}: ${paths[0]}`
      : `conflicts with ${who}:\n${paths.map((path) => `- ${path}`).join('\n')}`,
  );
  const count = conflicts.length === 1 ? '1 conflict' : `${conflicts.length} conflicts`;
  const causes = conflicts.map(({ manager, apiVersion, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with "${manager}" using ${apiVersion}`,
    field: path,
  }));
  return {
    code: 409,
    reason: 'Conflict',
    message: `Apply failed with ${count}: ${texts.join('\n')}`,
    details: { causes },
  };
}
