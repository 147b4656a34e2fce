import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/json.ts';
import type { Behaviour } from '../../kyverno/behaviour.ts';
import { type ConditionScope, evaluateConditions } from './conditions.ts';

const scope: ConditionScope = {
  behaviour: { notEqualsAcrossTypes: true } as Behaviour,
  substitute: (document) => ({ value: document }),
  drainUsed: () => [],
};

function holds(conditions: Json): boolean {
  const result = evaluateConditions(conditions, scope);
  if ('error' in result) throw new Error(result.error);
  return result.holds;
}

const is = (key: Json, operator: string, value: Json): boolean => holds([{ key, operator, value }]);
const not = (condition: JsonObject): JsonObject => ({
  ...condition,
  operator: condition['operator'] === 'Equals' ? 'NotEquals' : 'Equals',
});

/** Texts without wildcards, ranges and JSON. */
const word = fc.constantFrom('a', 'b', 'c', 'ab', 'd');
const words = fc.array(word, { minLength: 1, maxLength: 4 });
const condition: fc.Arbitrary<JsonObject> = fc.record({
  key: fc.oneof(word, fc.nat(3), fc.boolean()),
  operator: fc.constantFrom('Equals', 'NotEquals'),
  value: fc.oneof(word, fc.nat(3), fc.boolean()),
});
const block = fc.array(condition, { minLength: 1, maxLength: 4 });

describe('blocks of conditions', () => {
  it('follow De Morgan', () => {
    fc.assert(
      fc.property(block, (conditions) => {
        expect(holds({ any: conditions })).toBe(!holds({ all: conditions.map(not) }));
        expect(holds({ all: conditions })).toBe(!holds({ any: conditions.map(not) }));
      }),
    );
  });

  it('hold together when each of them does', () => {
    fc.assert(
      fc.property(block, block, (any, all) => {
        expect(holds({ any, all })).toBe(holds({ any }) && holds({ all }));
      }),
    );
  });

  it('are the same as a list and as `all`', () => {
    fc.assert(fc.property(block, (all) => holds(all) === holds({ all })));
  });

  it('do not mind the order of their conditions', () => {
    fc.assert(
      fc.property(block, (conditions) => {
        const turned = conditions.toReversed();
        expect(holds({ any: turned })).toBe(holds({ any: conditions }));
        expect(holds({ all: turned })).toBe(holds({ all: conditions }));
      }),
    );
  });

  it('stop at the condition that settles them: what stands behind it cannot be an error', () => {
    const broken = { key: 'a', operator: 'Nonsense', value: 'a' };
    const yes = { key: 'a', operator: 'Equals', value: 'a' };
    expect(holds({ any: [yes, broken] })).toBe(true);
    expect(holds({ all: [not(yes), broken] })).toBe(false);
    expect(evaluateConditions({ all: [yes, broken] }, scope)).toHaveProperty('error');
  });
});

describe('membership', () => {
  it('of one text is in the list or not', () => {
    fc.assert(
      fc.property(word, words, (key, value) => {
        const expected = value.includes(key);
        for (const operator of ['In', 'AnyIn', 'AllIn']) expect(is(key, operator, value)).toBe(expected);
        for (const operator of ['NotIn', 'AnyNotIn', 'AllNotIn'])
          expect(is(key, operator, value)).toBe(!expected);
      }),
    );
  });

  it('of a list is that of its texts, some or all of them', () => {
    fc.assert(
      fc.property(words, words, (keys, value) => {
        expect(is(keys, 'AnyIn', value)).toBe(keys.some((key) => value.includes(key)));
        expect(is(keys, 'AllIn', value)).toBe(keys.every((key) => value.includes(key)));
        expect(is(keys, 'AnyNotIn', value)).toBe(!is(keys, 'AllIn', value));
        expect(is(keys, 'AllNotIn', value)).toBe(!is(keys, 'AnyIn', value));
      }),
    );
  });

  it('in a range is between its ends', () => {
    fc.assert(
      fc.property(fc.nat(99), fc.nat(99), fc.nat(99), (key, low, high) => {
        const inside = is(key, 'GreaterThanOrEquals', low) && is(key, 'LessThanOrEquals', high);
        expect(is(key, 'AnyIn', `${low}-${high}`)).toBe(inside);
        expect(is([key], 'AllIn', `${low}-${high}`)).toBe(inside);
      }),
    );
  });
});

describe('orderings', () => {
  const number = fc.integer({ min: -999, max: 999 });
  const quantity = fc
    .tuple(fc.nat(2000), fc.constantFrom('', 'm', 'Ki', 'M'))
    .map(([n, unit]) => `${n}${unit}`);
  const duration = fc.tuple(fc.nat(2000), fc.constantFrom('s', 'm', 'h')).map(([n, unit]) => `${n}${unit}`);

  it.each([
    ['numbers', number],
    ['quantities', quantity],
    ['durations', duration],
  ])('of %s: one of less, equal and greater, and each with its opposite', (_, side) => {
    fc.assert(
      fc.property(side as fc.Arbitrary<Json>, side as fc.Arbitrary<Json>, (key, value) => {
        const less = is(key, 'LessThan', value);
        const greater = is(key, 'GreaterThan', value);
        expect(less && greater).toBe(false);
        expect(is(key, 'LessThanOrEquals', value)).toBe(!greater);
        expect(is(key, 'GreaterThanOrEquals', value)).toBe(!less);
        expect(is(value, 'GreaterThan', key)).toBe(less);
      }),
    );
  });
});
