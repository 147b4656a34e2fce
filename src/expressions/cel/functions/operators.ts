import { define, type Overload } from '../environment.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  INT,
  listOf,
  mapOf,
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
  CelTimestamp,
  CelUint,
  type CelValue,
  compareValues,
  equalValues,
  isList,
  isMap,
  NONE,
  typeName,
} from '../value.ts';

const A = parameter('A');
const B = parameter('B');
const INT_MAX = 2n ** 63n - 1n;
const INT_MIN = -(2n ** 63n);
const UINT_MAX = 2n ** 64n - 1n;

const NO_OVERLOAD = new CelError('no such overload');

export const intResult = (value: bigint): CelResult =>
  value > INT_MAX || value < INT_MIN ? new CelError('integer overflow') : value;
export const uintResult = (value: bigint): CelResult =>
  value < 0n || value > UINT_MAX ? new CelError('unsigned integer overflow') : new CelUint(value);
const durationResult = (nanos: bigint): CelResult =>
  nanos > INT_MAX || nanos < INT_MIN ? new CelError('duration overflow') : new CelDuration(nanos);
/** Years 1 to 9999. */
const timestampResult = (nanos: bigint): CelResult =>
  nanos < -62_135_596_800_000_000_000n || nanos >= 253_402_300_800_000_000_000n
    ? new CelError('timestamp overflow')
    : new CelTimestamp(nanos);

type Run = Overload['run'];
const ints =
  (run: (left: bigint, right: bigint) => CelResult): Run =>
  (left, right) =>
    typeof left === 'bigint' && typeof right === 'bigint' ? run(left, right) : NO_OVERLOAD;
const uints =
  (run: (left: bigint, right: bigint) => CelResult): Run =>
  (left, right) =>
    left instanceof CelUint && right instanceof CelUint ? run(left.value, right.value) : NO_OVERLOAD;
const doubles =
  (run: (left: number, right: number) => CelResult): Run =>
  (left, right) =>
    typeof left === 'number' && typeof right === 'number' ? run(left, right) : NO_OVERLOAD;
const nanosOf = (value: CelValue | undefined): bigint =>
  value instanceof CelTimestamp || value instanceof CelDuration ? value.nanos : 0n;

const byZero =
  (what: string, run: (left: bigint, right: bigint) => CelResult) => (left: bigint, right: bigint) =>
    right === 0n ? new CelError(`${what} by zero`) : run(left, right);

const ADD: readonly Overload[] = [
  define(
    [INT, INT],
    INT,
    ints((left, right) => intResult(left + right)),
  ),
  define(
    [UINT, UINT],
    UINT,
    uints((left, right) => uintResult(left + right)),
  ),
  define(
    [DOUBLE, DOUBLE],
    DOUBLE,
    doubles((left, right) => left + right),
  ),
  define([STRING, STRING], STRING, (left, right) => `${String(left)}${String(right)}`),
  define([BYTES, BYTES], BYTES, (left, right) =>
    left instanceof Uint8Array && right instanceof Uint8Array
      ? Uint8Array.from([...left, ...right])
      : NO_OVERLOAD,
  ),
  define([listOf(A), listOf(A)], listOf(A), (left, right) =>
    isList(left ?? null) && isList(right ?? null)
      ? [...(left as readonly CelValue[]), ...(right as readonly CelValue[])]
      : NO_OVERLOAD,
  ),
  define([DURATION, DURATION], DURATION, (left, right) => durationResult(nanosOf(left) + nanosOf(right))),
  define([TIMESTAMP, DURATION], TIMESTAMP, (left, right) => timestampResult(nanosOf(left) + nanosOf(right))),
  define([DURATION, TIMESTAMP], TIMESTAMP, (left, right) => timestampResult(nanosOf(left) + nanosOf(right))),
];

const SUBTRACT: readonly Overload[] = [
  define(
    [INT, INT],
    INT,
    ints((left, right) => intResult(left - right)),
  ),
  define(
    [UINT, UINT],
    UINT,
    uints((left, right) => uintResult(left - right)),
  ),
  define(
    [DOUBLE, DOUBLE],
    DOUBLE,
    doubles((left, right) => left - right),
  ),
  define([DURATION, DURATION], DURATION, (left, right) => durationResult(nanosOf(left) - nanosOf(right))),
  define([TIMESTAMP, TIMESTAMP], DURATION, (left, right) => durationResult(nanosOf(left) - nanosOf(right))),
  define([TIMESTAMP, DURATION], TIMESTAMP, (left, right) => timestampResult(nanosOf(left) - nanosOf(right))),
];

const MULTIPLY: readonly Overload[] = [
  define(
    [INT, INT],
    INT,
    ints((left, right) => intResult(left * right)),
  ),
  define(
    [UINT, UINT],
    UINT,
    uints((left, right) => uintResult(left * right)),
  ),
  define(
    [DOUBLE, DOUBLE],
    DOUBLE,
    doubles((left, right) => left * right),
  ),
];

const DIVIDE: readonly Overload[] = [
  define([INT, INT], INT, ints(byZero('division', (left, right) => intResult(left / right)))),
  define([UINT, UINT], UINT, uints(byZero('division', (left, right) => uintResult(left / right)))),
  define(
    [DOUBLE, DOUBLE],
    DOUBLE,
    doubles((left, right) => left / right),
  ),
];

const MODULO: readonly Overload[] = [
  define([INT, INT], INT, ints(byZero('modulus', (left, right) => intResult(left % right)))),
  define([UINT, UINT], UINT, uints(byZero('modulus', (left, right) => uintResult(left % right)))),
];

const NUMBERS: readonly CelType[] = [INT, UINT, DOUBLE];
const ORDERED: readonly (readonly [CelType, CelType])[] = [
  ...[BOOL, STRING, BYTES, TIMESTAMP, DURATION].map((type) => [type, type] as const),
  ...NUMBERS.flatMap((left) => NUMBERS.map((right) => [left, right] as const)),
];

const compare = (holds: (order: -1 | 0 | 1) => boolean): readonly Overload[] =>
  ORDERED.map(([left, right]) =>
    define([left, right], BOOL, (a, b) => {
      // Neither order holds of what is no number.
      if (Number.isNaN(a) || Number.isNaN(b)) return false;
      const order = compareValues(a ?? null, b ?? null);
      return order === undefined ? NO_OVERLOAD : holds(order);
    }),
  );

function elementAt(list: readonly CelValue[], index: CelValue): CelValue | undefined | CelError {
  const position =
    typeof index === 'bigint'
      ? index
      : index instanceof CelUint
        ? index.value
        : typeof index === 'number' && Number.isInteger(index)
          ? BigInt(index)
          : undefined;
  if (position === undefined) return new CelError(`unsupported index type '${typeName(index)}' in list`);
  return position < 0n ? undefined : list[Number(position)];
}

const shown = (key: CelValue): string => (key instanceof CelUint ? String(key.value) : String(key));

/** `container[key]`; undefined where there is nothing. */
function lookUp(container: CelValue, key: CelValue): CelValue | undefined | CelError {
  if (isList(container)) return elementAt(container, key);
  return isMap(container) ? container.get(key) : NO_OVERLOAD;
}

const index: Run = (container = null, key = null) => {
  if (container instanceof CelOptional) return optionalIndex(container, key);
  const found = lookUp(container, key);
  if (found !== undefined) return found;
  return new CelError(
    isList(container) ? `index out of bounds: ${shown(key)}` : `no such key: ${shown(key)}`,
  );
};

const optionalIndex: Run = (container = null, key = null) => {
  const holder = container instanceof CelOptional ? container.value : container;
  if (holder === undefined) return NONE;
  const found = lookUp(holder, key);
  if (found instanceof CelError) return found;
  return found === undefined ? NONE : new CelOptional(found);
};

const contains: Run = (item = null, container = null) => {
  if (isList(container)) return container.some((one) => equalValues(item, one));
  return isMap(container) ? container.get(item) !== undefined : NO_OVERLOAD;
};

const isTrue = (): CelResult => NO_OVERLOAD;

/** The operators of the language (cel-spec, standard definitions). */
export const OPERATORS: readonly (readonly [string, readonly Overload[]])[] = [
  ['_&&_', [define([BOOL, BOOL], BOOL, isTrue)]],
  ['_||_', [define([BOOL, BOOL], BOOL, isTrue)]],
  ['_?_:_', [define([BOOL, A, A], A, isTrue)]],
  ['!_', [define([BOOL], BOOL, (value) => value === false)]],
  [
    '-_',
    [
      define([INT], INT, (value) => (typeof value === 'bigint' ? intResult(-value) : NO_OVERLOAD)),
      define([DOUBLE], DOUBLE, (value) => (typeof value === 'number' ? -value : NO_OVERLOAD)),
    ],
  ],
  [
    '_==_',
    [define([A, A], BOOL, (left = null, right = null) => equalValues(left, right), { anyValue: true })],
  ],
  [
    '_!=_',
    [define([A, A], BOOL, (left = null, right = null) => !equalValues(left, right), { anyValue: true })],
  ],
  ['_+_', ADD],
  ['_-_', SUBTRACT],
  ['_*_', MULTIPLY],
  ['_/_', DIVIDE],
  ['_%_', MODULO],
  ['_<_', compare((order) => order < 0)],
  ['_<=_', compare((order) => order <= 0)],
  ['_>_', compare((order) => order > 0)],
  ['_>=_', compare((order) => order >= 0)],
  [
    '@in',
    [
      define([A, listOf(A)], BOOL, contains, { anyValue: true }),
      define([A, mapOf(A, B)], BOOL, contains, { anyValue: true }),
    ],
  ],
  [
    '_[_]',
    [
      define([listOf(A), INT], A, index, { anyValue: true }),
      define([mapOf(A, B), A], B, index, { anyValue: true }),
      define([optionalOf(listOf(A)), INT], optionalOf(A), index, { anyValue: true }),
      define([optionalOf(mapOf(A, B)), A], optionalOf(B), index, { anyValue: true }),
    ],
  ],
  [
    '_[?_]',
    [
      define([listOf(A), INT], optionalOf(A), optionalIndex, { anyValue: true }),
      define([mapOf(A, B), A], optionalOf(B), optionalIndex, { anyValue: true }),
      define([optionalOf(listOf(A)), INT], optionalOf(A), optionalIndex, { anyValue: true }),
      define([optionalOf(mapOf(A, B)), A], optionalOf(B), optionalIndex, { anyValue: true }),
    ],
  ],
];
