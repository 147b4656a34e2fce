import { get, getList, getString } from '../../base/json.ts';
import type { ResourceInfo } from '../../cluster/api.ts';
import { CRDS } from '../../cluster/custom-resources.ts';
import { compareVersions } from '../../cluster/discovery.ts';
import { formatApiVersion } from '../../kubernetes/object.ts';
import { textFailure } from '../failure.ts';
import { flag, flagList } from '../flags.ts';
import type { Session } from '../session.ts';
import { formatTable } from './table.ts';

/** The kubectl whose texts are told. */
const CLIENT = { version: 'v1.32.0', kustomize: 'v5.5.0', minor: 32 };

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

/** `kubectl api-resources`: one row a resource of its group's preferred version, by group and name. */
export function showApiResources(session: Session): void {
  const output = flag(session.args, 'output') ?? '';
  if (output !== '' && output !== 'wide' && output !== 'name') {
    session.fail(textFailure(`--output ${output} is not available`));
    return;
  }
  const rows = preferred(session.server.discovery().resources).filter((info) => isAsked(session, info));
  const by = flag(session.args, 'sort-by');
  const sorted = [...rows].sort((a, b) =>
    by === 'name'
      ? compare(a.resource, b.resource)
      : by === 'kind'
        ? compare(a.kind, b.kind)
        : compare(a.group, b.group) || compare(a.resource, b.resource),
  );
  if (output === 'name') {
    for (const { resource, group } of sorted) session.print(group === '' ? resource : `${resource}.${group}`);
    return;
  }
  const wide = output === 'wide';
  const header = [
    'NAME',
    'SHORTNAMES',
    'APIVERSION',
    'NAMESPACED',
    'KIND',
    ...(wide ? ['VERBS', 'CATEGORIES'] : []),
  ];
  const cells = sorted.map((info) => [
    info.resource,
    info.shortNames.join(','),
    formatApiVersion(info),
    String(info.namespaced),
    info.kind,
    ...(wide ? [[...info.verbs].sort().join(','), categories(session, info)] : []),
  ]);
  session.write(formatTable(session.isOn('no-headers') ? cells : [header, ...cells]));
}

function isAsked(session: Session, info: ResourceInfo): boolean {
  const group = flag(session.args, 'api-group');
  if (group !== undefined && info.group !== group) return false;
  const namespaced = flag(session.args, 'namespaced');
  if (namespaced !== undefined && info.namespaced !== (namespaced !== 'false')) return false;
  return flagList(session.args, 'verbs', true).every((verb) => info.verbs.includes(verb));
}

function categories(session: Session, { resource, group }: ResourceInfo): string {
  const crd = session.server.lookup({ ...CRDS, version: 'v1' }, '', `${resource}.${group}`);
  return getList(get(get(crd, 'spec'), 'names'), 'categories')
    .map(String)
    .join(',');
}

/** Of several versions of a resource the one that its group prefers. */
function preferred(resources: readonly ResourceInfo[]): readonly ResourceInfo[] {
  const best = new Map<string, ResourceInfo>();
  for (const info of resources) {
    const key = `${info.group}/${info.resource}`;
    const known = best.get(key);
    if (known === undefined || compareVersions(info.version, known.version) < 0) best.set(key, info);
  }
  return [...best.values()];
}

/** `kubectl api-versions`. */
export function showApiVersions(session: Session): void {
  const versions = new Set(session.server.discovery().resources.map(formatApiVersion));
  for (const version of [...versions].sort()) session.print(version);
}

/** `kubectl version`. */
export function showVersion(session: Session): void {
  session.print(`Client Version: ${CLIENT.version}`);
  session.print(`Kustomize Version: ${CLIENT.kustomize}`);
  if (session.isOn('client')) return;
  const version = session.server.raw(session.user, 'GET', '/version', undefined)?.body;
  session.print(`Server Version: ${getString(version, 'gitVersion') ?? ''}`);
  const minor = Number(getString(version, 'minor') ?? CLIENT.minor);
  if (Math.abs(minor - CLIENT.minor) > 1)
    session.printError(
      `WARNING: version difference between client (1.${CLIENT.minor}) and server (1.${minor}) exceeds the supported minor version skew of +/-1`,
    );
}

/** `kubectl auth whoami`. */
export function showUser(session: Session): void {
  const { username, uid, groups } = session.user;
  session.write(
    formatTable([
      ['ATTRIBUTE', 'VALUE'],
      ['Username', username],
      ...(uid === undefined ? [] : [['UID', uid]]),
      ['Groups', `[${groups.join(' ')}]`],
    ]),
  );
}
