import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choicesOf } from './choices.ts';
import { namesOf, orderOf, withOrder } from './order.ts';

const order = fc.integer({ min: 1, max: 10_000 });

describe('choices', () => {
  it('are the usual ones without an order', () => {
    for (const seed of [0, 1, 7, 999, -5]) {
      expect(choicesOf(seed).order(['a', 'b', 'c'])).toEqual(['a', 'b', 'c']);
      expect(choicesOf(seed).pick(3)).toBe(0);
    }
  });

  it('leave a seed its names', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 0, max: 10_000 }), (seed, of) => {
        expect([namesOf(withOrder(seed, of)), orderOf(withOrder(seed, of))]).toEqual([seed, of]);
        expect(withOrder(withOrder(seed, of), 0)).toBe(seed);
      }),
    );
  });

  it('order a list without losing or making anything, alike for a seed', () => {
    fc.assert(
      fc.property(order, fc.array(fc.nat()), (of, list) => {
        const ordered = choicesOf(withOrder(1, of)).order(list);
        expect([...ordered].sort()).toEqual([...list].sort());
        expect(choicesOf(withOrder(1, of)).order(list)).toEqual(ordered);
      }),
    );
  });

  it('pick what there is', () => {
    fc.assert(
      fc.property(order, fc.integer({ min: 1, max: 50 }), (of, count) => {
        const picked = choicesOf(withOrder(1, of)).pick(count);
        expect(Number.isInteger(picked) && picked >= 0 && picked < count).toBe(true);
      }),
    );
  });

  it('reach every order of three within a few', () => {
    const orders = Array.from({ length: 40 }, (_, of) => choicesOf(withOrder(1, of)).order([1, 2, 3]).join());
    expect(new Set(orders).size).toBe(6);
  });
});
