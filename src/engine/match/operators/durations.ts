import type { Json } from '../../../base/json.ts';
import { parseDuration } from '../../../kubernetes/duration.ts';
import { durationOfSeconds } from './operand.ts';

/** A text as a duration; "0" is left to numbers. */
const statedDuration = (value: Json): bigint | undefined =>
  typeof value === 'string' && value !== '0' ? parseDuration(value) : undefined;

/** Both sides as durations if at least one is a duration text and the other one too or a number of seconds. */
export function durationsOf(key: Json, value: Json): readonly [bigint, bigint] | undefined {
  const statedKey = statedDuration(key);
  const statedValue = statedDuration(value);
  if (statedKey === undefined && statedValue === undefined) return undefined;
  const keyDuration = statedKey ?? (typeof key === 'number' ? durationOfSeconds(key) : undefined);
  const valueDuration = statedValue ?? (typeof value === 'number' ? durationOfSeconds(value) : undefined);
  return keyDuration === undefined || valueDuration === undefined ? undefined : [keyDuration, valueDuration];
}

/** One side of a Duration… operator: a duration text or a number of seconds. */
export function readDurationOperand(value: Json): bigint | undefined {
  if (typeof value === 'number') return durationOfSeconds(value);
  return typeof value === 'string' ? parseDuration(value) : undefined;
}
