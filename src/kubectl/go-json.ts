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

/** JSON as `json.MarshalIndent` writes it with four blanks, which is what `-o json` prints. */
export function formatGoJsonIndented(value: Json): string {
  return indented(value, '').replace(/[<>&\u2028\u2029]/g, (char) => ESCAPES[char] ?? char);
}

function indented(value: Json, pad: string): string {
  const inner = `${pad}    `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[\n${(value as readonly Json[]).map((item) => inner + indented(item, inner)).join(',\n')}\n${pad}]`;
  }
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort(byCodePoint);
  if (keys.length === 0) return '{}';
  const lines = keys.map((key) => `${inner}${JSON.stringify(key)}: ${indented(value[key] ?? null, inner)}`);
  return `{\n${lines.join(',\n')}\n${pad}}`;
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
