interface Decimal {
  readonly negative: boolean;
  /** Shortest digits that read back as the number, without leading or trailing zeros. */
  readonly digits: string;
  /** Where the point stands: value = 0.digits × 10^point. */
  readonly point: number;
}

function decimalOf(text: string): Decimal {
  const [mantissa = '', power = '0'] = text.replace('-', '').toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const all = whole + fraction;
  const digits = all.replace(/^0+/, '');
  const point = whole.length - (all.length - digits.length) + Number(power);
  return { negative: text.startsWith('-'), digits: digits.replace(/0+$/, ''), point };
}

const special = (value: number): string | undefined =>
  Number.isNaN(value) ? 'NaN' : Number.isFinite(value) ? undefined : value > 0 ? '+Inf' : '-Inf';

const textOf = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

/** A number as Go's `%v` and `%g` print a float64: with an exponent below 1e-4 and from 1e+06 on. */
export function formatFloat(value: number): string {
  const named = special(value);
  if (named !== undefined) return named;
  if (value === 0) return textOf(value);
  const { negative, digits, point } = decimalOf(textOf(value));
  const sign = negative ? '-' : '';
  const exponent = point - 1;
  if (exponent >= -4 && exponent < 6) return sign + plain(digits, point);
  const power = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  return `${sign}${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}e${power}`;
}

function plain(digits: string, point: number): string {
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  if (digits.length <= point) return digits.padEnd(point, '0');
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** A number without exponent and with float32's precision: strconv.FormatFloat(value, 'f', -1, 32). */
export function formatFloat32(value: number): string {
  const named = special(value);
  if (named !== undefined) return named;
  const rounded = Math.fround(value);
  if (!Number.isFinite(rounded)) return rounded > 0 ? '+Inf' : '-Inf';
  if (rounded === 0) return textOf(rounded);
  let text = rounded.toPrecision(9);
  for (let precision = 1; precision < 9; precision += 1) {
    const shorter = rounded.toPrecision(precision);
    if (Math.fround(Number(shorter)) === rounded) {
      text = shorter;
      break;
    }
  }
  const { negative, digits, point } = decimalOf(text);
  return (negative ? '-' : '') + plain(digits, point);
}

const DECIMAL = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;
const HEXADECIMAL = /^([+-]?)0[xX]_?([\da-fA-F_]*)(?:\.([\da-fA-F_]*))?[pP]([+-]?\d+)$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/** strconv.ParseFloat with 64 bits; undefined for what it refuses, numbers out of range included. */
export function parseFloatText(text: string): number | undefined {
  const infinite = INFINITE.exec(text);
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  const value = DECIMAL.test(text) ? Number(text.replaceAll('_', '')) : parseHexadecimal(text);
  return value === undefined || Number.isFinite(value) ? value : undefined;
}

function parseHexadecimal(text: string): number | undefined {
  const [, sign = '', whole = '', fraction = '', power = '0'] = HEXADECIMAL.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replaceAll('_', '');
  if (digits === '') return undefined;
  const value =
    Number(BigInt(`0x${digits}`)) * 2 ** (Number(power) - 4 * fraction.replaceAll('_', '').length);
  return sign === '-' ? -value : value;
}
