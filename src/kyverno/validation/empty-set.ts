import { equal, get, getList, getObject, getString, type Json, type JsonObject } from '../../base/json.ts';
import { matchWildcard } from '../../kubernetes/wildcard.ts';
import { toGoStruct } from '../go-types.ts';

const includesAll = (excluded: readonly Json[], matched: readonly Json[]): boolean =>
  matched.every((one) => excluded.some((other) => equal(one, other)));

/** An excluded list takes all that is matched; an empty one takes all as well. */
const covers = (excluded: readonly Json[], matched: readonly Json[]): boolean =>
  excluded.length === 0 || (matched.length > 0 && includesAll(excluded, matched));

/** Whether the exclude block takes all that the match block gives (Rule.ValidateMatchExcludeConflict). */
export function matchesEmptySet(rule: JsonObject): boolean {
  const match = toGoStruct('MatchResources', get(rule, 'match'));
  if (get(rule, 'exclude') === undefined) return false;
  const exclude = toGoStruct('MatchResources', get(rule, 'exclude'));
  if (getList(exclude, 'all').length > 0 || getList(match, 'all').length > 0) return false;
  const matched = getList(match, 'any');
  const excluded = getList(exclude, 'any');
  if (matched.length > 0 && excluded.length > 0)
    return matched.some((one) => excluded.some((other) => equal(one, other)));
  if (equal(exclude, toGoStruct('MatchResources', {}))) return false;
  return legacyCovers(exclude, match);
}

function legacyCovers(exclude: JsonObject, match: JsonObject): boolean {
  for (const list of ['roles', 'clusterRoles', 'subjects'])
    if (!covers(getList(exclude, list), getList(match, list))) return false;
  const out = getObject(exclude, 'resources');
  const into = getObject(match, 'resources');
  const name = getString(out, 'name') ?? '';
  if (name !== '' && !matchWildcard(name, getString(into, 'name') ?? '')) return false;
  const names = getList(out, 'names').map(String);
  if (names.length > 0)
    return getList(into, 'names').some((one) => names.some((pattern) => matchWildcard(pattern, String(one))));
  if (!covers(getList(out, 'namespaces'), getList(into, 'namespaces'))) return false;
  if (!covers(getList(out, 'kinds'), getList(into, 'kinds'))) return false;
  return (
    ['selector', 'namespaceSelector'].every((field) => selectorCovers(get(out, field), get(into, field))) &&
    equal(get(out, 'annotations') ?? null, get(into, 'annotations') ?? null)
  );
}

function selectorCovers(out: Json | undefined, into: Json | undefined): boolean {
  if (out === undefined || into === undefined) return out === into;
  if (!covers(getList(out, 'matchExpressions'), getList(into, 'matchExpressions'))) return false;
  const labels = getObject(out, 'matchLabels');
  const matched = Object.entries(getObject(into, 'matchLabels'));
  if (Object.keys(labels).length === 0) return true;
  return matched.length > 0 && matched.every(([key, value]) => get(labels, key) === value);
}
