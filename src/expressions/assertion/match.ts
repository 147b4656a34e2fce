import { equal, isObject, type Json } from '../../base/json.ts';

/** Whether a value meets what was expected, or why the two cannot be compared. */
export type Matched = { readonly matches: boolean } | { readonly error: string };

/** Go's kind of a value, as error texts print it. */
function kindOf(value: Json): string {
  if (Array.isArray(value)) return 'slice';
  if (value === null) return 'invalid';
  if (typeof value === 'object') return 'map';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

/**
 * Compares an expected value with an actual one (kyverno-json: core/matching): lists element by element, maps by the
 * expected keys alone, numbers by value. Scalars of different kinds are an error, but null differs from all else.
 */
export function matchValue(expected: Json, actual: Json): Matched {
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual))
      return { error: `invalid actual value, must be a slice, found ${kindOf(actual)}` };
    if (expected.length !== actual.length) return { matches: false };
    return matchAll(expected.map((item, i) => [item, actual[i]]));
  }
  if (isObject(expected)) {
    if (!isObject(actual)) return { error: `invalid actual value, must be a map, found ${kindOf(actual)}` };
    return matchAll(
      Object.entries(expected).map(([key, item]) => [
        item,
        Object.hasOwn(actual, key) ? actual[key] : undefined,
      ]),
    );
  }
  if (expected === null || actual === null) return { matches: expected === actual };
  if (typeof expected === typeof actual && !isObject(actual) && !Array.isArray(actual))
    return { matches: equal(expected, actual) };
  return { error: `types are not comparable, ${kindOf(expected)} - ${kindOf(actual)}` };
}

/** The first pair that does not match, or cannot be compared, decides. */
function matchAll(pairs: readonly (readonly [Json, Json | undefined])[]): Matched {
  for (const [expected, actual] of pairs) {
    if (actual === undefined) return { matches: false };
    const matched = matchValue(expected, actual);
    if ('error' in matched || !matched.matches) return matched;
  }
  return { matches: true };
}
