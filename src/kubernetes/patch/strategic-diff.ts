import { equal, get, isObject, type Json, type JsonObject, setKey } from '../../base/json.ts';
import type { GroupVersionKind } from '../object.ts';
import type { PatchResult } from './json-patch.ts';
import { createThreeWayMergePatch } from './merge-patch.ts';
import {
  DELETE_FROM_LIST_PREFIX,
  mergeObjects,
  mergeValue,
  PATCH_DIRECTIVE,
  RETAIN_KEYS_DIRECTIVE,
  SET_ORDER_PREFIX,
  StrategicPatchError,
} from './strategic-merge-patch.ts';
import { fieldPatch, strategicTypeOf } from './strategic-schema.ts';

/** What a patch is to hold: kubectl computes deletions and the rest against different documents. */
type Wanted = 'all' | 'deletions' | 'changes';

/**
 * The patch that `kubectl apply` sends (apimachinery, CreateThreeWayMergePatch): what the person's file adds or changes
 * against the live object, and what it dropped since the last-applied configuration. Kinds without a strategic schema get a
 * JSON merge patch. An empty object means that nothing is to be changed.
 */
export function createThreeWayStrategicMergePatch(
  lastApplied: JsonObject,
  modified: JsonObject,
  live: JsonObject,
  gvk: Pick<GroupVersionKind, 'group' | 'kind'>,
): PatchResult {
  const type = strategicTypeOf(gvk);
  if (type === undefined) return { value: createThreeWayMergePatch(lastApplied, modified, live) };
  return attempt(() => {
    const changes = diffObjects(live, modified, type, 'changes', false);
    const deletions = diffObjects(lastApplied, modified, type, 'deletions', false);
    return mergeObjects(deletions, changes, type, 'join');
  });
}

/** The patch that turns `original` into `modified` (apimachinery, CreateTwoWayMergePatch), as `kubectl edit` and `label` send it. */
export function createTwoWayStrategicMergePatch(
  original: JsonObject,
  modified: JsonObject,
  gvk: Pick<GroupVersionKind, 'group' | 'kind'>,
): PatchResult {
  return attempt(() => diffObjects(original, modified, strategicTypeOf(gvk), 'all', false));
}

function attempt(create: () => JsonObject): PatchResult {
  try {
    return { value: create() };
  } catch (error) {
    if (error instanceof StrategicPatchError) return { error: error.message };
    throw error;
  }
}

function diffObjects(
  original: JsonObject,
  modified: JsonObject,
  type: string | undefined,
  wanted: Wanted,
  retain: boolean,
): JsonObject {
  const patch: Record<string, Json> = {};
  for (const key of Object.keys(modified).toSorted()) {
    const old = get(original, key);
    const now = get(modified, key) ?? null;
    if (isObject(old) && isObject(now)) diffMember(patch, key, old, now, type, wanted);
    else if (Array.isArray(old) && Array.isArray(now)) diffList(patch, key, old, now, type, wanted);
    else if (wanted !== 'deletions' && !equal(old, now)) setKey(patch, key, now);
  }
  if (wanted !== 'changes')
    for (const key of Object.keys(original)) if (!Object.hasOwn(modified, key)) setKey(patch, key, null);
  if (retain) addRetainKeys(patch, original, modified);
  return patch;
}

/** Names the fields to keep, where something is to change or other fields are to go. */
function addRetainKeys(patch: Record<string, Json>, original: JsonObject, modified: JsonObject): void {
  const keys = Object.keys(modified).filter((key) => get(modified, key) !== null);
  const drops = Object.keys(original).some((key) => !Object.hasOwn(modified, key));
  if (keys.length > 0 && (Object.keys(patch).length > 0 || drops))
    setKey(patch, RETAIN_KEYS_DIRECTIVE, keys.toSorted());
}

function diffMember(
  patch: Record<string, Json>,
  key: string,
  old: JsonObject,
  now: JsonObject,
  type: string | undefined,
  wanted: Wanted,
): void {
  const meta = fieldPatch(type, key);
  if (meta.strategy === 'replace') {
    if (wanted !== 'deletions') setKey(patch, key, now);
    return;
  }
  const change = diffObjects(old, now, meta.type, wanted, meta.retainKeys);
  if (Object.keys(change).length > 0) setKey(patch, key, change);
}

function diffList(
  patch: Record<string, Json>,
  key: string,
  old: readonly Json[],
  now: readonly Json[],
  type: string | undefined,
  wanted: Wanted,
): void {
  const meta = fieldPatch(type, key);
  if (meta.strategy !== 'merge') {
    if (wanted !== 'deletions' && !equal(old, now)) setKey(patch, key, now);
    return;
  }
  if (old.length === 0) {
    if (now.length > 0 && wanted !== 'deletions') setKey(patch, key, now);
    return;
  }
  if (meta.mergeKey === '') diffScalars(patch, key, old, now, wanted);
  else diffElements(patch, key, old, now, meta, wanted);
}

function diffScalars(
  patch: Record<string, Json>,
  key: string,
  old: readonly Json[],
  now: readonly Json[],
  wanted: Wanted,
): void {
  const missing = (from: readonly Json[], there: readonly Json[]): Json[] =>
    from.filter((item) => !there.some((other) => equal(other, item)));
  const added = wanted === 'deletions' ? [] : missing(now, old);
  const removed = wanted === 'changes' ? [] : missing(old, now).toSorted();
  if (added.length > 0) setKey(patch, key, added);
  if (removed.length > 0) setKey(patch, `${DELETE_FROM_LIST_PREFIX}/${key}`, removed);
  if (removed.length > 0 || (wanted !== 'deletions' && !equal(old, now)))
    setKey(patch, `${SET_ORDER_PREFIX}/${key}`, now);
}

function diffElements(
  patch: Record<string, Json>,
  key: string,
  old: readonly Json[],
  now: readonly Json[],
  meta: { readonly type: string | undefined; readonly mergeKey: string; readonly retainKeys: boolean },
  wanted: Wanted,
): void {
  const { mergeKey } = meta;
  const idsOld = old.map((item) => mergeValue(item, mergeKey));
  const idsNow = now.map((item) => mergeValue(item, mergeKey));
  const changes: Json[] = [];
  for (const [i, item] of now.entries()) {
    const before = old[idsOld.findIndex((id) => equal(id, idsNow[i]))];
    if (before === undefined) {
      if (wanted !== 'deletions') changes.push(item);
    } else if (isObject(before) && isObject(item)) {
      const change = diffObjects(before, item, meta.type, wanted, meta.retainKeys);
      if (Object.keys(change).length > 0) changes.push({ ...change, [mergeKey]: idsNow[i] ?? null });
    }
  }
  if (wanted !== 'changes')
    for (const id of idsOld.filter((id) => !idsNow.some((other) => equal(other, id))))
      changes.push({ [PATCH_DIRECTIVE]: 'delete', [mergeKey]: id });
  if (changes.length > 0) setKey(patch, key, changes);
  if (changes.length > 0 || (wanted !== 'deletions' && !equal(idsOld, idsNow)))
    setKey(
      patch,
      `${SET_ORDER_PREFIX}/${key}`,
      idsNow.map((id) => ({ [mergeKey]: id })),
    );
}
