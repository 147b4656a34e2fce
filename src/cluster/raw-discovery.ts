import type { Json, JsonObject } from '../base/json.ts';
import { formatApiVersion } from '../kubernetes/object.ts';
import type { Discovery, ResourceInfo } from './api.ts';

/** The Kubernetes that the simulated server is like. */
const VERSION: JsonObject = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.0',
  gitTreeState: 'clean',
  platform: 'linux/amd64',
};

/**
 * What a server says of itself, for everybody who is known: `/version`, `/api`, `/apis`, a group, a version of one.
 * Undefined for paths of resources.
 */
export function discoveryDocument({ resources }: Discovery, parts: readonly string[]): Json | undefined {
  const [root, group, version, ...more] = parts;
  if (more.length > 0) return undefined;
  if (root === 'version' && group === undefined) return VERSION;
  if (root === 'api')
    return group === undefined
      ? { kind: 'APIVersions', versions: ['v1'] }
      : version === undefined
        ? resourceList(resources, '', group)
        : undefined;
  if (root !== 'apis') return undefined;
  if (group === undefined)
    return {
      kind: 'APIGroupList',
      apiVersion: 'v1',
      groups: groupsOf(resources).map((name) => groupOf(resources, name)),
    };
  if (!groupsOf(resources).includes(group)) return undefined;
  if (version === undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(resources, group) };
  return resourceList(resources, group, version);
}

const groupsOf = (resources: readonly ResourceInfo[]): readonly string[] => [
  ...new Set(resources.map(({ group }) => group).filter((group) => group !== '')),
];

function groupOf(resources: readonly ResourceInfo[], name: string): JsonObject {
  const versions = [
    ...new Set(resources.filter(({ group }) => group === name).map(({ version }) => version)),
  ].map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions, preferredVersion: versions[0] ?? {} };
}

function resourceList(resources: readonly ResourceInfo[], group: string, version: string): Json | undefined {
  const served = resources.filter((info) => info.group === group && info.version === version);
  if (served.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    groupVersion: formatApiVersion({ group, version }),
    resources: served.flatMap((info) => [
      {
        name: info.resource,
        singularName: info.singular,
        namespaced: info.namespaced,
        kind: info.kind,
        verbs: [...info.verbs].sort(),
        ...(info.shortNames.length === 0 ? {} : { shortNames: info.shortNames }),
      },
      ...info.subresources.map((subresource) => ({
        name: `${info.resource}/${subresource}`,
        singularName: '',
        namespaced: info.namespaced,
        kind: subresource === 'scale' ? 'Scale' : info.kind,
        verbs: ['get', 'patch', 'update'],
      })),
    ]),
  };
}
