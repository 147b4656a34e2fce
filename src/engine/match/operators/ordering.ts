import type { Json } from '../../../base/json.ts';
import { parseFloatText } from '../../../expressions/jmespath/go-number.ts';
import { compareQuantity, parseQuantity } from '../../../kubernetes/quantity.ts';
import { durationsOf, readDurationOperand } from './durations.ts';
import type { Operand } from './operand.ts';
import { secondsOfDuration } from './operand.ts';
import { compareVersion, parseVersion } from './version.ts';

/** `less`, `equal`, `greater`, or `none`: the two cannot be ordered. */
type Order = 'less' | 'equal' | 'greater' | 'none';

const order = (left: number | bigint, right: number | bigint): Order =>
  left < right ? 'less' : left > right ? 'greater' : left === right ? 'equal' : 'none';

function orderNumber(key: number, value: Json): Order {
  if (typeof value === 'number') return order(key, value);
  if (typeof value !== 'string') return 'none';
  const durations = durationsOf(key, value);
  if (durations) return order(secondsOfDuration(durations[0]), secondsOfDuration(durations[1]));
  const number = parseFloatText(value);
  return number === undefined ? 'none' : order(key, number);
}

function orderVersions(key: string, value: Json): Order {
  const left = parseVersion(key);
  const right = typeof value === 'string' ? parseVersion(value) : undefined;
  return left && right ? order(compareVersion(left, right), 0) : 'none';
}

function orderText(key: string, value: Json): Order {
  const durations = durationsOf(key, value);
  if (durations) return order(secondsOfDuration(durations[0]), secondsOfDuration(durations[1]));
  const quantity = typeof value === 'string' ? parseQuantity(key) : undefined;
  const other = quantity && typeof value === 'string' ? parseQuantity(value) : undefined;
  if (quantity && other) return order(compareQuantity(quantity, other), 0);
  const number = parseFloatText(key);
  return number === undefined ? orderVersions(key, value) : orderNumber(number, value);
}

function orderOperands(key: Operand, value: Operand): Order {
  if (typeof key.value === 'number') return orderNumber(key.value, value.value);
  return typeof key.value === 'string' ? orderText(key.value, value.value) : 'none';
}

function orderDurations(key: Operand, value: Operand): Order {
  const left = readDurationOperand(key.value);
  const right = left === undefined ? undefined : readDurationOperand(value.value);
  return left === undefined || right === undefined ? 'none' : order(left, right);
}

/** GreaterThan and its three siblings: numbers, quantities, durations, versions (lifecycle I.5). */
export const ordering =
  (accepted: readonly Order[]) =>
  (key: Operand, value: Operand): boolean =>
    accepted.includes(orderOperands(key, value));

/** DurationGreaterThan and its three siblings, deprecated. */
export const durationOrdering =
  (accepted: readonly Order[]) =>
  (key: Operand, value: Operand): boolean =>
    accepted.includes(orderDurations(key, value));
