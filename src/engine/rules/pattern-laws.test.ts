import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { get, isObject, type Json, type JsonObject } from '../../base/json.ts';
import { matchScalar } from '../match/scalar-pattern.ts';
import { matchPattern, type PatternResult } from './pattern.ts';

const statusOf = (resource: Json, pattern: Json): PatternResult['status'] =>
  matchPattern(resource, pattern).status;
const passes = (resource: Json, pattern: Json): boolean => statusOf(resource, pattern) === 'pass';

const key = fc.constantFrom('a', 'b', 'c', 'metadata', 'labels');
const value = fc.oneof(fc.constantFrom('x', 'xy', 'z', '5', '100m', '1h'), fc.nat(9), fc.boolean());
/** Resources; lists hold maps alone or scalars alone, as those of Kubernetes do. */
const resources = fc.letrec<{ value: Json; map: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    value,
    tie('map'),
    fc.array(tie('map'), { maxLength: 3 }) as fc.Arbitrary<Json>,
    fc.array(value, { maxLength: 3 }) as fc.Arbitrary<Json>,
  ),
  map: fc.dictionary(key, tie('value'), { maxKeys: 3 }) as fc.Arbitrary<JsonObject>,
}));
const texts = fc.constantFrom('*', '?*', 'x*', '!x', '>3', '<=5', '1-7', '!-', 'x|z', '!x&!z', '<1h', '5');
/** Patterns without anchors. */
const plain = fc.letrec<{ value: Json; map: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    texts,
    value,
    tie('map'),
    fc.tuple(tie('map')) as fc.Arbitrary<Json>,
    fc.tuple(texts) as fc.Arbitrary<Json>,
  ),
  map: fc.dictionary(key, tie('value'), { maxKeys: 3 }) as fc.Arbitrary<JsonObject>,
})).map;

/** What a pattern without anchors asks, in as few words as possible. */
function obviously(resource: Json | undefined, pattern: Json): boolean {
  if (isObject(pattern))
    return (
      isObject(resource) &&
      Object.entries(pattern).every(([name, wanted]) => {
        const found = get(resource, name);
        return wanted === '*' ? found !== undefined && found !== null : obviously(found, wanted);
      })
    );
  if (Array.isArray(pattern)) {
    const [wanted] = pattern as readonly Json[];
    if (!Array.isArray(resource) || wanted === undefined) return false;
    return isObject(wanted)
      ? (resource as readonly Json[]).every((item) => obviously(item, wanted))
      : obviously(resource, wanted);
  }
  const found = Array.isArray(resource) ? (resource as readonly Json[]) : [resource];
  return found.every((item) => matchScalar(item, pattern));
}

/** The resource with a field more in a map somewhere, lists included. */
const grown = (resource: Json, name: string, extra: Json, at: number): Json => {
  let count = 0;
  const grow = (item: Json): Json => {
    if (Array.isArray(item)) return (item as readonly Json[]).map(grow);
    if (!isObject(item)) return item;
    const here = count++ === at;
    const inside = Object.entries(item).map(([field, part]): [string, Json] => [field, grow(part)]);
    return Object.fromEntries(here && !Object.hasOwn(item, name) ? [...inside, [name, extra]] : inside);
  };
  return grow(resource);
};

describe('a pattern without anchors', () => {
  it('asks what it obviously asks', () => {
    fc.assert(
      fc.property(resources.map, plain, (resource, pattern) => {
        expect(passes(resource, pattern)).toBe(obviously(resource, pattern));
      }),
      { numRuns: 2000 },
    );
  });

  it('is met still when the resource has a field more, wherever', () => {
    const more = fc.tuple(fc.constantFrom('n', 'm'), resources.value, fc.nat(5));
    fc.assert(
      fc.property(resources.map, plain, more, (resource, pattern, [name, extra, at]) => {
        const after = grown(resource, name, extra, at);
        for (const asked of [pattern, resource])
          if (passes(resource, asked)) expect(passes(after, asked)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('is never skipped and never an error', () => {
    fc.assert(
      fc.property(resources.map, plain, (resource, pattern) => {
        expect(['pass', 'fail']).toContain(statusOf(resource, pattern));
      }),
    );
  });

  it('answers the same every time, prepared or not', () => {
    fc.assert(
      fc.property(resources.map, plain, (resource, pattern) => {
        const first = matchPattern(resource, pattern);
        expect(matchPattern(resource, pattern)).toEqual(first);
        expect(matchPattern(resource, JSON.parse(JSON.stringify(pattern)) as Json)).toEqual(first);
      }),
    );
  });
});

describe('a star', () => {
  it('asks for any value but null', () => {
    fc.assert(
      fc.property(fc.option(resources.value), (found) => {
        expect(passes({ a: found, b: 1 }, { a: '*' })).toBe(found !== null);
      }),
    );
    expect(passes({ b: 1 }, { a: '*' })).toBe(false);
  });
});

describe('a negation', () => {
  it('of a text is met where the text itself is not', () => {
    const word = fc.constantFrom('x', 'x*', '?', '*y', '5', '100m', '1h', '2Gi');
    fc.assert(
      fc.property(value, word, (found, wanted) => {
        expect(passes({ a: found }, { a: `!${wanted}` })).toBe(!passes({ a: found }, { a: wanted }));
      }),
    );
  });
});

describe('an anchor', () => {
  /** A pattern map under one key, and a resource map that may lack the key. */
  const pair = fc.tuple(resources.map, key, plain);

  it('X() asks that the key is not there', () => {
    fc.assert(
      fc.property(pair, ([resource, name, pattern]) => {
        expect(passes(resource, { [`X(${name})`]: pattern })).toBe(!Object.hasOwn(resource, name));
      }),
    );
  });

  it('=() asks as without it, if the key is there', () => {
    fc.assert(
      fc.property(pair, ([resource, name, pattern]) => {
        const expected = !Object.hasOwn(resource, name) || passes(resource, { [name]: pattern });
        expect(passes(resource, { [`=(${name})`]: pattern })).toBe(expected);
      }),
    );
  });

  it('() leaves out what does not meet it, and asks the rest of what does', () => {
    fc.assert(
      fc.property(pair, texts, ([resource, name, pattern], rest) => {
        const condition = passes(resource, { [name]: pattern });
        const found = statusOf(resource, { [`(${name})`]: pattern, q: rest });
        const expected = condition ? (passes(resource, { q: rest }) ? 'pass' : 'fail') : 'skip';
        expect(found).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('<() never fails: it is met or the pattern is skipped', () => {
    fc.assert(
      fc.property(pair, ([resource, name, pattern]) => {
        const met = !Object.hasOwn(resource, name) || passes(resource, { [name]: pattern });
        expect(statusOf(resource, { [`<(${name})`]: pattern })).toBe(met ? 'pass' : 'skip');
      }),
    );
  });

  it('^() asks for one element that does', () => {
    fc.assert(
      fc.property(fc.array(resources.map, { minLength: 1, maxLength: 3 }), plain, (list, pattern) => {
        const some = list.some((element) => passes(element, pattern));
        expect(passes({ list }, { '^(list)': [pattern] })).toBe(some);
      }),
    );
  });
});
