import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../base/json.ts';
import type { Behaviour } from '../../../kyverno/behaviour.ts';
import { findOperator } from './index.ts';

const behaviour = (notEqualsAcrossTypes: boolean): Behaviour => ({ notEqualsAcrossTypes }) as Behaviour;

function test(operator: string, key: Json, value: Json, latest = true): boolean | undefined {
  return findOperator(operator)?.(
    { value: key, numbers: 'int' },
    { value, numbers: 'int' },
    behaviour(latest),
  );
}

const scalar = fc.oneof(fc.string(), fc.integer(), fc.double({ noNaN: true }), fc.boolean());
const json = fc.jsonValue().map((value) => value as Json);

describe('operators', () => {
  it('make NotEquals the opposite of Equals for every key but null', () => {
    const key = json.filter((value) => value !== null);
    fc.assert(fc.property(key, json, (k, v) => test('NotEquals', k, v) !== test('Equals', k, v)));
  });

  it('are all false for a null key', () => {
    for (const operator of ['Equals', 'NotEquals', 'AnyIn', 'AnyNotIn', 'AllNotIn', 'NotIn', 'LessThan'])
      expect(test(operator, null, 'x')).toBe(false);
  });

  it('make AnyIn and AllIn one for a single key', () => {
    fc.assert(fc.property(scalar, json, (k, v) => test('AnyIn', k, v) === test('AllIn', k, v)));
  });

  it('never hold both In and NotIn of one kind', () => {
    fc.assert(
      fc.property(scalar, json, (k, v) => !(test('AnyIn', k, v) === true && test('AnyNotIn', k, v) === true)),
    );
  });

  it('order numbers as numbers, in every notation', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer(),
        (k, v) =>
          test('GreaterThan', k, v) === k > v &&
          test('LessThanOrEquals', String(k), String(v)) === k <= v &&
          test('GreaterThanOrEquals', k, String(v)) === k >= v,
      ),
    );
  });

  it('order versions by their parts', () => {
    expect(test('GreaterThan', '1.10.0', '1.9.0')).toBe(true);
    expect(test('LessThan', '1.2.3-rc1', '1.2.3')).toBe(true);
    expect(test('GreaterThan', 'v1.10.0', '1.9.0')).toBe(false);
  });

  it('let a quantity differ from a text only since 1.19', () => {
    expect(test('NotEquals', '3', '2a', true)).toBe(true);
    expect(test('NotEquals', '3', '2a', false)).toBe(false);
    expect(test('NotEquals', '3', '', false)).toBe(true);
  });

  it('survive list keys that crash Kyverno', () => {
    expect(test('In', [1, { a: 1 }], ['1'])).toBe(false);
  });

  it('compare deep values without running out of stack', () => {
    let deep: Json = 1;
    for (let depth = 0; depth < 500; depth += 1) deep = [deep];
    expect(test('Equals', deep, deep)).toBe(true);
  });
});
