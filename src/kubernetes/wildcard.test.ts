import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { containsWildcard, matchWildcard } from './wildcard.ts';

const plain = fc.string().filter((text) => !containsWildcard(text));

describe('wildcards', () => {
  it('match everything with a star alone', () => {
    fc.assert(fc.property(fc.string(), (text) => matchWildcard('*', text)));
  });

  it('match a text without wildcards only with itself', () => {
    fc.assert(
      fc.property(plain, fc.string(), (pattern, text) => matchWildcard(pattern, text) === (pattern === text)),
    );
  });

  it('match whatever stands in a star’s place', () => {
    fc.assert(
      fc.property(plain, fc.string(), plain, (before, between, after) =>
        matchWildcard(`${before}*${after}`, `${before}${between}${after}`),
      ),
    );
  });

  it('take a question mark as one character, also outside the basic plane', () => {
    expect(matchWildcard('a?c', 'a😀c')).toBe(true);
    expect(matchWildcard('a?c', 'ac')).toBe(false);
  });

  it('agree with a search that tries everything', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 7 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 7 });
    fc.assert(
      fc.property(letters, text, (pattern, value) => matchWildcard(pattern, value) === naive(pattern, value)),
    );
  });

  it('answer a pattern of many stars that fits almost', () => {
    expect(matchWildcard(`${'*a'.repeat(500)}*b`, 'a'.repeat(5000))).toBe(false);
  });
});

function naive(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const rest = pattern.slice(1);
  if (pattern.startsWith('*'))
    return Array.from({ length: text.length + 1 }, (_, skip) => text.slice(skip)).some((tail) =>
      naive(rest, tail),
    );
  if (text === '') return false;
  return (pattern.startsWith('?') || pattern[0] === text[0]) && naive(rest, text.slice(1));
}
