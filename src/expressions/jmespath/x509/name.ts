import type { Json, JsonObject } from '../../../base/json.ts';
import { childrenOf, type Der, oidOf, TAG, textOf } from './der.ts';

/** Attributes of a distinguished name (2.5.4.n) that Go's pkix.Name has lists for. */
const LISTS: ReadonlyMap<number, string> = new Map([
  [6, 'Country'],
  [7, 'Locality'],
  [8, 'Province'],
  [9, 'StreetAddress'],
  [10, 'Organization'],
  [11, 'OrganizationalUnit'],
  [17, 'PostalCode'],
]);
const COMMON_NAME = 3;
const SERIAL_NUMBER = 5;

/** A distinguished name as the JSON of Go's pkix.Name. */
export function readName(name: Der | undefined): JsonObject {
  const names: Json[] = [];
  const lists = new Map<string, string[]>();
  let commonName = '';
  let serialNumber = '';
  for (const set of childrenOf(name))
    for (const attribute of childrenOf(set, TAG.set)) {
      const [type, content] = childrenOf(attribute);
      const oid = oidOf(type);
      const value = textOf(content);
      names.push({ Type: oid, Value: value });
      if (oid.length !== 4 || oid.slice(0, 3).join('.') !== '2.5.4') continue;
      const kind = oid[3] ?? 0;
      const list = LISTS.get(kind);
      if (list !== undefined) lists.set(list, [...(lists.get(list) ?? []), value]);
      else if (kind === COMMON_NAME) commonName = value;
      else if (kind === SERIAL_NUMBER) serialNumber = value;
    }
  return {
    ...Object.fromEntries([...LISTS.values()].map((list) => [list, lists.get(list) ?? null])),
    CommonName: commonName,
    SerialNumber: serialNumber,
    Names: names.length > 0 ? names : null,
    ExtraNames: null,
  };
}
