/** A seeded source of numbers in [0, 1): the same seed gives the same sequence for ever (mulberry32). */
export type Random = () => number;

/** Starts the sequence of `seed`; only its lowest 32 bits count. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** The alphabet of Kubernetes' generated name suffixes (apimachinery, util/rand): no vowels, no look-alikes. */
const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** A suffix as `generateName` appends it, five characters long. */
export function nameSuffix(random: Random): string {
  let suffix = '';
  for (let i = 0; i < 5; i += 1) suffix += SUFFIX_ALPHABET[Math.floor(random() * SUFFIX_ALPHABET.length)];
  return suffix;
}

const HEX = '0123456789abcdef';

/** A version 4 UUID in its textual form. */
export function uuid(random: Random): string {
  const hex = (digits: number): string => {
    let text = '';
    for (let i = 0; i < digits; i += 1) text += HEX[Math.floor(random() * 16)];
    return text;
  };
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[Math.floor(random() * 4)]}${hex(3)}-${hex(12)}`;
}
