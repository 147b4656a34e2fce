import { decodeUtf8 } from '../utf8.ts';

/** One ASN.1 value in DER. */
export interface Der {
  readonly tag: number;
  /** Header and content. */
  readonly raw: Uint8Array;
  readonly content: Uint8Array;
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
  /** Context-specific, constructed: `context(0)` is `[0]`. */
  context: (number: number): number => 0xa0 | number,
  /** Context-specific, primitive. */
  implicit: (number: number): number => 0x80 | number,
} as const;

/** The first value of the bytes, or undefined if they hold no complete one. */
function readOne(bytes: Uint8Array, at: number): { readonly value: Der; readonly end: number } | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined;
  const extra = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || extra > 3) return undefined;
  let length = extra === 0 ? first : 0;
  for (let i = 0; i < extra; i += 1) length = length * 256 + (bytes[at + 2 + i] ?? 0);
  const start = at + 2 + extra;
  const end = start + length;
  if (end > bytes.length) return undefined;
  return { value: { tag, raw: bytes.subarray(at, end), content: bytes.subarray(start, end) }, end };
}

/** All values that stand one after the other, or undefined if something else is left. */
export function readAll(bytes: Uint8Array): readonly Der[] | undefined {
  const values: Der[] = [];
  for (let at = 0; at < bytes.length; ) {
    const read = readOne(bytes, at);
    if (!read) return undefined;
    values.push(read.value);
    at = read.end;
  }
  return values;
}

/** Parts of a constructed value; none if it is not of the tag. */
export function childrenOf(value: Der | undefined, tag: number = TAG.sequence): readonly Der[] {
  return value?.tag === tag ? (readAll(value.content) ?? []) : [];
}

/** Parts of a sequence that stands in bytes of its own, as in an extension. */
export const sequenceIn = (bytes: Uint8Array): readonly Der[] => childrenOf(readAll(bytes)?.[0]);

/** A signed integer. */
export function integerOf(value: Der | undefined): bigint {
  let result = 0n;
  for (const byte of value?.content ?? []) result = (result << 8n) | BigInt(byte);
  const negative = ((value?.content[0] ?? 0) & 0x80) !== 0;
  return negative ? result - (1n << BigInt((value?.content.length ?? 0) * 8)) : result;
}

/** Numbers of an object identifier. */
export function oidOf(value: Der | undefined): readonly number[] {
  const numbers: number[] = [];
  let current = 0;
  for (const byte of value?.content ?? []) {
    current = current * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    if (numbers.length === 0) {
      const first = Math.min(2, Math.floor(current / 40));
      numbers.push(first, current - first * 40);
    } else numbers.push(current);
    current = 0;
  }
  return numbers;
}

/** Bytes of a bit string, without the count of unused bits. */
export const bitsOf = (value: Der | undefined): Uint8Array => value?.content.subarray(1) ?? new Uint8Array();

/** A text of any of ASN.1's string types. */
export function textOf(value: Der | undefined): string {
  if (!value) return '';
  if (value.tag !== TAG.bmpString) return decodeUtf8(value.content);
  let text = '';
  for (let i = 0; i + 1 < value.content.length; i += 2)
    text += String.fromCharCode(((value.content[i] ?? 0) << 8) | (value.content[i + 1] ?? 0));
  return text;
}

/** UTCTime and GeneralizedTime in RFC 3339; undefined for other forms than certificates use. */
export function timeOf(value: Der | undefined): string | undefined {
  const text = textOf(value);
  const match =
    value?.tag === TAG.utcTime
      ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
      : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!match) return undefined;
  const [, year = '', month, day, hour, minute, second] = match;
  const century = year.length === 4 ? '' : Number(year) < 50 ? '20' : '19';
  return `${century}${year}-${month}-${day}T${hour}:${minute}:${second}Z`;
}
