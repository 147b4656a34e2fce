import type { Json } from '../../base/json.ts';
import { getList } from '../../base/json.ts';
import type { Session } from '../session.ts';
import { formatTable } from './table.ts';

interface Row {
  readonly group: string;
  readonly resource: string;
  readonly url: string;
  readonly name: string;
  verbs: readonly string[];
}

/**
 * `kubectl auth can-i --list`: what the user may do in the namespace. Rules are taken apart to one resource or path each and
 * the verbs of a resource put together, in the order of kubectl (component-helpers, CompactRules, SortableRuleSlice).
 */
export function listRules(session: Session): void {
  const rows = new Map<string, Row>();
  const add = (row: Row): void => {
    const key = JSON.stringify([row.group, row.resource, row.url, row.name, row.url === '' ? '' : row.verbs]);
    const known = rows.get(key);
    if (known === undefined) rows.set(key, row);
    else if (row.url === '') known.verbs = [...known.verbs, ...row.verbs];
  };
  for (const rule of session.server.rulesOf(session.user, session.namespace)) {
    const strings = (key: string): readonly string[] => getList(rule, key).map((item: Json) => String(item));
    const names = strings('resourceNames');
    for (const group of strings('apiGroups'))
      for (const resource of strings('resources'))
        for (const name of names.length === 0 ? [''] : names)
          add({ group, resource, url: '', name, verbs: strings('verbs') });
    for (const url of strings('nonResourceURLs'))
      for (const verb of strings('verbs')) add({ group: '', resource: '', url, name: '', verbs: [verb] });
  }
  const cells = [...rows.values()]
    .map((row) => ({ row, key: sortKey(row) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ row: { group, resource, url, name, verbs } }) => [
      group === '' ? resource : `${resource}.${group}`,
      `[${url}]`,
      `[${name}]`,
      `[${verbs.join(' ')}]`,
    ]);
  const header = ['Resources', 'Non-Resource URLs', 'Resource Names', 'Verbs'];
  session.write(formatTable(session.isOn('no-headers') ? cells : [header, ...cells]));
}

/** The text of a PolicyRule, which kubectl sorts by. */
const sortKey = ({ group, resource, url, name, verbs }: Row): string =>
  `Verbs:[${verbs.join(' ')}],APIGroups:[${group}],Resources:[${resource}],ResourceNames:[${name}],NonResourceURLs:[${url}],`;
