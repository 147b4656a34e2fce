import type { Json } from '../../../base/json.ts';
import type { NumberKind } from '../go-text.ts';

/** One side of a condition, substituted. */
export interface Operand {
  readonly value: Json;
  /** Kind of the numbers inside a list or map; a single number is always a float64. */
  readonly numbers: NumberKind;
}

const INTEGER = /^[+-]?\d+$/;
const INT64 = 2n ** 63n;

/** strconv.ParseInt of base 10 and 64 bits. */
export function parseIntText(text: string): bigint | undefined {
  if (!INTEGER.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return value >= -INT64 && value < INT64 ? value : undefined;
}

const SECOND = 1_000_000_000n;

/** A number of seconds as a Go duration: the fraction is dropped, what does not fit wraps. */
export function durationOfSeconds(seconds: number): bigint {
  const whole = Math.abs(seconds) < 2 ** 63 ? BigInt(Math.trunc(seconds)) : -INT64;
  return BigInt.asIntN(64, whole * SECOND);
}

/** Duration.Seconds. */
export const secondsOfDuration = (duration: bigint): number =>
  Number(duration / SECOND) + Number(duration % SECOND) / 1e9;
