import type { Json, JsonObject } from '../../base/json.ts';
import { get, isObject, setKey } from '../../base/json.ts';
import { stringEntries } from '../../kubernetes/label-selector.ts';
import { containsWildcard, matchWildcard } from '../../kubernetes/wildcard.ts';
import { parseAnchor, withAnchor } from './anchor.ts';

/** The key of a pattern map that means `name`, plain or anchored. */
const keyFor = (pattern: JsonObject, name: string): string | undefined =>
  Object.hasOwn(pattern, name) ? name : Object.keys(pattern).find((key) => parseAnchor(key)?.key === name);

/** The key under which a pattern map speaks of `metadata`. */
export const metadataKeyOf = (pattern: JsonObject): string | undefined => keyFor(pattern, 'metadata');

const valueFor = (pattern: Json | undefined, name: string): Json | undefined => {
  const key = isObject(pattern) ? keyFor(pattern, name) : undefined;
  return key === undefined ? undefined : get(pattern, key);
};

function expandKey(key: string, actual: readonly (readonly [string, string])[]): string {
  if (!containsWildcard(key)) return key;
  const anchor = parseAnchor(key);
  const wanted = anchor?.key ?? key;
  const found = actual.find(([candidate]) => matchWildcard(wanted, candidate))?.[0] ?? wanted;
  return anchor ? withAnchor(key, found) : found;
}

/** Expanded keys of `labels` or `annotations`; values that are no texts get lost, as in Kyverno. */
function expandTag(metadata: JsonObject, actual: Json | undefined, tag: string): JsonObject {
  const key = keyFor(metadata, tag);
  const pattern = key === undefined ? undefined : get(metadata, key);
  const resource = valueFor(actual, tag);
  if (key === undefined || !isObject(pattern) || !isObject(resource)) return metadata;
  const entries = stringEntries(resource);
  const expanded: Record<string, Json> = {};
  for (const [name, value] of stringEntries(pattern)) setKey(expanded, expandKey(name, entries), value);
  const result: Record<string, Json> = { ...metadata };
  setKey(result, key, expanded);
  return result;
}

/**
 * The `metadata` part of a pattern map with wildcards in label and annotation keys replaced by the keys there are
 * (lifecycle I.7; engine/wildcards ExpandInMetadata). Undefined if there is nothing to expand.
 */
export function expandMetadata(
  pattern: JsonObject,
  resource: JsonObject,
): { readonly key: string; readonly metadata: JsonObject } | undefined {
  const key = keyFor(pattern, 'metadata');
  const metadata = key === undefined ? undefined : get(pattern, key);
  const actual = get(resource, 'metadata');
  if (key === undefined || !isObject(metadata) || actual === undefined || actual === null) return undefined;
  const expanded = expandTag(expandTag(metadata, actual, 'labels'), actual, 'annotations');
  return expanded === metadata ? undefined : { key, metadata: expanded };
}
