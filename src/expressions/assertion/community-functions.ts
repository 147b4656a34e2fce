import { matchWildcard } from '../../kubernetes/wildcard.ts';
import {
  ANY,
  type Evaluator,
  type FunctionSpec,
  type FunctionTable,
  NUMBER,
  numberAt,
  STRING,
  textAt,
  valueAt,
} from '../jmespath/functions/signature.ts';
import { parseGoJson } from '../jmespath/go-json.ts';
import { ExpRef, Failure, isList, type Outcome, sliceOf, type Value } from '../jmespath/value.ts';

const PAIRS = 'invalid value, each array must contain two elements, a pair of string and value';

function fromItems(values: readonly Value[]): Outcome {
  const entries: [string, Value][] = [];
  for (const pair of sliceOf(valueAt(values, 0)) ?? []) {
    if (!isList(pair)) return new Failure('invalid type, first argument must be an array of arrays');
    const [key, value] = pair;
    if (pair.length !== 2 || typeof key !== 'string') return new Failure(PAIRS);
    entries.push([key, value ?? null]);
  }
  return Object.fromEntries(entries);
}

function groupBy(values: readonly Value[], evaluator: Evaluator): Outcome {
  const reference = valueAt(values, 1);
  const list = sliceOf(valueAt(values, 0)) ?? [];
  if (list.length === 0 || !(reference instanceof ExpRef)) return null;
  const groups = new Map<string, Value[]>();
  for (const element of list) {
    const key = evaluator.evaluate(reference.node, element);
    if (key instanceof Failure) return key;
    if (typeof key !== 'string') return new Failure('invalid type, the expression must evaluate to a string');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [element]);
    else group.push(element);
  }
  return Object.fromEntries(groups);
}

/** Where a text occurs, first or last, in what lies between two indices; null if nowhere. */
function find(values: readonly Value[], direction: 'first' | 'last'): Outcome {
  const subject = textAt(values, 0);
  const wanted = textAt(values, 1);
  if (subject === '' || wanted === '') return null;
  const bound = (index: number, fallback: number): number => {
    const given = numberAt(values, index);
    return Math.min(Math.max(Number.isNaN(given) ? fallback : given, 0), subject.length);
  };
  const start = bound(2, 0);
  const part = subject.slice(start, bound(3, subject.length));
  const found = direction === 'first' ? part.indexOf(wanted) : part.lastIndexOf(wanted);
  return found < 0 ? null : found + start;
}

function pad(name: string, values: readonly Value[], side: 'left' | 'right'): Outcome {
  const width = numberAt(values, 1);
  if (!Number.isInteger(width) || width < 0)
    return new Failure(
      `invalid value, the function '${name}' expects its 'width' argument to be a positive integer value expressed as a number`,
    );
  const given = valueAt(values, 2);
  const filler = typeof given === 'string' ? given : ' ';
  if (filler.length > 1)
    return new Failure(
      `invalid value, the function '${name}' expects its 'pad' argument to be a string of length 1`,
    );
  const text = textAt(values, 0);
  const bounded = Math.min(width, 1_000_000);
  return side === 'left' ? text.padStart(bounded, filler) : text.padEnd(bounded, filler);
}

function zip(values: readonly Value[]): Outcome {
  const lists = values.map((value) => sliceOf(value) ?? []);
  const length = Math.min(...lists.map((list) => list.length));
  return Array.from({ length }, (_, i) => lists.map((list) => list[i] ?? null));
}

function at(values: readonly Value[]): Outcome {
  const index = numberAt(values, 1);
  const list = sliceOf(valueAt(values, 0)) ?? [];
  const found = list[Math.trunc(index)];
  return found === undefined
    ? new Failure(`runtime error: index out of range [${index}] with length ${list.length}`)
    : found;
}

function parseJson(values: readonly Value[]): Outcome {
  const parsed = parseGoJson(textAt(values, 0));
  return 'error' in parsed ? new Failure(parsed.error) : parsed.value;
}

/** Cuts characters of a set off one end; blanks if there is no set. */
function trimSide(values: readonly Value[], side: 'left' | 'right'): Outcome {
  const text = textAt(values, 0);
  const set = textAt(values, 1);
  const isCut = (character: string): boolean =>
    set === '' ? character.trim() === '' : set.includes(character);
  const characters = [...text];
  if (side === 'left') {
    const from = characters.findIndex((character) => !isCut(character));
    return from < 0 ? '' : characters.slice(from).join('');
  }
  const to = characters.findLastIndex((character) => !isCut(character));
  return characters.slice(0, to + 1).join('');
}

const TABLE: FunctionTable = {
  at: { parameters: [['array'], NUMBER], run: at },
  concat: { parameters: [STRING, STRING], run: (values) => textAt(values, 0) + textAt(values, 1) },
  find_first: { parameters: [STRING, STRING], variadic: true, run: (values) => find(values, 'first') },
  find_last: { parameters: [STRING, STRING], variadic: true, run: (values) => find(values, 'last') },
  from_items: { parameters: [['array']], run: fromItems },
  group_by: { parameters: [['array'], ['expref']], run: groupBy },
  json_parse: { parameters: [STRING], run: parseJson },
  lower: { parameters: [STRING], run: (values) => textAt(values, 0).toLowerCase() },
  pad_left: {
    parameters: [STRING, NUMBER],
    variadic: true,
    run: (values) => pad('pad_left', values, 'left'),
  },
  pad_right: {
    parameters: [STRING, NUMBER],
    variadic: true,
    run: (values) => pad('pad_right', values, 'right'),
  },
  trim_left: { parameters: [STRING], variadic: true, run: (values) => trimSide(values, 'left') },
  trim_right: { parameters: [STRING], variadic: true, run: (values) => trimSide(values, 'right') },
  upper: { parameters: [STRING], run: (values) => textAt(values, 0).toUpperCase() },
  wildcard: {
    parameters: [STRING, STRING],
    run: (values) => matchWildcard(textAt(values, 0), textAt(values, 1)),
  },
  zip: { parameters: [ANY], variadic: true, run: zip },
};

/** What the community's JMESPath and kyverno-json have beyond the standard functions and Kyverno's. */
export const COMMUNITY_FUNCTIONS: ReadonlyMap<string, FunctionSpec> = new Map(Object.entries(TABLE));
