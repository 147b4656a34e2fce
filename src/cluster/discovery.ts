import { get, getList, getPath, getString } from '../base/json.ts';
import type { GroupVersionKind, GroupVersionResource, KubernetesObject } from '../kubernetes/object.ts';
import { parseApiVersion } from '../kubernetes/object.ts';
import type { Discovery, ResourceInfo } from './api.ts';
import { BUILT_IN_RESOURCES } from './built-in-resources.ts';

const USUAL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

let builtIn: readonly ResourceInfo[] | undefined;

/** The resources of Kubernetes itself, read once from the table. */
export function builtInResources(): readonly ResourceInfo[] {
  builtIn ??= readTable(BUILT_IN_RESOURCES);
  return builtIn;
}

function readTable(table: string): readonly ResourceInfo[] {
  const resources: ResourceInfo[] = [];
  let groupVersion = { group: '', version: 'v1' };
  for (const line of table.split('\n')) {
    const [resource = '', kind, shortNames = '-', scope, subresources = '-', verbs] = line.split(' ');
    if (kind === undefined) {
      if (resource !== '') groupVersion = parseApiVersion(resource);
      continue;
    }
    resources.push({
      ...groupVersion,
      resource,
      kind,
      singular: kind.toLowerCase(),
      shortNames: shortNames === '-' ? [] : shortNames.split(','),
      namespaced: scope === 'N',
      verbs: verbs === undefined ? USUAL_VERBS : verbs.split(','),
      subresources: subresources === '-' ? [] : subresources.split(','),
    });
  }
  return resources;
}

/** The resources that a CustomResourceDefinition makes the server serve: one a served version, the storage version first. */
export function resourcesOfCrd(crd: KubernetesObject): readonly ResourceInfo[] {
  const spec = get(crd, 'spec');
  const kind = getString(spec, 'names', 'kind') ?? '';
  const strings = (list: readonly unknown[]): string[] =>
    list.filter((item): item is string => typeof item === 'string');
  const versions = getList(spec, 'versions').filter((version) => get(version, 'served') === true);
  return versions
    .map((version) => ({ version, name: getString(version, 'name') ?? '' }))
    .sort((left, right) => compareVersions(left.name, right.name))
    .map(({ version, name }) => ({
      group: getString(spec, 'group') ?? '',
      version: name,
      resource: getString(spec, 'names', 'plural') ?? '',
      kind,
      singular: getString(spec, 'names', 'singular') ?? kind.toLowerCase(),
      shortNames: strings(getList(spec, 'names', 'shortNames')),
      namespaced: getString(spec, 'scope') === 'Namespaced',
      verbs: USUAL_VERBS,
      subresources: ['scale', 'status'].filter(
        (name) => getPath(version, ['subresources', name]) !== undefined,
      ),
    }));
}

/** Kubernetes' version priority: stable before beta before alpha, then the higher number (version.CompareKubeAwareVersionStrings). */
export function compareVersions(left: string, right: string): number {
  const rank = (version: string): readonly number[] => {
    const match = /^v(\d{1,9})(?:(alpha|beta)(\d{1,9}))?$/.exec(version);
    if (match === null) return [-1, 0, 0];
    return [
      match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0,
      Number(match[1]),
      Number(match[3] ?? 0),
    ];
  };
  const [a, b] = [rank(left), rank(right)];
  for (let i = 0; i < 3; i += 1) {
    const difference = (b[i] ?? 0) - (a[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A discovery over the built-in resources and those of the CRDs. */
export function discoveryOf(crds: readonly KubernetesObject[]): Discovery {
  const resources = [...builtInResources(), ...crds.flatMap(resourcesOfCrd)];
  const byKind = new Map<string, ResourceInfo>();
  const byResource = new Map<string, ResourceInfo>();
  const names = new Map<string, ResourceInfo>();
  const offer = (name: string, info: ResourceInfo): void => {
    if (name !== '' && !names.has(name)) names.set(name, info);
  };
  for (const info of resources) {
    byKind.set(`${info.group}/${info.version}/${info.kind}`, info);
    byResource.set(`${info.group}/${info.version}/${info.resource}`, info);
  }
  for (const info of resources) offer(info.resource, info);
  for (const info of resources) offer(info.singular, info);
  for (const info of resources) for (const name of info.shortNames) offer(name, info);
  for (const info of resources) {
    for (const name of [info.resource, info.singular, ...info.shortNames]) {
      offer(`${name}.${info.group}`, info);
      offer(`${name}.${info.version}.${info.group}`, info);
    }
  }
  return {
    resources,
    byKind: (gvk: GroupVersionKind) => byKind.get(`${gvk.group}/${gvk.version}/${gvk.kind}`),
    byResource: (gvr: GroupVersionResource) => byResource.get(`${gvr.group}/${gvr.version}/${gvr.resource}`),
    byName: (name: string) => names.get(name.toLowerCase()),
  };
}
