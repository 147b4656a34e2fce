/** How a quantity writes itself: `12M`, `12Mi` or `12e6`. */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** An exact resource quantity: `unscaled` × 10^-`scale` (apimachinery, pkg/api/resource Quantity). */
export interface Quantity {
  readonly unscaled: bigint;
  /** Digits behind the decimal point; negative for trailing zeros. Part of the behaviour: division rounds to it. */
  readonly scale: number;
  readonly format: QuantityFormat;
  /** The text it was parsed from, where apimachinery takes it for canonical and prints it again. */
  readonly text?: string;
}

const DECIMAL: ReadonlyMap<string, number> = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
]);
const BINARY: ReadonlyMap<string, number> = new Map([
  ['Ki', 10],
  ['Mi', 20],
  ['Gi', 30],
  ['Ti', 40],
  ['Pi', 50],
  ['Ei', 60],
]);

/** Decimal digits that always fit into an int64. */
const INT64_DIGITS = 18;
const INT64_MAX = 2n ** 63n - 1n;
const NANO_SCALE = 9;
/**
 * Approximation: exponents beyond this are no quantity here, while apimachinery would take them (and then compute with
 * millions of digits). Longer digit strings are refused likewise.
 */
const MAX_EXPONENT = 10_000;
const MAX_TEXT = 20_000;

const pow10 = (exponent: number): bigint => 10n ** BigInt(exponent);
const abs = (value: bigint): bigint => (value < 0n ? -value : value);

interface Suffix {
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

function interpretSuffix(suffix: string): Suffix | undefined {
  const decimal = DECIMAL.get(suffix);
  if (decimal !== undefined) return { base: 10, exponent: decimal, format: 'DecimalSI' };
  const binary = BINARY.get(suffix);
  if (binary !== undefined) return { base: 2, exponent: binary, format: 'BinarySI' };
  if (!/^[eE][+-]?\d+$/.test(suffix)) return undefined;
  const exponent = Number(suffix.slice(1));
  if (Math.abs(exponent) > MAX_EXPONENT) return undefined;
  return { base: 10, exponent, format: 'DecimalExponent' };
}

interface Parts {
  readonly negative: boolean;
  /** Digits before the point without leading zeros, at least one. */
  readonly num: string;
  readonly denom: string;
  readonly hasDigits: boolean;
  readonly suffix: Suffix;
}

/** Sign, zeros, digits, point, digits and suffix are all optional, as in apimachinery: `k`, `.` and `-` are 0. */
function splitQuantity(text: string): Parts | undefined {
  const match = /^([+-]?)(0*)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/.exec(text);
  if (!match) return undefined;
  const [, sign, zeros = '', digits = '', denom = '', suffixText = ''] = match;
  const suffix = interpretSuffix(suffixText);
  if (!suffix) return undefined;
  const hasDigits = zeros !== '' || digits !== '' || denom !== '';
  return { negative: sign === '-', num: digits === '' ? '0' : digits, denom, hasDigits, suffix };
}

/** apimachinery's int64 path; it decides the scale and whether the text counts as canonical. */
function parseSmall(text: string, { negative, num, denom, suffix }: Parts): Quantity | undefined {
  const binary = suffix.format === 'BinarySI';
  if (binary && denom !== '') return undefined;
  const precision = binary
    ? 14 - num.length - (suffix.exponent * 3) / 10
    : INT64_DIGITS - num.length - denom.length;
  const scale = binary ? 0 : suffix.exponent - denom.length;
  if (precision < 0 || scale < -NANO_SCALE) return undefined;
  const shifted = num + denom;
  const value = BigInt(shifted);
  const result = binary ? value << BigInt(suffix.exponent) : value;
  if (result > INT64_MAX) return undefined;
  const canonical = binary
    ? (value & 7n) !== 0n
    : scale % 3 === 0 && !shifted.endsWith('000') && !shifted.startsWith('0');
  return {
    unscaled: negative ? -result : result,
    scale: scale === 0 ? 0 : -scale,
    format: suffix.format,
    ...(canonical ? { text } : {}),
  };
}

/** The arbitrary precision path: rounded up to nano, binary quantities capped at the largest int64. */
function parseBig({ negative, num, denom, suffix }: Parts): Quantity {
  let unscaled = BigInt(num + denom);
  let scale = denom.length;
  let format = suffix.format;
  if (suffix.base === 10) scale -= suffix.exponent;
  else unscaled <<= BigInt(suffix.exponent);
  if (unscaled !== 0n) {
    unscaled = rescale(unscaled, scale, NANO_SCALE, true);
    scale = NANO_SCALE;
  }
  if (format === 'BinarySI') {
    const one = pow10(Math.max(scale, 0));
    if (unscaled > INT64_MAX * one) {
      unscaled = INT64_MAX;
      scale = 0;
    } else if (unscaled > 0n && unscaled < one) format = 'DecimalSI';
  }
  return { unscaled: negative ? -unscaled : unscaled, scale, format };
}

/** Moves a value to another scale; digits that fall off round away from zero or are cut. */
function rescale(unscaled: bigint, from: number, to: number, roundUp: boolean): bigint {
  if (to >= from) return unscaled * pow10(to - from);
  const divisor = pow10(from - to);
  const quotient = unscaled / divisor;
  if (!roundUp || unscaled % divisor === 0n) return quotient;
  return quotient + (unscaled < 0n ? -1n : 1n);
}

/** Reads a quantity as resource.ParseQuantity does; undefined if it is none. */
export function parseQuantity(text: string): Quantity | undefined {
  if (text === '' || text.length > MAX_TEXT) return undefined;
  const parts = splitQuantity(text);
  if (!parts) return undefined;
  return parseSmall(text, parts) ?? (parts.hasDigits ? parseBig(parts) : undefined);
}

/** A whole number as a quantity. */
export const quantityOf = (value: bigint, format: QuantityFormat = 'DecimalSI'): Quantity => ({
  unscaled: value,
  scale: 0,
  format,
});

function align(left: Quantity, right: Quantity): readonly [bigint, bigint, number] {
  const scale = Math.max(left.scale, right.scale);
  return [
    rescale(left.unscaled, left.scale, scale, false),
    rescale(right.unscaled, right.scale, scale, false),
    scale,
  ];
}

/** Orders two quantities by value; the format does not count. */
export function compareQuantity(left: Quantity, right: Quantity): -1 | 0 | 1 {
  const [a, b] = align(left, right);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Sum in the format of `left`, or of `right` if `left` is zero. */
export function addQuantity(left: Quantity, right: Quantity): Quantity {
  const [a, b, scale] = align(left, right);
  return { unscaled: a + b, scale, format: a === 0n ? right.format : left.format };
}

/** Difference in the format of `left`, or of `right` if `left` is zero. */
export function subtractQuantity(left: Quantity, right: Quantity): Quantity {
  return addQuantity(left, { ...right, unscaled: -right.unscaled });
}

/** Exact product in the format of `left`. */
export function multiplyQuantity(left: Quantity, right: Quantity): Quantity {
  return {
    unscaled: left.unscaled * right.unscaled,
    scale: left.scale + right.scale,
    format: left.format,
  };
}

/** Quotient in the format of `left`, cut to the finer of the two scales; undefined for a zero divisor. */
export function divideQuantity(left: Quantity, right: Quantity): Quantity | undefined {
  if (right.unscaled === 0n) return undefined;
  const [a, b, scale] = align(left, right);
  const unscaled = scale >= 0 ? (a * pow10(scale)) / b : a / (b * pow10(-scale));
  return { unscaled, scale, format: left.format };
}

/** The value as a float (AsApproximateFloat64): mantissa and power of ten are rounded apart. */
export function approximateQuantity(quantity: Quantity): number {
  const base = Number(quantity.unscaled);
  return quantity.scale === 0 ? base : base * Number(`1e${-quantity.scale}`);
}

function suffixOf(table: ReadonlyMap<string, number>, exponent: number): string {
  for (const [suffix, value] of table) if (value === exponent) return suffix;
  return ''; // apimachinery drops what it has no suffix for: 1000E prints as 1
}

function formatDecimal(quantity: Quantity, exponential: boolean): string {
  let amount = quantity.unscaled;
  let exponent = -quantity.scale;
  while (amount % 10n === 0n) {
    amount /= 10n;
    exponent += 1;
  }
  while (exponent % 3 !== 0) {
    amount *= 10n;
    exponent -= 1;
  }
  if (!exponential) return `${amount}${suffixOf(DECIMAL, exponent)}`;
  return exponent === 0 ? `${amount}` : `${amount}e${exponent}`;
}

/** The quantity as a whole number, or undefined if it has a fraction. */
function wholeValue({ unscaled, scale }: Quantity): bigint | undefined {
  if (scale <= 0) return unscaled * pow10(-scale);
  const divisor = pow10(scale);
  return unscaled % divisor === 0n ? unscaled / divisor : undefined;
}

/** The canonical text (CanonicalizeBytes): binary only for whole numbers of at least 1024. */
export function formatQuantity(quantity: Quantity): string {
  if (quantity.text !== undefined) return quantity.text;
  if (quantity.unscaled === 0n) return '0';
  if (quantity.format !== 'BinarySI') return formatDecimal(quantity, quantity.format === 'DecimalExponent');
  const whole = wholeValue(quantity);
  if (whole === undefined || abs(whole) < 1024n) return formatDecimal(quantity, false);
  let amount = whole;
  let exponent = 0;
  while (amount % 1024n === 0n) {
    amount /= 1024n;
    exponent += 10;
  }
  return `${amount}${suffixOf(BINARY, exponent)}`;
}
