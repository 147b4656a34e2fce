import type { Json } from '../../base/json.ts';
import { isObject } from '../../base/json.ts';
import { formatFloat } from '../../expressions/jmespath/go-number.ts';

/**
 * Go keeps whole numbers of a policy's lists and maps as int64, but single values and what JMESPath answers as float64,
 * and prints and compares the two differently: `1000000` against `1e+06`.
 */
export type NumberKind = 'int' | 'float';

const formatNumber = (value: number, kind: NumberKind): string =>
  kind === 'int' && Number.isInteger(value) && Math.abs(value) < 2 ** 63
    ? BigInt(value).toString()
    : formatFloat(value);

const byText = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/** Deeper than any manifest that can be read; only a guard against running out of stack. */
const MAX_DEPTH = 1000;

/** A value as Go's fmt.Sprint prints it: `[a b]`, `map[k:v]` with sorted keys, `<nil>`. `kind` is that of its numbers. */
export function formatGo(value: Json | undefined, kind: NumberKind, depth = 0): string {
  if (depth > MAX_DEPTH) return '…';
  if (value === undefined || value === null) return '<nil>';
  if (typeof value === 'number') return formatNumber(value, kind);
  if (Array.isArray(value)) return `[${value.map((item) => formatGo(item, kind, depth + 1)).join(' ')}]`;
  if (!isObject(value)) return String(value);
  const entries = Object.entries(value).sort(([left], [right]) => byText(left, right));
  return `map[${entries.map(([key, item]) => `${key}:${formatGo(item, kind, depth + 1)}`).join(' ')}]`;
}

/** The Go type of a decoded JSON value, as `%T` prints it. */
export function goType(value: Json | undefined, kind: NumberKind): string {
  if (value === undefined || value === null) return '<nil>';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return kind === 'int' && Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'string') return 'string';
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}';
}
