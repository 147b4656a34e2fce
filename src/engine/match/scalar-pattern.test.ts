import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchScalar } from './scalar-pattern.ts';

describe('a scalar pattern', () => {
  it('matches the identical text whatever it holds', () => {
    fc.assert(fc.property(fc.string(), (text) => matchScalar(text, text)));
  });

  it('is met by exactly one of a number and its negation', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.nat(),
        (value, pattern) => matchScalar(value, String(pattern)) !== matchScalar(value, `!${pattern}`),
      ),
    );
  });

  it('takes a range as both of its ends', () => {
    fc.assert(
      fc.property(
        fc.nat(999),
        fc.nat(999),
        fc.nat(999),
        (value, low, high) =>
          matchScalar(value, `${low}-${high}`) ===
          (matchScalar(value, `>=${low}`) && matchScalar(value, `<=${high}`)),
      ),
    );
  });

  it('has a range and its complement exclude each other', () => {
    fc.assert(
      fc.property(
        fc.nat(999),
        fc.nat(999),
        fc.nat(999),
        (value, low, high) =>
          low > high || matchScalar(value, `${low}-${high}`) !== matchScalar(value, `${low}!-${high}`),
      ),
    );
  });

  it('holds “or” when either side holds and “and” when both do', () => {
    fc.assert(
      fc.property(fc.nat(99), fc.nat(99), fc.nat(99), (value, left, right) => {
        const [a, b] = [matchScalar(value, `>${left}`), matchScalar(value, `<${right}`)];
        return (
          matchScalar(value, `>${left} | <${right}`) === (a || b) &&
          matchScalar(value, `>${left} & <${right}`) === (a && b)
        );
      }),
    );
  });

  it('counts a missing value as zero, but never as a text', () => {
    expect(matchScalar(undefined, '<=1Gi')).toBe(true);
    expect(matchScalar(undefined, '!abc')).toBe(false);
    expect(matchScalar(undefined, '*')).toBe(false);
  });

  it('compares durations and quantities across units', () => {
    expect(matchScalar('60m', '1h')).toBe(true);
    expect(matchScalar('1Gi', '>1000Mi')).toBe(true);
  });

  it('answers a hostile text of blanks and bars', () => {
    expect(matchScalar('x', `${' '.repeat(20_000)}|${'a*'.repeat(2000)}`)).toBe(false);
  });
});
