import { type Json, type JsonObject, setKey } from '../../base/json.ts';

/** A copy of the object with `key` set; an existing key keeps its place. */
export function withKey(object: JsonObject, key: string, value: Json): JsonObject {
  const copy: Record<string, Json> = { ...object };
  setKey(copy, key, value);
  return copy;
}

/** A copy of the object without `key`. */
export function omitKey(object: JsonObject, key: string): JsonObject {
  return omitKeys(object, [key]);
}

/** A copy of the object without any of `keys`. */
export function omitKeys(object: JsonObject, keys: readonly string[]): JsonObject {
  return objectFrom(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** An object made of entries; `__proto__` is a key like any other. */
export function objectFrom(entries: Iterable<readonly [string, Json]>): JsonObject {
  const result: Record<string, Json> = {};
  for (const [key, value] of entries) setKey(result, key, value);
  return result;
}
