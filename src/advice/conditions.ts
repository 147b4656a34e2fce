import type { Json, JsonObject } from '../base/json.ts';
import { get, getList, getString, isObject } from '../base/json.ts';

/** What a generate rule must ask for, so that it matches only what a validate rule lets through. */
export type Alignment =
  | { readonly labels: Readonly<Record<string, string>> }
  | { readonly preconditions: JsonObject };

/** Opposite operators of Kyverno's conditions. */
const OPPOSITE: Readonly<Record<string, string>> = {
  Equals: 'NotEquals',
  NotEquals: 'Equals',
  AnyIn: 'AllNotIn',
  AllNotIn: 'AnyIn',
  AllIn: 'AnyNotIn',
  AnyNotIn: 'AllIn',
  GreaterThan: 'LessThanOrEquals',
  LessThanOrEquals: 'GreaterThan',
  LessThan: 'GreaterThanOrEquals',
  GreaterThanOrEquals: 'LessThan',
};

/**
 * The condition behind a validate rule, where it can be told in the words of a match: labels of a pattern as a selector,
 * other plain values of a pattern and deny conditions as preconditions. Anchors, lists, `anyPattern` and patterns with
 * operators cannot.
 */
export function alignmentOf(rule: Json): Alignment | undefined {
  const pattern = get(get(rule, 'validate'), 'pattern');
  if (pattern !== undefined) return ofPattern(pattern);
  const conditions = get(get(get(rule, 'validate'), 'deny'), 'conditions');
  return conditions === undefined ? undefined : ofDeny(conditions);
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: string;
}

function ofPattern(pattern: Json): Alignment | undefined {
  const leaves = leavesOf(pattern, []);
  if (leaves === undefined || leaves.length === 0) return undefined;
  const isLabel = ({ path }: Leaf): boolean =>
    path.length === 3 && path[0] === 'metadata' && path[1] === 'labels';
  if (leaves.every(isLabel))
    return { labels: Object.fromEntries(leaves.map(({ path, value }) => [path[2] ?? '', value])) };
  const all = leaves.map(({ path, value }) => ({
    key: `{{ request.object.${path.map(quoteKey).join('.')} || '' }}`,
    operator: 'Equals',
    value,
  }));
  return { preconditions: { all } };
}

const quoteKey = (key: string): string => (/^[A-Za-z_]\w*$/.test(key) ? key : JSON.stringify(key));

/** Every scalar of a pattern, or undefined if one of them or a key is more than plain text. */
function leavesOf(pattern: Json, path: readonly string[]): readonly Leaf[] | undefined {
  if (typeof pattern === 'string')
    return /^[\w?*./: ]+$/.test(pattern) && pattern !== '*' ? [{ path, value: pattern }] : undefined;
  if (!isObject(pattern) || path.length > 20) return undefined;
  const leaves: Leaf[] = [];
  for (const [key, value] of Object.entries(pattern)) {
    const inner = /[()]/.test(key) ? undefined : leavesOf(value, [...path, key]);
    if (inner === undefined) return undefined;
    leaves.push(...inner);
  }
  return leaves;
}

/** Denied if any holds: allowed if all of the opposites do; and the other way round. */
function ofDeny(conditions: Json): Alignment | undefined {
  const [any, all] = [getList(conditions, 'any'), getList(conditions, 'all')];
  if (any.length > 0 === all.length > 0) return undefined;
  const opposites = [...any, ...all].map(opposite);
  const known = opposites.filter((condition) => condition !== undefined);
  if (known.length < opposites.length) return undefined;
  return { preconditions: any.length > 0 ? { all: known } : { any: known } };
}

function opposite(condition: Json): JsonObject | undefined {
  const operator = getString(condition, 'operator') ?? '';
  const other = Object.hasOwn(OPPOSITE, operator) ? OPPOSITE[operator] : undefined;
  if (other === undefined || !isObject(condition)) return undefined;
  const { message: _message, ...rest } = condition;
  return { ...rest, operator: other };
}
