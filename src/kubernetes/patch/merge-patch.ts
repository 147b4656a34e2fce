import { equal, get, isObject, type Json, setKey } from '../../base/json.ts';

/** Applies an RFC 7386 merge patch: null removes, objects merge, everything else replaces. */
export function applyMergePatch(document: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const base = isObject(document) ? document : {};
  const result: Record<string, Json> = {};
  for (const key of Object.keys(base)) {
    const change = get(patch, key);
    const old = get(base, key) ?? null;
    if (change === null) continue;
    setKey(result, key, change === undefined ? old : applyMergePatch(old, change));
  }
  for (const key of Object.keys(patch)) {
    const change = get(patch, key) ?? null;
    if (change !== null && !Object.hasOwn(base, key)) setKey(result, key, applyMergePatch(undefined, change));
  }
  return result;
}

/** The merge patch that turns `before` into `after`; cannot express a null inside `after` (RFC 7386). */
export function createMergePatch(before: Json, after: Json): Json {
  if (!isObject(before) || !isObject(after)) return after;
  const patch: Record<string, Json> = {};
  for (const key of Object.keys(before)) if (!Object.hasOwn(after, key)) setKey(patch, key, null);
  for (const key of Object.keys(after)) {
    const old = get(before, key);
    const now = get(after, key) ?? null;
    if (old === undefined) setKey(patch, key, now);
    else if (!equal(old, now)) setKey(patch, key, createMergePatch(old, now));
  }
  return patch;
}

/** The patch of `kubectl apply` for kinds without a strategic schema (apimachinery, jsonmergepatch). */
export function createThreeWayMergePatch(original: Json, modified: Json, current: Json): Json {
  const additions = keepNulls(createMergePatch(current, modified), false) ?? {};
  const deletions = keepNulls(createMergePatch(original, modified), true) ?? {};
  return mergePatches(deletions, additions);
}

/** Of a merge patch, only its deletions (`nulls`) or only the rest; undefined if nothing is left. */
function keepNulls(patch: Json, nulls: boolean): Json | undefined {
  if (patch === null) return nulls ? null : undefined;
  if (!isObject(patch)) return nulls ? undefined : patch;
  const result: Record<string, Json> = {};
  for (const key of Object.keys(patch)) {
    const value = get(patch, key) ?? null;
    const kept =
      !nulls && isObject(value) && Object.keys(value).length === 0 ? value : keepNulls(value, nulls);
    if (kept !== undefined) setKey(result, key, kept);
  }
  return Object.keys(result).length === 0 ? undefined : result;
}

/** Joins two merge patches, the second one winning, nulls kept. */
function mergePatches(first: Json, second: Json): Json {
  if (!isObject(first) || !isObject(second)) return second;
  const result: Record<string, Json> = { ...first };
  for (const key of Object.keys(second)) {
    const value = get(second, key) ?? null;
    const old = get(first, key);
    setKey(result, key, old === undefined ? value : mergePatches(old, value));
  }
  return result;
}
