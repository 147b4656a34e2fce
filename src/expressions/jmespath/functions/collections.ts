import { formatFloat } from '../go-number.ts';
import {
  equalValues,
  type Failure,
  isList,
  isMap,
  MapList,
  type Outcome,
  sortedKeys,
  type Value,
  type ValueObject,
} from '../value.ts';
import { textOfScalar } from './scalar-text.ts';
import {
  type Evaluator,
  type FunctionTable,
  functionError,
  mapAt,
  STRING,
  textAt,
  valueAt,
} from './signature.ts';

const wrongType = (name: string, position: number, type: string): Failure =>
  functionError(name, `argument #${position} is not of type ${type}`);

/** Whether every pair of the first map is in the second. */
function labelMatch(values: readonly Value[]): Outcome {
  const labels = mapAt(values, 0);
  const match = mapAt(values, 1);
  return Object.keys(labels).every(
    (key) => Object.hasOwn(match, key) && equalValues(match[key] ?? null, labels[key] ?? null),
  );
}

function lookupIndex(list: readonly Value[], index: Value): Outcome {
  if (typeof index !== 'number') return wrongType('lookup', 2, 'Number');
  if (!Number.isInteger(index))
    return functionError('lookup', `argument #2: expected an integer number but got: ${formatFloat(index)}`);
  if (Math.abs(index) >= 2 ** 63)
    return functionError(
      'lookup',
      `argument #2: number is outside the range of integer numbers: ${formatFloat(index)}`,
    );
  return list[index] ?? null;
}

function lookup(values: readonly Value[]): Outcome {
  const collection = valueAt(values, 0);
  const key = valueAt(values, 1);
  if (isList(collection)) return lookupIndex(collection, key);
  if (!isMap(collection)) return wrongType('lookup', 1, 'Object or Array');
  if (typeof key !== 'string') return wrongType('lookup', 2, 'String');
  return Object.hasOwn(collection, key) ? (collection[key] ?? null) : null;
}

function items(values: readonly Value[], evaluator: Evaluator): Outcome {
  const collection = valueAt(values, 0);
  const keyName = textAt(values, 1);
  const valueName = textAt(values, 2);
  const pair = (key: Value, value: Value): ValueObject =>
    Object.fromEntries([
      [keyName, key],
      [valueName, value],
    ]);
  evaluator.sawGoType = true;
  if (isList(collection)) return new MapList(collection.map((value, i) => pair(i, value)));
  if (!isMap(collection)) return wrongType('items', 1, 'Object or Array');
  return new MapList(sortedKeys(collection).map((key) => pair(key, collection[key] ?? null)));
}

function objectFromLists(values: readonly Value[]): Outcome {
  const keys = valueAt(values, 0);
  const contents = valueAt(values, 1);
  if (!isList(keys)) return wrongType('object_from_lists', 1, 'Array');
  if (!isList(contents)) return wrongType('object_from_lists', 2, 'Array');
  const entries: [string, Value][] = [];
  for (const [i, key] of keys.entries()) {
    const name = textOfScalar(key);
    if (name === undefined) return wrongType('object_from_lists', 1, 'StringArray');
    entries.push([name, contents[i] ?? null]);
  }
  return Object.fromEntries(entries);
}

/** Kyverno's functions on lists and maps (lifecycle I.2). */
export const COLLECTIONS: FunctionTable = {
  label_match: { parameters: [['object'], ['object']], run: labelMatch },
  lookup: {
    parameters: [
      ['object', 'array'],
      ['string', 'number'],
    ],
    run: lookup,
  },
  items: { parameters: [['object', 'array'], STRING, STRING], run: items },
  object_from_lists: { parameters: [['array'], ['array']], run: objectFromLists },
};
