import type { Json } from '../base/json.ts';
import { get, isObject, setKey } from '../base/json.ts';
import type { ApiRequest, ResourceInfo, StatusFailure } from './api.ts';
import { badRequest } from './status.ts';

export type Patched = { readonly value: Json } | { readonly failure: StatusFailure };

/** The live object with the request's patch applied. */
export function applyPatch(
  live: Json,
  patch: NonNullable<ApiRequest['patch']>,
  _info: ResourceInfo,
): Patched {
  if (patch.type === 'merge' || patch.type === 'strategic') return { value: mergePatch(live, patch.body) };
  return { failure: badRequest(`patch type ${patch.type} is not supported`) };
}

/** RFC 7386. */
function mergePatch(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged: Record<string, Json> = {};
  if (isObject(target)) for (const key of Object.keys(target)) setKey(merged, key, target[key] ?? null);
  for (const key of Object.keys(patch)) {
    const value = patch[key] ?? null;
    if (value === null) delete merged[key];
    else setKey(merged, key, mergePatch(get(merged, key) ?? null, value));
  }
  return merged;
}
