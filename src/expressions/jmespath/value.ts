import type { Json } from '../../base/json.ts';
import { NODE_KINDS, type Node } from './ast.ts';
import { formatFloat } from './go-number.ts';
import { compareText } from './go-strings.ts';

/**
 * A Go `int`, which only `compare` and foreach indices yield: it prints as a number, but equals no float64, and `type()`
 * does not know it.
 */
export class GoInt {
  readonly integer: number;
  constructor(integer: number) {
    this.integer = integer;
  }
}

/** A Go `[]map[string]interface{}`, which only `items` yields: a slice, but not the list type that most functions take. */
export class MapList {
  readonly items: readonly ValueObject[];
  constructor(items: readonly ValueObject[]) {
    this.items = items;
  }
}

/** An expression reference `&…`. */
export class ExpRef {
  readonly node: Node;
  constructor(node: Node) {
    this.node = node;
  }
}

/** What stops a query. A missing key is forgiven in most places, everything else is not. */
export class Failure {
  readonly message: string;
  readonly notFound: boolean;
  constructor(message: string, notFound = false) {
    this.message = message;
    this.notFound = notFound;
  }
}

export interface ValueObject {
  readonly [key: string]: Value;
}
/** What a query works on: JSON, and three Go types that leave traces in results and errors. */
export type Value =
  | null
  | boolean
  | number
  | string
  | readonly Value[]
  | ValueObject
  | GoInt
  | MapList
  | ExpRef;
export type Outcome = Value | Failure;

const isSpecial = (value: object): value is GoInt | MapList | ExpRef =>
  value instanceof GoInt || value instanceof MapList || value instanceof ExpRef;

export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);

export const isMap = (value: Value): value is ValueObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isSpecial(value);

/** The elements of either kind of slice, or undefined. */
export const sliceOf = (value: Value): readonly Value[] | undefined =>
  isList(value) ? value : value instanceof MapList ? value.items : undefined;

/** JMESPath's false: null, false and whatever is empty. */
export function isFalse(value: Value): boolean {
  if (value === null || value === false || value === '') return true;
  const slice = sliceOf(value);
  if (slice) return slice.length === 0;
  return isMap(value) && Object.keys(value).length === 0;
}

/** Bounds of ours: a query can build values that hold one another many times over. */
const MAX_COMPARED = 1_000_000;
const MAX_FORMATTED = 1_000_000;
const MAX_WEIGHT = 16_000_000;

/** Work that is left to do. */
interface Budget {
  left: number;
}

function equalSlices(left: readonly Value[], right: readonly Value[], budget: Budget): boolean {
  return left.length === right.length && left.every((item, i) => equalWithin(item, right[i] ?? null, budget));
}

function equalWithin(left: Value, right: Value, budget: Budget): boolean {
  if (left === right) return true;
  budget.left -= 1;
  if (budget.left < 0) return false;
  if (left instanceof GoInt) return right instanceof GoInt && left.integer === right.integer;
  if (left instanceof MapList)
    return right instanceof MapList && equalSlices(left.items, right.items, budget);
  if (left instanceof ExpRef) return right instanceof ExpRef && left.node === right.node;
  if (isList(left)) return isList(right) && equalSlices(left, right, budget);
  if (!isMap(left) || !isMap(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every(
      (key) => Object.hasOwn(right, key) && equalWithin(left[key] ?? null, right[key] ?? null, budget),
    )
  );
}

/** reflect.DeepEqual: values of different Go types differ. */
export const equalValues = (left: Value, right: Value): boolean =>
  equalWithin(left, right, { left: MAX_COMPARED });

/** Whether the value, written out, stays within reason; what occurs twice counts twice. */
export function isModest(value: Value): boolean {
  const pending: Value[] = [value];
  let weight = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    weight += typeof next === 'string' ? next.length + 1 : 1;
    if (weight > MAX_WEIGHT) return false;
    const slice = sliceOf(next);
    if (slice) for (const item of slice) pending.push(item);
    else if (isMap(next)) for (const item of Object.values(next)) pending.push(item);
    if (pending.length > MAX_WEIGHT) return false;
  }
  return true;
}

/** Keys in Go's byte order: where Go's own order is random (`keys`, `values`, `.*`), ours is this one. */
export const sortedKeys = (map: ValueObject): readonly string[] => Object.keys(map).sort(compareText);

function formatNode(node: Node, budget: Budget): string {
  const children = node.children.map((child) => formatNode(child, budget)).join(' ');
  return `{${NODE_KINDS.indexOf(node.kind)} ${formatWithin(node.value, budget)} [${children}]}`;
}

function formatWithin(value: Value, budget: Budget): string {
  if (budget.left < 0) return '';
  budget.left -= typeof value === 'string' ? value.length : 1;
  if (value === null) return '<nil>';
  if (typeof value === 'number') return formatFloat(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof GoInt) return String(value.integer);
  if (value instanceof ExpRef) return `{${formatNode(value.node, budget)}}`;
  const slice = sliceOf(value);
  const pieces: string[] = [];
  if (slice) {
    for (const item of slice) {
      if (budget.left < 0) break;
      pieces.push(formatWithin(item, budget));
    }
    return `[${pieces.join(' ')}]`;
  }
  if (!isMap(value)) return '';
  for (const key of sortedKeys(value)) {
    if (budget.left < 0) break;
    pieces.push(`${key}:${formatWithin(value[key] ?? null, budget)}`);
  }
  return `map[${pieces.join(' ')}]`;
}

/** A value as Go's `%v` prints it: `[a 1]`, `map[k:v]`, `<nil>`, `{{5 a []}}`; cut short where it gets too long. */
export const formatGo = (value: Value): string => formatWithin(value, { left: MAX_FORMATTED });

/** The value as JSON; Go types become what Go's JSON encoder makes of them. */
export function toJson(value: Value): Json {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof GoInt) return value.integer;
  if (value instanceof ExpRef) return {};
  const slice = sliceOf(value);
  if (slice) return slice.map(toJson);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toJson(item)]));
}
