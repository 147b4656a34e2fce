import type { Json } from '../../base/json.ts';
import { getList } from '../../base/json.ts';
import type { Session } from '../session.ts';
import { formatTable } from './table.ts';

/** `kubectl auth can-i --list`: what the user may do in the namespace, shortest last as kubectl sorts it. */
export function listRules(session: Session): void {
  const rows: [string, string, string, string][] = [];
  for (const rule of session.server.rulesOf(session.user, session.namespace)) {
    const strings = (key: string): readonly string[] => getList(rule, key).map((item: Json) => String(item));
    const tail = (urls: string): [string, string, string] => [
      `[${urls}]`,
      `[${strings('resourceNames').join(' ')}]`,
      `[${strings('verbs').join(' ')}]`,
    ];
    for (const group of strings('apiGroups'))
      for (const resource of strings('resources'))
        rows.push([group === '' ? resource : `${resource}.${group}`, ...tail('')]);
    const urls = strings('nonResourceURLs');
    if (urls.length > 0) rows.push(['', ...tail(urls.join(' '))]);
  }
  const unique = [...new Map(rows.map((row) => [row.join('\t'), row])).values()];
  unique.sort((a, b) => (a[0] < b[0] ? 1 : a[0] > b[0] ? -1 : 0));
  const header = ['Resources', 'Non-Resource URLs', 'Resource Names', 'Verbs'];
  session.write(formatTable(session.isOn('no-headers') ? unique : [header, ...unique]));
}
