/** A semantic version, strictly read: no `v`, all three numbers (blang/semver Parse). */
export interface Version {
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly pre: readonly string[];
}

const NUMBER = '0|[1-9]\\d*';
const PARTS = '[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*';
const VERSION = new RegExp(`^(${NUMBER})\\.(${NUMBER})\\.(${NUMBER})(?:-(${PARTS}))?(?:\\+${PARTS})?$`);
const DIGITS = /^\d+$/;
const UINT64 = 2n ** 64n;

export function parseVersion(text: string): Version | undefined {
  const match = VERSION.exec(text);
  if (!match) return undefined;
  const [, major = '', minor = '', patch = '', suffix] = match;
  const pre = suffix === undefined ? [] : suffix.split('.');
  if (pre.some((part) => DIGITS.test(part) && part.length > 1 && part.startsWith('0'))) return undefined;
  const numbers = [BigInt(major), BigInt(minor), BigInt(patch)] as const;
  return numbers.some((number) => number >= UINT64) ? undefined : { numbers, pre };
}

const compare = <T extends bigint | string>(left: T, right: T): number =>
  left < right ? -1 : left > right ? 1 : 0;

function comparePart(left: string, right: string): number {
  const numeric = [DIGITS.test(left), DIGITS.test(right)] as const;
  if (numeric[0] && numeric[1]) return compare(BigInt(left), BigInt(right));
  if (numeric[0] !== numeric[1]) return numeric[0] ? -1 : 1;
  return compare(left, right);
}

/** Order of semantic versions; a pre-release comes before its release, build metadata does not count. */
export function compareVersion(left: Version, right: Version): number {
  for (const index of [0, 1, 2] as const) {
    const order = compare(left.numbers[index], right.numbers[index]);
    if (order !== 0) return order;
  }
  if (left.pre.length === 0 || right.pre.length === 0) return Math.sign(right.pre.length - left.pre.length);
  for (const [index, part] of left.pre.entries()) {
    const other = right.pre[index];
    if (other === undefined) return 1;
    const order = comparePart(part, other);
    if (order !== 0) return order;
  }
  return left.pre.length < right.pre.length ? -1 : 0;
}
