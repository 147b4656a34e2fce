import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equal, isObject, type Json } from '../../base/json.ts';
import { applyMergePatch, createMergePatch, createThreeWayMergePatch } from './merge-patch.ts';

const json = (): fc.Arbitrary<Json> => fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;

/** RFC 7386's pseudo code, word for word, over copies. */
function obviousMerge(target: Json, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch))
    if (value === null) result.delete(name);
    else result.set(name, obviousMerge(result.get(name) ?? null, value));
  return Object.fromEntries(result);
}

/** A document that a merge patch can express: no null as an object's member. */
function withoutNulls(value: Json): Json {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, withoutNulls(item)]),
  );
}

describe('RFC 7386', () => {
  it('gives what the pseudo code gives', () => {
    fc.assert(
      fc.property(json(), json(), (document, patch) => {
        expect(equal(applyMergePatch(document, patch), obviousMerge(document, patch))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('turns one document into the other with a created patch', () => {
    fc.assert(
      fc.property(json().map(withoutNulls), json().map(withoutNulls), (before, after) => {
        expect(equal(applyMergePatch(before, createMergePatch(before, after)), after)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('removes in three-way only what the last-applied configuration had', () => {
    const patch = createThreeWayMergePatch({ a: 1, b: 1 }, { a: 2 }, { a: 1, b: 1, server: true });
    expect(patch).toEqual({ a: 2, b: null });
  });
});
