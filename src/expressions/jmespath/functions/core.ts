import { marshalGo } from '../go-marshal.ts';
import { parseFloatText } from '../go-number.ts';
import { compareText } from '../go-strings.ts';
import {
  ExpRef,
  Failure,
  GoInt,
  isList,
  isMap,
  MapList,
  type Outcome,
  sliceOf,
  sortedKeys,
  type Value,
  type ValueObject,
} from '../value.ts';
import {
  ANY,
  type Evaluator,
  type FunctionTable,
  listAt,
  mapAt,
  NUMBER,
  numberAt,
  STRING,
  textAt,
  valueAt,
} from './signature.ts';

const forgive = (outcome: Outcome): Outcome =>
  outcome instanceof Failure && outcome.notFound ? null : outcome;

function length(values: readonly Value[]): Outcome {
  const value = valueAt(values, 0);
  if (typeof value === 'string') return [...value].length;
  return sliceOf(value)?.length ?? Object.keys(mapAt(values, 0)).length;
}

/** Go compares with `==`, which panics on lists and maps. */
function contains(values: readonly Value[]): Outcome {
  const search = valueAt(values, 0);
  const element = valueAt(values, 1);
  if (typeof search === 'string') return typeof element === 'string' && search.includes(element);
  const list = listAt(values, 0);
  if (list instanceof Failure) return list;
  for (const item of list) {
    if (item === element) {
      if (typeof item !== 'object' || item === null) return true;
    } else if (item instanceof GoInt && element instanceof GoInt) {
      if (item.integer === element.integer) return true;
      continue;
    }
    if (isList(item) && isList(element))
      return new Failure('runtime error: comparing uncomparable type []interface {}');
    if (isMap(item) && isMap(element))
      return new Failure('runtime error: comparing uncomparable type map[string]interface {}');
  }
  return false;
}

function nodeAt(values: readonly Value[], index: number) {
  const reference = values[index];
  return reference instanceof ExpRef ? reference.node : undefined;
}

function mapOver(values: readonly Value[], evaluator: Evaluator): Outcome {
  const node = nodeAt(values, 0);
  const list = listAt(values, 1);
  if (list instanceof Failure || !node) return list instanceof Failure ? list : null;
  const mapped: Value[] = [];
  for (const item of list) {
    const current = forgive(evaluator.evaluate(node, item));
    if (current instanceof Failure) return current;
    mapped.push(current);
  }
  return mapped;
}

type Sortable = number | string;
const order = (left: Sortable, right: Sortable): number =>
  typeof left === 'string' && typeof right === 'string'
    ? compareText(left, right)
    : left < right
      ? -1
      : left > right
        ? 1
        : 0;
const isSortable = (value: Outcome | undefined): value is Sortable =>
  typeof value === 'number' || typeof value === 'string';

/** The largest (direction 1) or smallest (-1) of numbers or texts; the first of equals. */
function best(values: readonly Value[], direction: 1 | -1): Outcome {
  let chosen: Sortable | undefined;
  for (const item of sliceOf(valueAt(values, 0)) ?? [])
    if (isSortable(item) && (chosen === undefined || order(item, chosen) * direction > 0)) chosen = item;
  return chosen ?? null;
}

function bestBy(values: readonly Value[], evaluator: Evaluator, direction: 1 | -1): Outcome {
  const list = listAt(values, 0);
  const node = nodeAt(values, 1);
  if (list instanceof Failure) return list;
  if (list.length < 2 || !node) return list[0] ?? null;
  let chosen: Value = list[0] ?? null;
  let highest: Sortable | undefined;
  for (const item of list) {
    const key = forgive(evaluator.evaluate(node, item));
    if (key instanceof Failure) return key;
    if (highest === undefined) {
      if (!isSortable(key)) return new Failure('invalid type, must be number of string');
      highest = key;
      continue;
    }
    if (!isSortable(key) || typeof key !== typeof highest)
      return new Failure(`invalid type, must be ${typeof highest}`);
    if (order(key, highest) * direction <= 0) continue;
    highest = key;
    chosen = item;
  }
  return chosen;
}

function sort(values: readonly Value[]): Outcome {
  const items = (sliceOf(valueAt(values, 0)) ?? []).filter(isSortable);
  return [...items].sort(order);
}

/** Unlike Go's, ours leaves the list it sorts as it was. */
function sortBy(values: readonly Value[], evaluator: Evaluator): Outcome {
  const list = listAt(values, 0);
  const node = nodeAt(values, 1);
  if (list instanceof Failure || list.length < 2 || !node) return list;
  const keys = list.map((item) => evaluator.evaluate(node, item));
  const first = forgive(keys[0] ?? null);
  if (first instanceof Failure) return first;
  if (!isSortable(first)) return new Failure('invalid type, must be number of string');
  const ranked: { readonly item: Value; readonly key: Sortable }[] = [];
  for (const [i, key] of keys.entries()) {
    if (!isSortable(key) || typeof key !== typeof first) return new Failure('error in sort_by comparison');
    ranked.push({ item: list[i] ?? null, key });
  }
  return ranked.sort((left, right) => order(left.key, right.key)).map(({ item }) => item);
}

function typeName(value: Value): Outcome {
  if (value === null) return 'null';
  if (isList(value)) return 'array';
  if (value instanceof GoInt || value instanceof MapList || value instanceof ExpRef)
    return new Failure('unknown type');
  return typeof value;
}

function merge(values: readonly Value[]): Outcome {
  const maps: ValueObject[] = [];
  for (const value of values) {
    if (isMap(value)) {
      maps.push(value);
      continue;
    }
    const found = value === null ? 'nil' : isList(value) ? '[]interface {}' : typeof value;
    return new Failure(`interface conversion: interface {} is ${found}, not map[string]interface {}`);
  }
  return Object.fromEntries(maps.flatMap((map) => Object.entries(map)));
}

function toNumber(value: Value): Outcome {
  if (typeof value === 'string') return parseFloatText(value) ?? null;
  if (value instanceof GoInt || value instanceof MapList || value instanceof ExpRef)
    return new Failure('unknown type');
  return typeof value === 'number' ? value : null;
}

function average(values: readonly Value[]): Outcome {
  const list = sliceOf(valueAt(values, 0)) ?? [];
  let sum = 0;
  for (const item of list) if (typeof item === 'number') sum += item;
  return sum / list.length;
}

/** Bound of ours. */
const MAX_TEXT = 8 * 1024 * 1024;

function join(values: readonly Value[]): Outcome {
  const separator = textAt(values, 0);
  const items = sliceOf(valueAt(values, 1)) ?? [];
  let length = separator.length * items.length;
  for (const item of items) if (typeof item === 'string') length += item.length;
  if (length > MAX_TEXT) return new Failure('the expression builds a text that is too long');
  return items.join(separator);
}

function reverse(values: readonly Value[]): Outcome {
  const value = valueAt(values, 0);
  if (typeof value === 'string') return [...value].reverse().join('');
  const list = listAt(values, 0);
  return list instanceof Failure ? list : [...list].reverse();
}

/** The standard functions of JMESPath, as go-jmespath has them. */
export const CORE: FunctionTable = {
  abs: { parameters: [NUMBER], run: (values) => Math.abs(numberAt(values, 0)) },
  avg: { parameters: [['array[number]']], run: average },
  ceil: { parameters: [NUMBER], run: (values) => Math.ceil(numberAt(values, 0)) },
  contains: { parameters: [['array', 'string'], ANY], run: contains },
  ends_with: {
    parameters: [STRING, STRING],
    run: (values) => textAt(values, 0).endsWith(textAt(values, 1)),
  },
  floor: { parameters: [NUMBER], run: (values) => Math.floor(numberAt(values, 0)) },
  join: {
    parameters: [STRING, ['array[string]']],
    run: join,
  },
  keys: { parameters: [['object']], run: (values) => sortedKeys(mapAt(values, 0)) },
  length: { parameters: [['string', 'array', 'object']], run: length },
  map: { parameters: [['expref'], ['array']], run: mapOver },
  max: { parameters: [['array[number]', 'array[string]']], run: (values) => best(values, 1) },
  max_by: {
    parameters: [['array'], ['expref']],
    run: (values, evaluator) => bestBy(values, evaluator, 1),
  },
  merge: { parameters: [['object']], variadic: true, run: merge },
  min: { parameters: [['array[number]', 'array[string]']], run: (values) => best(values, -1) },
  min_by: {
    parameters: [['array'], ['expref']],
    run: (values, evaluator) => bestBy(values, evaluator, -1),
  },
  not_null: {
    parameters: [ANY],
    variadic: true,
    run: (values) => values.find((value) => value !== null) ?? null,
  },
  reverse: { parameters: [['array', 'string']], run: reverse },
  sort: { parameters: [['array[string]', 'array[number]']], run: sort },
  sort_by: { parameters: [['array'], ['expref']], run: sortBy },
  starts_with: {
    parameters: [STRING, STRING],
    run: (values) => textAt(values, 0).startsWith(textAt(values, 1)),
  },
  to_array: {
    parameters: [ANY],
    run: (values) => {
      const value = valueAt(values, 0);
      return isList(value) ? value : [value];
    },
  },
  to_number: { parameters: [ANY], run: (values) => toNumber(valueAt(values, 0)) },
  to_string: {
    parameters: [ANY],
    run: (values) => {
      const value = valueAt(values, 0);
      return typeof value === 'string' ? value : marshalGo(value);
    },
  },
  type: { parameters: [ANY], run: (values) => typeName(valueAt(values, 0)) },
  values: {
    parameters: [['object']],
    run: (values) => {
      const map = mapAt(values, 0);
      return sortedKeys(map).map((key) => map[key] ?? null);
    },
  },
};
