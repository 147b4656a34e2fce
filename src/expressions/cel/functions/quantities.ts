import {
  addQuantity,
  approximateQuantity,
  compareQuantity,
  formatQuantity,
  parseQuantity,
  type Quantity,
  quantityOf,
  subtractQuantity,
} from '../../../kubernetes/quantity.ts';
import { define, method, type Overload } from '../environment.ts';
import { BOOL, DOUBLE, INT, opaque, STRING } from '../types.ts';
import { CelError, CelOpaque, type CelResult, type CelValue } from '../value.ts';

const QUANTITY = opaque('kubernetes.Quantity');
const INVALID = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

type Run = Overload['run'];

/** A quantity, and whether apimachinery keeps it as an int64: only then it says to be an integer. */
interface Content {
  readonly quantity: Quantity;
  readonly small: boolean;
}

const wrap = (quantity: Quantity, small: boolean): CelOpaque =>
  new CelOpaque('kubernetes.Quantity', { quantity, small } satisfies Content, formatQuantity(quantity));
const contentOf = (value: CelValue | undefined): Content =>
  value instanceof CelOpaque
    ? (value.content as Content)
    : { quantity: quantityOf(typeof value === 'bigint' ? value : 0n), small: true };
const read = (value: CelValue | undefined): Quantity => contentOf(value).quantity;

const BINARY_POWERS = 'KMGTPE';

/** Whether the digits are few enough for the int64 path of resource.ParseQuantity. */
function isSmall(text: string): boolean {
  const [, digits = '', fraction = '', binary] = /^[+-]?0*(\d*)(?:\.(\d*))?(?:([KMGTPE])i)?/.exec(text) ?? [];
  if (binary === undefined) return digits.length + fraction.length <= 18;
  const power = BINARY_POWERS.indexOf(binary) + 1;
  return fraction === '' && 14 - Math.max(digits.length, 1) - power * 3 >= 0;
}

function wholeOf(value: CelValue | undefined): bigint | undefined {
  const {
    quantity: { unscaled, scale },
    small,
  } = contentOf(value);
  if (!small) return undefined;
  if (scale <= 0) return unscaled * 10n ** BigInt(-scale);
  const divisor = 10n ** BigInt(scale);
  return unscaled % divisor === 0n ? unscaled / divisor : undefined;
}

const inRange = (value: bigint | undefined): value is bigint =>
  value !== undefined && value < 2n ** 63n && value >= -(2n ** 63n);

const combine = (
  run: (left: Quantity, right: Quantity) => Quantity,
  left: CelValue | undefined,
  right: CelValue | undefined,
): CelOpaque => wrap(run(read(left), read(right)), contentOf(left).small && contentOf(right).small);

const compare =
  (yields: (order: -1 | 0 | 1) => CelResult): Run =>
  (left, right) =>
    yields(compareQuantity(read(left), read(right)));

/** Quantities of resources (k8s.io/apiserver, cel/library/quantity.go). */
export const QUANTITIES: readonly (readonly [string, readonly Overload[]])[] = [
  [
    'quantity',
    [
      define([STRING], QUANTITY, (text) => {
        const parsed = parseQuantity(String(text));
        return parsed === undefined ? new CelError(INVALID) : wrap(parsed, isSmall(String(text)));
      }),
    ],
  ],
  ['isQuantity', [define([STRING], BOOL, (text) => parseQuantity(String(text)) !== undefined)]],
  ['isInteger', [method([QUANTITY], BOOL, (value) => inRange(wholeOf(value)))]],
  [
    'asInteger',
    [
      method([QUANTITY], INT, (value) => {
        const whole = wholeOf(value);
        return inRange(whole) ? whole : new CelError('cannot convert value to integer');
      }),
    ],
  ],
  ['asApproximateFloat', [method([QUANTITY], DOUBLE, (value) => approximateQuantity(read(value)))]],
  [
    'isGreaterThan',
    [
      method(
        [QUANTITY, QUANTITY],
        BOOL,
        compare((order) => order > 0),
      ),
    ],
  ],
  [
    'isLessThan',
    [
      method(
        [QUANTITY, QUANTITY],
        BOOL,
        compare((order) => order < 0),
      ),
    ],
  ],
  [
    'compareTo',
    [
      method(
        [QUANTITY, QUANTITY],
        INT,
        compare((order) => BigInt(order)),
      ),
    ],
  ],
  [
    'add',
    [QUANTITY, INT].map((other) =>
      method([QUANTITY, other], QUANTITY, (left, right) => combine(addQuantity, left, right)),
    ),
  ],
  [
    'sub',
    [QUANTITY, INT].map((other) =>
      method([QUANTITY, other], QUANTITY, (left, right) => combine(subtractQuantity, left, right)),
    ),
  ],
];
