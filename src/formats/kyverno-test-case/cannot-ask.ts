import type { Json } from '../../base/json.ts';
import { get, getList, getString, isObject } from '../../base/json.ts';

/** Context entries of a rule, wherever in it they stand. */
function entriesOf(value: Json): readonly Json[] {
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap(entriesOf);
  if (!isObject(value)) return [];
  return [...getList(value, 'context'), ...Object.values(value).flatMap(entriesOf)];
}

const VARIABLE = /\{\{(.*?)\}\}/g;

/** Whether a variable of the text asks for the entry. */
const asksFor = (text: string, name: string): boolean =>
  [...text.matchAll(VARIABLE)].some(([, query = '']) => query.split(/[^\w-]+/).includes(name));

/**
 * Why the CLI would not get the answers that a rule got from the API server or a service; undefined if it would.
 * `declared`: the test has answers to API calls of its own. `kind`: the trigger's.
 */
export function cannotAsk(rule: Json, kind: string, declared: boolean): string | undefined {
  const entries = entriesOf(rule);
  const names = entries.map((entry) => getString(entry, 'name') ?? '');
  for (const call of entries.map((entry) => get(entry, 'apiCall'))) {
    if (call === undefined) continue;
    const path = getString(call, 'urlPath') ?? '';
    const url = path === '' ? (getString(call, 'service', 'url') ?? '') : path;
    if (declared && names.some((name) => asksFor(url, name)))
      return 'the URL of its API call holds another context entry, which the CLI does not know yet when it looks for declared answers';
    const last = path.split('?')[0]?.split('/').at(-1) ?? '';
    if (last.startsWith(kind.toLowerCase()))
      return `it lists every ${kind}, and in the CLI's cluster the object itself is there already`;
  }
  return undefined;
}
