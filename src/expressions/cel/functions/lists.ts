import { define, method, type Overload } from '../environment.ts';
import {
  BOOL,
  type CelType,
  DOUBLE,
  DURATION,
  INT,
  listOf,
  optionalOf,
  parameter,
  STRING,
  TIMESTAMP,
  UINT,
} from '../types.ts';
import {
  CelDuration,
  CelError,
  CelOptional,
  type CelResult,
  CelUint,
  type CelValue,
  compareValues,
  equalValues,
  isList,
  NONE,
} from '../value.ts';
import { intResult, uintResult } from './operators.ts';

type Run = Overload['run'];
const A = parameter('A');
const LIST = listOf(A);
const SUMMED: readonly CelType[] = [INT, UINT, DOUBLE, DURATION];
const ORDERED: readonly CelType[] = [...SUMMED, STRING, BOOL, TIMESTAMP];

const onList =
  (run: (list: readonly CelValue[], ...args: readonly CelValue[]) => CelResult): Run =>
  (list = null, ...args) =>
    isList(list) ? run(list, ...args) : new CelError('no such overload');

function add(left: CelValue, right: CelValue): CelResult {
  if (typeof left === 'bigint' && typeof right === 'bigint') return intResult(left + right);
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  if (left instanceof CelUint && right instanceof CelUint) return uintResult(left.value + right.value);
  if (left instanceof CelDuration && right instanceof CelDuration)
    return new CelDuration(left.nanos + right.nanos);
  return new CelError('no such overload');
}

const sum = onList((list) => {
  let total: CelResult | undefined;
  for (const item of list) {
    total = total === undefined ? item : total instanceof CelError ? total : add(total, item);
  }
  return total ?? 0n;
});

const extreme = (name: string, sign: -1 | 1): Run =>
  onList((list) => {
    const [first, ...others] = list;
    if (first === undefined) return new CelError(`${name} called on empty list`);
    let best = first;
    for (const item of others) {
      const order = compareValues(item, best);
      if (order === undefined) return new CelError('no such overload');
      if (order === sign) best = item;
    }
    return best;
  });

const isSorted = onList((list) =>
  list.every((item, index) => index === 0 || compareValues(list[index - 1] ?? null, item) !== 1),
);

const sort = onList((list) => {
  if (list.some((item) => compareValues(item, list[0] ?? null) === undefined))
    return new CelError(
      list.some((item) => compareValues(item, item) === undefined)
        ? 'list elements must be comparable'
        : 'list elements must have the same type',
    );
  return [...list].sort((left, right) => compareValues(left, right) ?? 0);
});

const slice = onList((list, from = 0n, to = 0n) => {
  const [start, end] = [Number(from), Number(to)];
  if (start < 0 || end < 0)
    return new CelError(`cannot slice(${start}, ${end}), negative indexes not supported`);
  if (start > end)
    return new CelError(
      `cannot slice(${start}, ${end}), start index must be less than or equal to end index`,
    );
  if (end > list.length) return new CelError(`cannot slice(${start}, ${end}), list is length ${list.length}`);
  return list.slice(start, end);
});

function flattened(list: readonly CelValue[], depth: number): readonly CelValue[] {
  return list.flatMap((item) => (isList(item) && depth > 0 ? flattened(item, depth - 1) : [item]));
}

const flatten = onList((list, depth = 1n) =>
  Number(depth) < 0 ? new CelError('level must be non-negative') : flattened(list, Number(depth)),
);

const distinct = onList((list) =>
  list.filter((item, index) => !list.slice(0, index).some((earlier) => equalValues(earlier, item))),
);

const range: Run = (count = 0n) => {
  const size = Number(count);
  if (size > 100_000) return new CelError('operation cancelled: actual cost limit exceeded');
  return Array.from({ length: Math.max(size, 0) }, (_, index) => BigInt(index));
};

const holds = (list: readonly CelValue[], item: CelValue): boolean =>
  list.some((one) => equalValues(one, item));
const lists =
  (run: (left: readonly CelValue[], right: readonly CelValue[]) => boolean): Run =>
  (left = null, right = null) =>
    isList(left) && isList(right) ? run(left, right) : new CelError('no such overload');
const contains = (left: readonly CelValue[], right: readonly CelValue[]): boolean =>
  right.every((item) => holds(left, item));

const each = (types: readonly CelType[], result: (type: CelType) => CelType, run: Run): readonly Overload[] =>
  types.map((type) => method([listOf(type)], result(type), run));

/** Lists of Kubernetes' base environment: its own functions, cel-go's ext/lists and ext/sets. */
export const LISTS: readonly (readonly [string, readonly Overload[]])[] = [
  ['sum', each(SUMMED, (type) => type, sum)],
  ['min', each(ORDERED, (type) => type, extreme('min', -1))],
  ['max', each(ORDERED, (type) => type, extreme('max', 1))],
  ['isSorted', each(ORDERED, () => BOOL, isSorted)],
  [
    'indexOf',
    [
      method(
        [LIST, A],
        INT,
        onList((list, item = null) => BigInt(list.findIndex((one) => equalValues(one, item)))),
      ),
    ],
  ],
  [
    'lastIndexOf',
    [
      method(
        [LIST, A],
        INT,
        onList((list, item = null) => BigInt(list.findLastIndex((one) => equalValues(one, item)))),
      ),
    ],
  ],
  ['slice', [method([LIST, INT, INT], LIST, slice)]],
  ['flatten', [method([listOf(LIST)], LIST, flatten), method([listOf(listOf(A)), INT], listOf(A), flatten)]],
  ['sort', each(ORDERED, listOf, sort)],
  ['distinct', [method([LIST], LIST, distinct)]],
  [
    'reverse',
    [
      method(
        [LIST],
        LIST,
        onList((list) => [...list].reverse()),
      ),
    ],
  ],
  ['lists.range', [define([INT], listOf(INT), range)]],
  [
    'first',
    [
      method(
        [LIST],
        optionalOf(A),
        onList((list) => (list[0] === undefined ? NONE : new CelOptional(list[0]))),
      ),
    ],
  ],
  [
    'last',
    [
      method(
        [LIST],
        optionalOf(A),
        onList((list) => {
          const last = list.at(-1);
          return last === undefined ? NONE : new CelOptional(last);
        }),
      ),
    ],
  ],
  ['sets.contains', [define([LIST, LIST], BOOL, lists(contains))]],
  [
    'sets.equivalent',
    [
      define(
        [LIST, LIST],
        BOOL,
        lists((left, right) => contains(left, right) && contains(right, left)),
      ),
    ],
  ],
  [
    'sets.intersects',
    [
      define(
        [LIST, LIST],
        BOOL,
        lists((left, right) => left.some((item) => holds(right, item))),
      ),
    ],
  ],
];
