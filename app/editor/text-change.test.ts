import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changeBetween } from './text-change.ts';

test('making the change gives the other text', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 12 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const { start, end, text: added } = changeBetween(before, after);
      expect(before.slice(0, start) + added + before.slice(end)).toBe(after);
    }),
  );
});

test('only the stretch that differs is touched', () => {
  expect(changeBetween('name: bad\nkind: x', 'name: good\nkind: x')).toEqual({
    start: 6,
    end: 8,
    text: 'goo',
  });
});
