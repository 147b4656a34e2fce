/** What a plain scalar stands for. */
export type ScalarValue = string | number | boolean | null;

const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    (word) => [word, true] as const,
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (word) => [word, false] as const,
  ),
]);

/** Plain scalars that only look like numbers to YAML and have no place in JSON. */
export const NOT_A_JSON_NUMBER = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

const DECIMAL = /^[-+]?[0-9]+$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const RADIX: readonly (readonly [RegExp, number])[] = [
  [/^([-+]?)0[xX]([0-9a-fA-F]+)$/, 16],
  [/^([-+]?)0[oO]([0-7]+)$/, 8],
  [/^([-+]?)0[bB]([01]+)$/, 2],
  [/^([-+]?)0([0-7]+)$/, 8],
];

/**
 * A plain scalar as kubectl and Kyverno read it: sigs.k8s.io/yaml, that is go-yaml 2 decoding into an interface. YAML 1.1
 * booleans (`yes`, `off`, `y`), leading zero octal (`010` is 8, `08` the number 8), `_` in numbers; timestamps stay text,
 * and there are no base 60 numbers (recorded: SURPRISES.md, CLI and parse_yaml).
 */
export function resolvePlain(text: string): ScalarValue {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (!/^[-+.0-9]/.test(text)) return text;
  if (text.startsWith('.')) return FLOAT.test(text) ? Number(text) : text;
  const plain = text.replaceAll('_', '');
  for (const [pattern, radix] of RADIX) {
    const [, sign, digits] = pattern.exec(plain) ?? [];
    if (digits !== undefined) return Number.parseInt(digits, radix) * (sign === '-' ? -1 : 1);
  }
  return (DECIMAL.test(plain) || FLOAT.test(plain)) && Number.isFinite(Number(plain)) ? Number(plain) : text;
}

/** A mapping's key as JSON text: sigs.k8s.io/yaml turns booleans and numbers into text; null has none. */
export function keyText(value: ScalarValue): string | undefined {
  return value === null ? undefined : String(value);
}
