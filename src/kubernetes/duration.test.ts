import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration, readDuration } from './duration.ts';

describe('a duration', () => {
  test.each([
    ['1h30m', '1h30m0s'],
    ['90s', '1m30s'],
    ['1.5s', '1.5s'],
    ['-2h', '-2h0m0s'],
    ['0', '0s'],
    ['1500us', '1.5ms'],
    ['1µs', '1µs'],
    ['.5m', '30s'],
    ['1.h', '1h0m0s'],
    ['2562047h47m16.854775807s', '2562047h47m16.854775807s'],
    ['-9223372036854775808ns', '-2562047h47m16.854775808s'],
  ])('%s is written %s', (text, expected) => {
    expect(formatDuration(parseDuration(text) ?? -1n)).toBe(expected);
  });

  test.each([
    ['', 'time: invalid duration ""'],
    ['3', 'time: missing unit in duration "3"'],
    ['1d', 'time: unknown unit "d" in duration "1d"'],
    ['.s', 'time: invalid duration ".s"'],
    ['9223372036854775808ns', 'time: invalid duration "9223372036854775808ns"'],
    ['é', 'time: invalid duration "\\xc3\\xa9"'],
  ])('%j is refused with Go’s text', (text, error) => {
    expect(readDuration(text)).toEqual({ error });
  });

  test('its text reads back as itself', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 52n), max: 2n ** 52n }), (value) => {
        expect(parseDuration(formatDuration(value))).toBe(value);
      }),
    );
  });

  test('of several parts is the sum of their durations, negative as a whole', () => {
    const part = fc.tuple(fc.nat(999), fc.constantFrom('ns', 'us', 'ms', 's', 'm', 'h'));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const texts = parts.map(([count, unit]) => `${count}${unit}`);
        const sum = texts.reduce((total, text) => total + (parseDuration(text) ?? 0n), 0n);
        expect(parseDuration(texts.join(''))).toBe(sum);
        expect(parseDuration(`-${texts.join('')}`)).toBe(-sum);
      }),
    );
  });
});
