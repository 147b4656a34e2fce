import { formatDuration, parseDuration } from '../../../kubernetes/duration.ts';
import {
  addQuantity,
  approximateQuantity,
  divideQuantity,
  formatQuantity,
  multiplyQuantity,
  parseQuantity,
  type Quantity,
  quantityOf,
  subtractQuantity,
} from '../../../kubernetes/quantity.ts';
import { formatFloat } from '../go-number.ts';
import { Failure, type Outcome, sliceOf, type Value } from '../value.ts';
import { ANY, type FunctionTable, functionError, NUMBER, numberAt, valueAt } from './signature.ts';

/** A number, quantity or duration (nanoseconds). Texts are read as quantities first: `5m` is 5 milli. */
type Operand =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'quantity'; readonly value: Quantity }
  | { readonly kind: 'duration'; readonly value: bigint };

function readOperand(value: Value): Operand | undefined {
  if (typeof value === 'number') return { kind: 'scalar', value };
  if (typeof value !== 'string') return undefined;
  const quantity = parseQuantity(value);
  if (quantity) return { kind: 'quantity', value: quantity };
  const duration = parseDuration(value);
  return duration === undefined ? undefined : { kind: 'duration', value: duration };
}

const SECOND = 1_000_000_000n;
const INT64 = 2n ** 63n;
const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);

/** Duration.Seconds: whole seconds and the rest, each as float. */
const seconds = (duration: bigint): number => Number(duration / SECOND) + Number(duration % SECOND) / 1e9;

/** A float as int64 as amd64 converts it: what does not fit becomes the smallest. */
const toInt64 = (value: number): bigint =>
  Number.isFinite(value) && Math.abs(value) < 2 ** 63 ? BigInt(Math.trunc(value)) : -INT64;

const durationOf = (inSeconds: number): string => formatDuration(toInt64(inSeconds * 1e9));

const mismatch = (name: string): Failure => functionError(name, 'Types mismatch');
const zeroDivisor = (name: string): Failure => functionError(name, 'Zero divisor passed');

function withOperands(
  name: string,
  values: readonly Value[],
  apply: (left: Operand, right: Operand) => Outcome,
): Outcome {
  const left = readOperand(valueAt(values, 0));
  const right = left && readOperand(valueAt(values, 1));
  return left && right ? apply(left, right) : functionError(name, 'invalid operand');
}

const add = (name: string, values: readonly Value[]): Outcome =>
  withOperands(name, values, (left, right) => {
    if (left.kind === 'scalar' && right.kind === 'scalar') return left.value + right.value;
    if (left.kind === 'quantity' && right.kind === 'quantity')
      return formatQuantity(addQuantity(left.value, right.value));
    if (left.kind === 'duration' && right.kind === 'duration')
      return formatDuration(wrap(left.value + right.value));
    return mismatch(name);
  });

function subtract(left: Operand, right: Operand): Outcome {
  if (left.kind === 'scalar' && right.kind === 'scalar') return left.value - right.value;
  if (left.kind === 'quantity' && right.kind === 'quantity')
    return formatQuantity(subtractQuantity(left.value, right.value));
  if (left.kind === 'duration' && right.kind === 'duration')
    return formatDuration(wrap(left.value - right.value));
  return mismatch('subtract');
}

/** The quantity that a float's `%v` text denotes; the failure is ParseQuantity's for NaN and infinity. */
function quantityOfFloat(value: number): Quantity | Failure {
  return (
    parseQuantity(formatFloat(value)) ??
    new Failure("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
  );
}

function multiply(left: Operand, right: Operand): Outcome {
  if (left.kind === 'scalar' && right.kind === 'scalar') return left.value * right.value;
  if (left.kind === 'scalar') return multiply(right, left);
  if (right.kind !== 'scalar') return mismatch('multiply');
  if (left.kind === 'duration') return durationOf(seconds(left.value) * right.value);
  const factor = quantityOfFloat(right.value);
  return factor instanceof Failure ? factor : formatQuantity(multiplyQuantity(left.value, factor));
}

function divideQuantities(left: Quantity, right: Operand): Outcome {
  if (right.kind === 'duration') return mismatch('divide');
  if (right.kind === 'quantity') {
    const divisor = approximateQuantity(right.value);
    return divisor === 0 ? zeroDivisor('divide') : approximateQuantity(left) / divisor;
  }
  if (right.value === 0) return zeroDivisor('divide');
  const divisor = quantityOfFloat(right.value);
  if (divisor instanceof Failure) return divisor;
  const quotient = divideQuantity(left, divisor);
  return quotient ? formatQuantity(quotient) : new Failure('division by zero');
}

function divide(left: Operand, right: Operand): Outcome {
  if (left.kind === 'quantity') return divideQuantities(left.value, right);
  if (left.kind === 'scalar') {
    if (right.kind !== 'scalar') return mismatch('divide');
    return right.value === 0 ? zeroDivisor('divide') : left.value / right.value;
  }
  if (right.kind === 'quantity') return mismatch('divide');
  const divisor = right.kind === 'duration' ? seconds(right.value) : right.value;
  if (divisor === 0) return zeroDivisor('divide');
  const quotient = seconds(left.value) / divisor;
  return right.kind === 'duration' ? quotient : durationOf(quotient);
}

/** Remainder of two floats that must be whole. */
function remainder(left: number, right: number): bigint | Failure {
  const dividend = toInt64(left);
  const divisor = toInt64(right);
  if (Number(dividend) !== left || Number(divisor) !== right)
    return functionError('modulo', 'Non-integer argument(s) passed for modulo');
  return divisor === 0n ? zeroDivisor('modulo') : dividend % divisor;
}

function modulo(left: Operand, right: Operand): Outcome {
  if (left.kind === 'scalar' && right.kind === 'scalar') {
    const result = remainder(left.value, right.value);
    return result instanceof Failure ? result : Number(result);
  }
  if (left.kind === 'quantity' && right.kind === 'quantity') {
    const result = remainder(approximateQuantity(left.value), approximateQuantity(right.value));
    return result instanceof Failure ? result : formatQuantity(quantityOf(result, left.value.format));
  }
  if (left.kind === 'duration' && right.kind === 'duration')
    return right.value === 0n ? zeroDivisor('modulo') : formatDuration(left.value % right.value);
  return mismatch('modulo');
}

/** Half away from zero, as Go's math.Round. */
function roundHalfAway(value: number): number {
  const magnitude = Math.abs(value);
  const floor = Math.floor(magnitude);
  const rounded = magnitude - floor >= 0.5 ? floor + 1 : floor;
  return value < 0 ? -rounded : rounded;
}

function round(values: readonly Value[]): Outcome {
  const digits = numberAt(values, 1);
  if (!Number.isInteger(digits))
    return functionError('round', 'Non-integer argument(s) passed for round off');
  // Kyverno formats this error without its values.
  if (digits < 0) return functionError('round', '%!d(MISSING) argument is out of bounds (%!d(MISSING))');
  const shift = 10 ** digits;
  return roundHalfAway(numberAt(values, 0) * shift) / shift;
}

function sum(values: readonly Value[]): Outcome {
  const items = sliceOf(valueAt(values, 0)) ?? [];
  if (items.length === 0) return functionError('sum', 'at least one element in the array is required');
  let result: Value = items[0] ?? null;
  for (const item of items.slice(1)) {
    const next: Outcome = add('sum', [result, item]);
    if (next instanceof Failure) return next;
    result = next;
  }
  return result;
}

/** Kyverno's arithmetic on numbers, quantities and durations (lifecycle I.2). */
export const ARITHMETIC: FunctionTable = {
  add: { parameters: [ANY, ANY], run: (values) => add('add', values) },
  subtract: { parameters: [ANY, ANY], run: (values) => withOperands('subtract', values, subtract) },
  multiply: { parameters: [ANY, ANY], run: (values) => withOperands('multiply', values, multiply) },
  divide: { parameters: [ANY, ANY], run: (values) => withOperands('divide', values, divide) },
  modulo: { parameters: [ANY, ANY], run: (values) => withOperands('modulo', values, modulo) },
  round: { parameters: [NUMBER, NUMBER], run: round },
  sum: { parameters: [['array']], run: sum },
};
