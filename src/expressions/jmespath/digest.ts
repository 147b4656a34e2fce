const rotateLeft = (word: number, by: number): number => (word << by) | (word >>> (32 - by));
const rotateRight = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

/** The message in 64 byte blocks, with its end mark and its length in bits. */
function padded(bytes: Uint8Array, littleEndian: boolean): DataView {
  const length = (((bytes.length + 8) >> 6) + 1) * 64;
  const buffer = new Uint8Array(length);
  buffer.set(bytes);
  buffer[bytes.length] = 0x80;
  const view = new DataView(buffer.buffer);
  const high = Math.floor(bytes.length / 2 ** 29);
  const low = (bytes.length << 3) >>> 0;
  view.setUint32(length - (littleEndian ? 8 : 4), low, littleEndian);
  view.setUint32(length - (littleEndian ? 4 : 8), high, littleEndian);
  return view;
}

function hexOf(words: Iterable<number>, littleEndian: boolean): string {
  let text = '';
  for (const word of words) {
    const bytes = [24, 16, 8, 0].map((shift) => ((word >>> shift) & 255).toString(16).padStart(2, '0'));
    text += (littleEndian ? bytes.reverse() : bytes).join('');
  }
  return text;
}

const primes = (count: number): readonly number[] => {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate += 1)
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  return found;
};
/** The first 32 bits of a root's fraction: where SHA-256's constants come from. */
const fraction = (root: number): number => Math.floor((root - Math.floor(root)) * 2 ** 32) | 0;
const SHA256_ROUNDS = primes(64).map((prime) => fraction(Math.cbrt(prime)));
const SHA256_START = primes(8).map((prime) => fraction(Math.sqrt(prime)));

/** SHA-256 as lower-case hex (FIPS 180-4). */
export function sha256(bytes: Uint8Array): string {
  const view = padded(bytes, false);
  const state = Int32Array.from(SHA256_START);
  const words = new Int32Array(64);
  for (let block = 0; block < view.byteLength; block += 64) {
    for (let i = 0; i < 64; i += 1) {
      if (i < 16) {
        words[i] = view.getInt32(block + i * 4);
        continue;
      }
      const early = words[i - 15] ?? 0;
      const late = words[i - 2] ?? 0;
      const small = rotateRight(early, 7) ^ rotateRight(early, 18) ^ (early >>> 3);
      const large = rotateRight(late, 17) ^ rotateRight(late, 19) ^ (late >>> 10);
      words[i] = (words[i - 16] ?? 0) + small + (words[i - 7] ?? 0) + large;
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
    for (let i = 0; i < 64; i += 1) {
      const mixed = rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25);
      const first = (h + mixed + ((e & f) ^ (~e & g)) + (SHA256_ROUNDS[i] ?? 0) + (words[i] ?? 0)) | 0;
      const turned = rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22);
      const second = (turned + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
    }
    for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) state[i] = (state[i] ?? 0) + word;
  }
  return hexOf(state, false);
}

function sha1Mix(round: number, b: number, c: number, d: number): number {
  if (round < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (round < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

/** SHA-1 as lower-case hex (FIPS 180-4). */
export function sha1(bytes: Uint8Array): string {
  const view = padded(bytes, false);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const words = new Int32Array(80);
  for (let block = 0; block < view.byteLength; block += 64) {
    for (let i = 0; i < 80; i += 1)
      words[i] =
        i < 16
          ? view.getInt32(block + i * 4)
          : rotateLeft(
              (words[i - 3] ?? 0) ^ (words[i - 8] ?? 0) ^ (words[i - 14] ?? 0) ^ (words[i - 16] ?? 0),
              1,
            );
    let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
    for (let i = 0; i < 80; i += 1) {
      const next = (rotateLeft(a, 5) + sha1Mix(i, b, c, d) + e + (words[i] ?? 0)) | 0;
      [e, d, c, b, a] = [d, c, rotateLeft(b, 30), a, next];
    }
    for (const [i, word] of [a, b, c, d, e].entries()) state[i] = (state[i] ?? 0) + word;
  }
  return hexOf(state, false);
}

const MD5_SHIFTS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
];
const MD5_ROUNDS = Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);

function md5Mix(round: number, b: number, c: number, d: number): readonly [number, number] {
  if (round < 16) return [(b & c) | (~b & d), round];
  if (round < 32) return [(d & b) | (~d & c), (5 * round + 1) % 16];
  if (round < 48) return [b ^ c ^ d, (3 * round + 5) % 16];
  return [c ^ (b | ~d), (7 * round) % 16];
}

/** MD5 as lower-case hex (RFC 1321). */
export function md5(bytes: Uint8Array): string {
  const view = padded(bytes, true);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  for (let block = 0; block < view.byteLength; block += 64) {
    let [a = 0, b = 0, c = 0, d = 0] = state;
    for (let i = 0; i < 64; i += 1) {
      const [mixed, word] = md5Mix(i, b, c, d);
      const sum = (a + mixed + (MD5_ROUNDS[i] ?? 0) + view.getInt32(block + word * 4, true)) | 0;
      const shift = MD5_SHIFTS[i >> 4]?.[i % 4] ?? 0;
      [a, d, c, b] = [d, c, b, (b + rotateLeft(sum, shift)) | 0];
    }
    for (const [i, word] of [a, b, c, d].entries()) state[i] = (state[i] ?? 0) + word;
  }
  return hexOf(state, true);
}
