import type { Json } from '../../base/json.ts';
import { formatGoJson } from '../go-json.ts';
import type { Column } from './columns.ts';
import { parseJsonPath, valuesAt } from './json-path.ts';

/** Reads `NAME:.metadata.name,K:.data.k`; the error is kubectl's text. */
export function readCustomColumns(
  spec: string,
): { readonly columns: readonly Column[] } | { readonly error: string } {
  if (spec === '') return { error: 'custom-columns format specified but no custom columns given' };
  const columns: Column[] = [];
  for (const part of spec.split(',')) {
    const colon = part.indexOf(':');
    if (colon < 0)
      return { error: `unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>` };
    const path = part.slice(colon + 1);
    const parsed = parseJsonPath(path.includes('{') ? path : `{${path.startsWith('.') ? '' : '.'}${path}}`);
    if ('error' in parsed) return { error: parsed.error };
    columns.push({
      name: part.slice(0, colon),
      wide: false,
      cell: (object) => {
        const values = valuesAt(parsed.template, object);
        return values.length === 0 ? '<none>' : values.map(cellText).join(',');
      },
    });
  }
  return { columns };
}

/** Go's `%v`, in which a map has another look than JSON. */
function cellText(value: Json): string {
  if (value === null) return '<nil>';
  return typeof value === 'object' ? goValue(value) : String(value);
}

function goValue(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(goValue).join(' ')}]`;
  if (value !== null && typeof value === 'object')
    return `map[${Object.keys(value)
      .sort()
      .map((key) => `${key}:${goValue((value as Readonly<Record<string, Json>>)[key] ?? null)}`)
      .join(' ')}]`;
  return typeof value === 'string' ? value : formatGoJson(value);
}
