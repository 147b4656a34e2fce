import { wellFormed } from './go-strings.ts';

/** The UTF-8 bytes of a text; lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of wellFormed(text)) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    else if (code < 0x10000)
      bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    else
      bytes.push(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 0x3f),
        0x80 | ((code >> 6) & 0x3f),
        0x80 | (code & 0x3f),
      );
  }
  return Uint8Array.from(bytes);
}

/** Length of the sequence that a first byte announces, 0 if it cannot be one. */
const sequenceLength = (byte: number): number =>
  byte < 0x80 ? 1 : byte < 0xc2 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf5 ? 4 : 0;

function decodeOne(bytes: Uint8Array, at: number): { readonly code: number; readonly length: number } {
  const first = bytes[at] ?? 0;
  const length = sequenceLength(first);
  if (length === 1) return { code: first, length };
  let code = first & (0x7f >> length);
  for (let i = 1; i < length; i += 1) {
    const next = bytes[at + i] ?? 0;
    if ((next & 0xc0) !== 0x80) return { code: 0xfffd, length: 1 };
    code = (code << 6) | (next & 0x3f);
  }
  const smallest = [0, 0, 0x80, 0x800, 0x10000][length] ?? 0;
  const valid = length > 0 && code >= smallest && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return valid ? { code, length } : { code: 0xfffd, length: 1 };
}

/** Text of UTF-8 bytes; each byte that is part of no valid sequence becomes U+FFFD, as Go's JSON encoder does it. */
export function decodeUtf8(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { code, length } = decodeOne(bytes, at);
    pieces.push(String.fromCodePoint(code));
    at += length;
  }
  return pieces.join('');
}
