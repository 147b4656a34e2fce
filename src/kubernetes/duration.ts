import { quoteGo } from './go-quote.ts';

/** A Go time.Duration: nanoseconds, or the error text of time.ParseDuration. */
export type ParsedDuration = { readonly value: bigint } | { readonly error: string };

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);
const LIMIT = 2n ** 63n;
const SECOND = 1_000_000_000n;
const MAX_TEXT = 10_000;

/** Leading digits behind the point; like Go, digits beyond int64's precision are ignored. */
function parseFraction(digits: string): { readonly value: bigint; readonly scale: number } {
  let value = 0n;
  let scale = 1;
  for (const digit of digits) {
    if (value > (LIMIT - 1n) / 10n) break;
    const next = value * 10n + BigInt(digit);
    if (next > LIMIT) break;
    value = next;
    scale *= 10;
  }
  return { value, scale };
}

/** One `1.5h` of a duration in nanoseconds. Go computes the fraction in floats, so do we. */
function parsePart(whole: string, fraction: string, unit: bigint): bigint | undefined {
  const value = BigInt(whole === '' ? '0' : whole) * unit;
  if (value > LIMIT) return undefined;
  const parsed = parseFraction(fraction);
  if (parsed.value === 0n) return value;
  const total = value + BigInt(Math.trunc(Number(parsed.value) * (Number(unit) / parsed.scale)));
  return total > LIMIT ? undefined : total;
}

/** Reads a duration as Go's time.ParseDuration does, with its error texts. */
export function readDuration(text: string): ParsedDuration {
  const invalid = { error: `time: invalid duration ${quoteGo(text)}` };
  if (text.length > MAX_TEXT) return invalid;
  const negative = text.startsWith('-');
  let rest = negative || text.startsWith('+') ? text.slice(1) : text;
  if (rest === '0') return { value: 0n };
  if (rest === '') return invalid;
  let total = 0n;
  while (rest !== '') {
    const match = /^(\d*)(\.?)(\d*)([^.\d]*)/.exec(rest);
    const [all = '', whole = '', , fraction = '', name = ''] = match ?? [];
    if (whole === '' && fraction === '') return invalid;
    if (name === '') return { error: `time: missing unit in duration ${quoteGo(text)}` };
    const unit = UNITS.get(name);
    if (unit === undefined)
      return { error: `time: unknown unit ${quoteGo(name)} in duration ${quoteGo(text)}` };
    const part = parsePart(whole, fraction, unit);
    if (part === undefined) return invalid;
    total += part;
    if (total > LIMIT) return invalid;
    rest = rest.slice(all.length);
  }
  if (negative) return { value: -total };
  return total >= LIMIT ? invalid : { value: total };
}

/** Nanoseconds of a Go duration text (`1h30m`), or undefined. */
export function parseDuration(text: string): bigint | undefined {
  const parsed = readDuration(text);
  return 'value' in parsed ? parsed.value : undefined;
}

/** `digits` nanosecond-based digits as a decimal without trailing zeros: 1500000, 6 → `1.5`. */
function formatFraction(value: bigint, digits: number): string {
  const unit = 10n ** BigInt(digits);
  const fraction = (value % unit).toString().padStart(digits, '0').replace(/0+$/, '');
  return fraction === '' ? `${value / unit}` : `${value / unit}.${fraction}`;
}

/** A duration as Go's Duration.String writes it: `1h30m0s`, `1.5ms`, `0s`. */
export function formatDuration(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  const sign = nanoseconds < 0n ? '-' : '';
  const value = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (value < SECOND) {
    if (value < 1_000n) return `${sign}${value}ns`;
    if (value < 1_000_000n) return `${sign}${formatFraction(value, 3)}µs`;
    return `${sign}${formatFraction(value, 6)}ms`;
  }
  const minutes = value / (60n * SECOND);
  const seconds = formatFraction(value % (60n * SECOND), 9);
  if (minutes === 0n) return `${sign}${seconds}s`;
  if (minutes < 60n) return `${sign}${minutes}m${seconds}s`;
  return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}s`;
}
