import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addQuantity,
  compareQuantity,
  divideQuantity,
  formatQuantity,
  multiplyQuantity,
  parseQuantity,
  type Quantity,
  quantityOf,
  subtractQuantity,
} from './quantity.ts';

function quantity(text: string): Quantity {
  const parsed = parseQuantity(text);
  if (!parsed) throw new Error(`no quantity: ${text}`);
  return parsed;
}
/** Canonical text without the shortcut for texts that are already canonical. */
const canonical = (text: string): string => formatQuantity(addQuantity(quantity(text), quantityOf(0n)));

const texts = fc
  .tuple(
    fc.constantFrom('', '-', '+'),
    fc.nat({ max: 10_000_000 }),
    fc.option(fc.nat({ max: 99_999 }), { nil: undefined }),
    fc.constantFrom(
      '',
      'n',
      'u',
      'm',
      'k',
      'M',
      'G',
      'T',
      'P',
      'E',
      'Ki',
      'Mi',
      'Gi',
      'Ti',
      'e3',
      'E-2',
      'e+5',
    ),
  )
  .map(([sign, whole, part, suffix]) => `${sign}${whole}${part === undefined ? '' : `.${part}`}${suffix}`);

describe('a quantity', () => {
  test.each([
    ['1024Mi', '1Gi'],
    ['0.5', '500m'],
    ['1000m', '1'],
    ['1500m', '1500m'],
    ['1.5Gi', '1536Mi'],
    ['0.1Ki', '102400m'],
    ['1e3', '1e3'],
    ['1E3', '1e3'],
    ['12345678901234567890', '12345678901234567890'],
    ['1n', '1n'],
    ['0.1n', '1n'],
    ['100Ei', '9223372036854775807'],
    ['1000E', '1'],
    ['512Ki', '512Ki'],
    ['k', '0'],
    ['-', '0'],
    ['-1500m', '-1500m'],
  ])('%s is written %s', (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  test.each(['', 'abc', '1 Gi', '1g', '5-3', 'e', '1e', '0x1', '--1', '1Kib', '1e99999999', '.e-10'])(
    '%j is none',
    (text) => {
      expect(parseQuantity(text)).toBeUndefined();
    },
  );

  test('keeps the text that already counts as canonical', () => {
    expect(formatQuantity(quantity('1.500'))).toBe('1.500');
    expect(formatQuantity(quantity('+5'))).toBe('+5');
  });

  test('takes the format of the other side when it is zero', () => {
    expect(formatQuantity(addQuantity(quantity('0'), quantity('2048Ki')))).toBe('2Mi');
    expect(formatQuantity(addQuantity(quantity('1Ki'), quantity('1')))).toBe('1025');
  });

  test('divides to the finer scale of both sides', () => {
    expect(divideQuantity(quantity('10'), quantity('3'))?.unscaled).toBe(3n);
    expect(divideQuantity(quantity('10'), quantity('0'))).toBeUndefined();
  });

  test('parsing the canonical text gives the same value', () => {
    fc.assert(
      fc.property(texts, (text) => {
        // apimachinery has no suffix beyond E, so its text loses the magnitude there (1000E prints as 1).
        if (/\d\d.*E$|e\+5$/.test(text)) return;
        const value = quantity(text);
        const again = parseQuantity(canonical(text));
        expect(again && compareQuantity(value, again)).toBe(0);
      }),
    );
  });

  test('addition commutes, subtraction undoes it, comparison is antisymmetric', () => {
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        const [x, y] = [quantity(a), quantity(b)];
        expect(compareQuantity(addQuantity(x, y), addQuantity(y, x))).toBe(0);
        expect(compareQuantity(subtractQuantity(addQuantity(x, y), y), x)).toBe(0);
        expect(compareQuantity(x, y) + compareQuantity(y, x)).toBe(0);
        expect(compareQuantity(multiplyQuantity(x, y), multiplyQuantity(y, x))).toBe(0);
      }),
    );
  });

  test('compares as the fraction that it is', () => {
    const decimal: readonly (readonly [string, bigint, bigint])[] = [
      ['n', 1n, 10n ** 9n],
      ['u', 1n, 10n ** 6n],
      ['m', 1n, 1000n],
      ['', 1n, 1n],
      ['k', 1000n, 1n],
      ['Ki', 1024n, 1n],
      ['M', 10n ** 6n, 1n],
      ['Mi', 1024n ** 2n, 1n],
      ['e3', 1000n, 1n],
    ];
    const anyAmount = fc.tuple(fc.nat(5000), fc.constantFrom(...decimal)).map(([count, unit]) => ({
      text: `${count}${unit[0]}`,
      numerator: BigInt(count) * unit[1],
      denominator: unit[2],
    }));
    fc.assert(
      fc.property(anyAmount, anyAmount, (left, right) => {
        const difference = left.numerator * right.denominator - right.numerator * left.denominator;
        const order = difference < 0n ? -1 : difference > 0n ? 1 : 0;
        expect(compareQuantity(quantity(left.text), quantity(right.text))).toBe(order);
      }),
    );
  });
});
