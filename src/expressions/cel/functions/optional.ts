import { define, method, type Overload } from '../environment.ts';
import { BOOL, DYN, listOf, optionalOf, parameter } from '../types.ts';
import {
  CelDuration,
  CelError,
  CelOptional,
  type CelResult,
  CelTimestamp,
  CelUint,
  type CelValue,
  isList,
  isMap,
  NONE,
} from '../value.ts';

const A = parameter('A');

function isZero(value: CelValue): boolean {
  if (value === null || value === false || value === '' || value === 0n || value === 0) return true;
  if (value instanceof CelUint) return value.value === 0n;
  if (isList(value) || value instanceof Uint8Array) return value.length === 0;
  if (value instanceof CelDuration) return value.nanos === 0n;
  if (value instanceof CelTimestamp || value instanceof CelOptional) return false;
  return isMap(value) && value.size === 0;
}

const held = (value: CelValue | undefined): CelValue | undefined =>
  value instanceof CelOptional ? value.value : undefined;

/** What the optional holds, null included, or else the other. */
const orElse = (value: CelValue | undefined, other: CelResult): CelResult => {
  const inner = held(value);
  return inner === undefined ? other : inner;
};

const present = (value: CelValue): readonly CelValue[] => {
  const inner = held(value);
  return inner === undefined ? [] : [inner];
};

/** Optional values (cel-go, cel/library.go OptionalTypes). */
export const OPTIONALS: readonly (readonly [string, readonly Overload[]])[] = [
  ['optional.none', [define([], optionalOf(A), () => NONE)]],
  ['optional.of', [define([A], optionalOf(A), (value = null) => new CelOptional(value))]],
  [
    'optional.ofNonZeroValue',
    [define([A], optionalOf(A), (value = null) => (isZero(value) ? NONE : new CelOptional(value)))],
  ],
  ['hasValue', [method([optionalOf(A)], BOOL, (value) => held(value) !== undefined)]],
  [
    'value',
    [method([optionalOf(A)], A, (value) => orElse(value, new CelError('optional.none() dereference')))],
  ],
  [
    'or',
    [
      method([optionalOf(A), optionalOf(A)], optionalOf(A), (value = NONE, other = NONE) =>
        held(value) === undefined ? other : value,
      ),
    ],
  ],
  ['orValue', [method([optionalOf(A), A], A, (value, other = null) => orElse(value, other))]],
  [
    'unwrapOpt',
    [
      method([listOf(optionalOf(A))], listOf(A), (list = null) =>
        isList(list) ? list.flatMap((item) => present(item)) : new CelError('no such overload'),
      ),
    ],
  ],
  [
    'optional.unwrap',
    [
      define([listOf(optionalOf(A))], listOf(A), (list = null) =>
        isList(list) ? list.flatMap((item) => present(item)) : new CelError('no such overload'),
      ),
    ],
  ],
];

/** Kyverno's `orValue` on any value: what is there stays (SURPRISES, CEL). */
export const OR_VALUE_OF_ANYTHING: readonly (readonly [string, readonly Overload[]])[] = [
  ['orValue', [method([DYN, DYN], DYN, (value = null) => value, { anyValue: true })]],
];
