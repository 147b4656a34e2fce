import { get, isObject, type Json, setKey } from '../../base/json.ts';

/**
 * The slow, obvious way to see a strategic merge patch, for tests: lists with a merge key are maps by that key, lists of
 * scalars that merge are sets, and what remains is an RFC 7386 merge. The order of lists is not told.
 */
const KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  env: 'name',
  volumes: 'name',
  ports: 'port',
};
const SETS: ReadonlySet<string> = new Set(['finalizers']);

/** A document or patch with its keyed lists as maps; an element with `$patch: delete` is null there. */
export function asMaps(value: Json, field = ''): Json {
  if (Array.isArray(value)) {
    const list = value as readonly Json[];
    const key = KEYS[field];
    if (key !== undefined)
      return build(
        list.map((item) => [`${key}=${String(get(item, key))}`, isDeletion(item) ? null : asMaps(item)]),
      );
    return SETS.has(field)
      ? build(list.map((item) => [`in ${String(item)}`, true]))
      : list.map((item) => asMaps(item));
  }
  if (!isObject(value)) return value;
  return build(Object.entries(value).map(([name, item]) => [name, asMaps(item, name)]));
}

const isDeletion = (item: Json): boolean => get(item, '$patch') === 'delete';

function build(entries: readonly (readonly [string, Json])[]): Json {
  const result: Record<string, Json> = {};
  for (const [key, value] of entries) setKey(result, key, value);
  return result;
}

/** RFC 7386's pseudo code. */
export function obviousMerge(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch))
    if (value === null) result.delete(name);
    else result.set(name, obviousMerge(result.get(name), value));
  return build([...result]);
}
