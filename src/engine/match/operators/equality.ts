import type { Json } from '../../../base/json.ts';
import { equal, isObject } from '../../../base/json.ts';
import { parseFloatText } from '../../../expressions/jmespath/go-number.ts';
import { compareQuantity, parseQuantity } from '../../../kubernetes/quantity.ts';
import { matchWildcard } from '../../../kubernetes/wildcard.ts';
import type { Behaviour } from '../../../kyverno/behaviour.ts';
import type { EngineLogLine } from '../../../kyverno/engine-log.ts';
import { durationsOf } from './durations.ts';
import type { Operand } from './operand.ts';
import { secondsOfDuration } from './operand.ts';

/**
 * What comparing two sides comes to. `incomparable`: the types do not go together. `half-quantity`: the key is a quantity
 * and the value a text that is none.
 */
type Comparison = 'equal' | 'different' | 'incomparable' | 'half-quantity' | 'unsupported';

const of = (same: boolean): Comparison => (same ? 'equal' : 'different');

/** Go's DeepEqual tells int64 from float64; whole numbers in a policy's own lists and maps are the former. */
function holdsWholeNumber(value: Json): boolean {
  const open: Json[] = [value];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    if (typeof item === 'number' && Number.isInteger(item)) return true;
    if (Array.isArray(item)) for (const child of item as readonly Json[]) open.push(child);
    else if (isObject(item)) for (const child of Object.values(item)) open.push(child);
  }
  return false;
}

function compareDeep(key: Operand, value: Operand): Comparison {
  if (!equal(key.value, value.value)) return 'different';
  return of(key.numbers === value.numbers || !holdsWholeNumber(key.value));
}

function compareText(key: string, value: Json): Comparison {
  const durations = durationsOf(key, value);
  if (durations) return of(secondsOfDuration(durations[0]) === secondsOfDuration(durations[1]));
  if (typeof value !== 'string') return 'incomparable';
  const quantity = parseQuantity(key);
  if (!quantity) return of(matchWildcard(value, key));
  const other = parseQuantity(value);
  return other ? of(compareQuantity(quantity, other) === 0) : 'half-quantity';
}

function compareNumber(key: number, value: Json): Comparison {
  if (typeof value === 'number') return of(key === value);
  if (typeof value !== 'string') return 'incomparable';
  const number = parseFloatText(value);
  return number === undefined ? 'incomparable' : of(number === key);
}

function compare(key: Operand, value: Operand): Comparison {
  const left = key.value;
  const right = value.value;
  if (left === null) return 'unsupported';
  if (typeof left === 'boolean') return typeof right === 'boolean' ? of(left === right) : 'incomparable';
  if (typeof left === 'number') return compareNumber(left, right);
  if (typeof left === 'string') return compareText(left, right);
  const alike = Array.isArray(left) ? Array.isArray(right) : isObject(right);
  return alike ? compareDeep(key, value) : 'incomparable';
}

/** Where Kyverno logs that a quantity was compared with a text that is none, by operator. */
const HALF_QUANTITY_SITES = new Map([
  ['equal', 'equal.go:83'],
  ['equals', 'equal.go:83'],
  ['notequal', 'notequal.go:88'],
  ['notequals', 'notequal.go:88'],
]);

/** The line that an operator logs about its two sides, if any; NotEquals says nothing of an empty value. */
export function logOfEquality(name: string, key: Operand, value: Operand): EngineLogLine | undefined {
  const site = HALF_QUANTITY_SITES.get(name.toLowerCase());
  if (site === undefined || compare(key, value) !== 'half-quantity') return undefined;
  if (value.value === '' && site.startsWith('not')) return undefined;
  return {
    site: `pkg/engine/variables/operator/${site}`,
    message: "Failed to parse value type doesn't match key type",
    error: 'parse error: ',
    rule: '',
  };
}

/** Equals, Equal (lifecycle I.5). */
export const isEqual = (key: Operand, value: Operand): boolean => compare(key, value) === 'equal';

/** NotEquals, NotEqual: not the mere opposite, a null key is never unequal (lifecycle I.5; versions.md part 3 no. 1). */
export function isNotEqual(key: Operand, value: Operand, behaviour: Behaviour): boolean {
  const comparison = compare(key, value);
  if (comparison === 'half-quantity') return value.value === '' || behaviour.notEqualsAcrossTypes;
  return comparison === 'different' || comparison === 'incomparable';
}
