import { Failure, type Outcome } from './value.ts';

interface Version {
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly prerelease: readonly string[];
}

const ZERO: Version = { numbers: [0n, 0n, 0n], prerelease: [] };
const NUMERIC = /^\d+$/;
const UINT64 = 2n ** 64n;
/** Bound of ours. */
const MAX_TEXT = 1000;

function parseNumber(text: string): bigint | undefined {
  if (!NUMERIC.test(text) || (text.length > 1 && text.startsWith('0'))) return undefined;
  const value = BigInt(text);
  return value < UINT64 ? value : undefined;
}

/** blang/semver's strict Parse: three numbers without leading zeros, prerelease and build of letters, digits, hyphens. */
function parseVersion(text: string): Version | undefined {
  if (text.length > MAX_TEXT) return undefined;
  const [, major = '', minor = '', patch = '', prerelease, build] =
    /^(\d+)\.(\d+)\.(\d+)(?:-([^+]*))?(?:\+(.*))?$/s.exec(text) ?? [];
  const numbers = [parseNumber(major), parseNumber(minor), parseNumber(patch)];
  const [a, b, c] = numbers;
  if (a === undefined || b === undefined || c === undefined) return undefined;
  const identifiers = prerelease?.split('.') ?? [];
  const known = (part: string): boolean => /^[0-9A-Za-z-]+$/.test(part);
  if (!identifiers.every((part) => known(part) && !/^0\d+$/.test(part))) return undefined;
  if (build !== undefined && !build.split('.').every(known)) return undefined;
  return { numbers: [a, b, c], prerelease: identifiers };
}

const order = <T>(left: T, right: T): number => (left < right ? -1 : left > right ? 1 : 0);

function comparePart(left: string, right: string): number {
  const leftNumeric = NUMERIC.test(left);
  const rightNumeric = NUMERIC.test(right);
  if (leftNumeric && rightNumeric) return order(BigInt(left), BigInt(right));
  if (leftNumeric !== rightNumeric) return leftNumeric ? -1 : 1;
  return order(left, right);
}

function compareVersions(left: Version, right: Version): number {
  for (const i of [0, 1, 2] as const) {
    const result = order(left.numbers[i], right.numbers[i]);
    if (result !== 0) return result;
  }
  if (left.prerelease.length === 0 || right.prerelease.length === 0)
    return order(right.prerelease.length, left.prerelease.length);
  for (const [i, part] of left.prerelease.entries()) {
    const other = right.prerelease[i];
    if (other === undefined) return 1;
    const result = comparePart(part, other);
    if (result !== 0) return result;
  }
  return order(left.prerelease.length, right.prerelease.length);
}

type Check = (version: Version) => boolean;

const COMPARATORS: ReadonlyMap<string, (result: number) => boolean> = new Map([
  ['', (result) => result === 0],
  ['=', (result) => result === 0],
  ['==', (result) => result === 0],
  ['>', (result) => result > 0],
  ['>=', (result) => result >= 0],
  ['<', (result) => result < 0],
  ['<=', (result) => result <= 0],
  ['!', (result) => result !== 0],
  ['!=', (result) => result !== 0],
]);

const failed = (text: string): Failure => new Failure(text);

/** Splits at spaces, but keeps a space behind an operator; `||` stands alone. */
function splitRange(text: string): readonly (readonly string[])[] | Failure {
  const joined = text.trim().replace(/([<>=!])\s+/g, '$1');
  const words = joined.split(/\s+/).filter((word) => word !== '');
  const groups: string[][] = [[]];
  for (const word of words) {
    if (word === '||') groups.push([]);
    else groups.at(-1)?.push(word);
  }
  if (groups.some((group) => group.length === 0)) {
    if (words[0] === '||') return failed(`First element in range is '||'`);
    if (words.length > 0) return failed(`Last element in range is '||'`);
  }
  return groups;
}

/** `1.x`, `>=1.2.x` as bounds; the operator and the version with `x` counted up or to zero. */
function expandWildcard(operator: string, version: string): readonly string[] | undefined {
  const parts = version.split('.');
  const at = parts.indexOf('x');
  if (at < 0) return undefined;
  if (at === 0 || parts.length > 3 || !parts.slice(0, at).every((part) => NUMERIC.test(part)))
    return undefined;
  const fixed = parts.slice(0, at).map(Number);
  const low = [...fixed, 0, 0].slice(0, 3).join('.');
  const next = [...fixed.slice(0, -1), (fixed.at(-1) ?? 0) + 1, 0, 0].slice(0, 3).join('.');
  switch (operator) {
    case '>':
      return [`>=${next}`];
    case '<=':
      return [`<${next}`];
    case '>=':
    case '<':
      return [`${operator}${low}`];
    case '!':
    case '!=':
      return [`<${low}`, `||`, `>=${next}`];
    default:
      return [`>=${low}`, `<${next}`];
  }
}

function readComparator(word: string): Check | Failure {
  const start = word.search(/\d/);
  if (start < 0) return failed(`Could not get version from string: "${word}"`);
  const operator = word.slice(0, start);
  const text = word.slice(start);
  const expanded = expandWildcard(operator, text);
  if (expanded) return readGroupList(splitAlternatives(expanded));
  const check = COMPARATORS.get(operator);
  if (!check)
    return failed(`Could not parse Range "${word}": Could not parse comparator "${operator}" in "${word}"`);
  const bound = parseVersion(text);
  if (!bound)
    return failed(`Could not parse Range "${word}": Could not parse version "${text}" in "${word}"`);
  return (version) => check(compareVersions(version, bound));
}

function splitAlternatives(words: readonly string[]): readonly (readonly string[])[] {
  const groups: string[][] = [[]];
  for (const word of words) {
    if (word === '||') groups.push([]);
    else groups.at(-1)?.push(word);
  }
  return groups;
}

function readGroupList(groups: readonly (readonly string[])[]): Check | Failure {
  const alternatives: (readonly Check[])[] = [];
  for (const group of groups) {
    const checks: Check[] = [];
    for (const word of group) {
      const check = readComparator(word);
      if (check instanceof Failure) return check;
      checks.push(check);
    }
    alternatives.push(checks);
  }
  return (version) => alternatives.some((checks) => checks.every((check) => check(version)));
}

/**
 * Whether a version lies in a range of blang/semver (`>=1.2.0 <2.0.0 || 3.x`). As in Kyverno a version that does not
 * parse counts as 0.0.0; a range that does not parse is an error.
 */
export function matchSemverRange(version: string, range: string): Outcome {
  if (range.length > MAX_TEXT) return failed(`Could not get version from string: "${range}"`);
  const groups = splitRange(range);
  if (groups instanceof Failure) return groups;
  const check = readGroupList(groups);
  return check instanceof Failure ? check : check(parseVersion(version) ?? ZERO);
}
