import type { Json } from '../base/json.ts';
import { isObject } from '../base/json.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** JSON as Go's encoding/json writes a map: keys sorted, no blanks, `<`, `>` and `&` escaped. */
export function formatGoJson(value: Json): string {
  return compact(value).replace(/[<>&\u2028\u2029]/g, (char) => ESCAPES[char] ?? char);
}

function compact(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((item: Json) => compact(item)).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.keys(value)
    .sort(byCodePoint)
    .map((key) => `${JSON.stringify(key)}:${compact(value[key] ?? null)}`);
  return `{${entries.join(',')}}`;
}

const byCodePoint = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
