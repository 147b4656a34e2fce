import type { Json } from '../base/json.ts';
import { get, getString, isObject } from '../base/json.ts';
import { type KindSelector, parseKindSelector } from '../kubernetes/kind-selector.ts';
import type { GroupVersionKind, KubernetesObject } from '../kubernetes/object.ts';
import { matchWildcard } from '../kubernetes/wildcard.ts';

/** Kyverno's own namespace, as its chart installs it. */
export const KYVERNO_NAMESPACE = 'kyverno';

/** What the ConfigMap `kyverno` says (lifecycle A.2). */
export interface KyvernoConfiguration {
  isExcluded(
    username: string,
    groups: readonly string[],
    roles: readonly string[],
    clusterRoles: readonly string[],
  ): boolean;
  isFiltered(gvk: GroupVersionKind, subresource: string, namespace: string, name: string): boolean;
  /** Whether PolicyApplied Events are wanted. */
  readonly generateSuccessEvents: boolean;
  /** Actions of PolicyApplied Events that are wanted; empty: all. */
  readonly successEventActions: readonly string[];
  /** Most UpdateRequests at a time. */
  readonly updateRequestThreshold: number;
  /** The webhooks' namespaceSelector as a label selector; undefined if there is none. */
  readonly namespaceSelector: Json | undefined;
}

const UPDATE_REQUEST_THRESHOLD = 1000;

const CONFIG_MAPS = { group: '', version: 'v1', resource: 'configmaps' } as const;

/** The ConfigMap `kyverno` of a cluster, as the controllers' informers see it. */
export const configurationIn = (server: {
  lookup(resource: typeof CONFIG_MAPS, namespace: string, name: string): KubernetesObject | undefined;
}): KyvernoConfiguration => readConfiguration(server.lookup(CONFIG_MAPS, KYVERNO_NAMESPACE, 'kyverno'));

const known = new WeakMap<object, KyvernoConfiguration>();

/** Reads the ConfigMap, each object once; absent keys have the code's defaults, which exclude nothing. */
export function readConfiguration(configMap: Json | undefined): KyvernoConfiguration {
  if (!isObject(configMap)) return parseConfiguration(configMap);
  const configuration = known.get(configMap) ?? parseConfiguration(configMap);
  known.set(configMap, configuration);
  return configuration;
}

function parseConfiguration(configMap: Json | undefined): KyvernoConfiguration {
  const value = (key: string): string => getString(configMap, 'data', key) ?? '';
  const users = readExclusion(value('excludeUsernames'));
  const groups = readExclusion(value('excludeGroups'));
  const roles = readExclusion(value('excludeRoles'));
  const clusterRoles = readExclusion(value('excludeClusterRoles'));
  const filters = readResourceFilters(value('resourceFilters'));
  const excludesAny = [users, groups, roles, clusterRoles].some(({ exclusions }) => exclusions.length > 0);
  return {
    generateSuccessEvents: /^(1|t|T|true|TRUE|True)$/.test(value('generateSuccessEvents')),
    successEventActions: value('successEventActions')
      .split(',')
      .flatMap((action) => action.trim() || []),
    updateRequestThreshold: /^[+-]?\d{1,18}$/.test(value('updateRequestThreshold'))
      ? Number(value('updateRequestThreshold'))
      : UPDATE_REQUEST_THRESHOLD,
    namespaceSelector: readNamespaceSelector(value('webhooks')),
    isExcluded: (username, userGroups, userRoles, userClusterRoles) => {
      if (!excludesAny) return false;
      const parts = [
        { exclusion: users, values: [username] },
        { exclusion: groups, values: userGroups },
        { exclusion: roles, values: userRoles },
        { exclusion: clusterRoles, values: userClusterRoles },
      ];
      const hits = (key: keyof Exclusion): boolean =>
        parts.some(({ exclusion, values }) => matchesAny(exclusion[key], values));
      return !hits('inclusions') && hits('exclusions');
    },
    isFiltered: (gvk, subresource, namespace, name) =>
      filters.some((filter) => matchesFilter(filter, gvk, subresource, namespace, name)),
  };
}

interface Exclusion {
  readonly exclusions: readonly string[];
  /** Written with `!` in front: they win over every exclusion. */
  readonly inclusions: readonly string[];
}

function readExclusion(text: string): Exclusion {
  const entries = text.split(',').flatMap((entry) => entry.trim() || []);
  return {
    exclusions: entries.filter((entry) => !entry.startsWith('!')),
    inclusions: entries.filter((entry) => entry.startsWith('!')).map((entry) => entry.slice(1)),
  };
}

const matchesAny = (patterns: readonly string[], values: readonly string[]): boolean =>
  patterns.some((pattern) => values.some((value) => matchWildcard(pattern, value)));

interface ResourceFilter {
  readonly kind: KindSelector;
  readonly namespace: string;
  readonly name: string;
}

function readResourceFilters(text: string): readonly ResourceFilter[] {
  return [...text.matchAll(/\[([^[\]]*)\]/g)].map((match) => {
    const [kind = '', namespace = '', name = ''] = (match[1] ?? '').split(',').map((part) => part.trim());
    return { kind: parseKindSelector(kind), namespace, name };
  });
}

/** A Namespace object is also filtered by its own name in the place of the namespace (config.go). */
function matchesFilter(
  filter: ResourceFilter,
  gvk: GroupVersionKind,
  subresource: string,
  namespace: string,
  name: string,
): boolean {
  const { kind } = filter;
  if (
    !matchWildcard(kind.group, gvk.group) ||
    !matchWildcard(kind.version, gvk.version) ||
    !matchWildcard(kind.kind, gvk.kind) ||
    !matchWildcard(kind.subresource, subresource)
  )
    return false;
  if (matchWildcard(filter.namespace, namespace) && matchWildcard(filter.name, name)) return true;
  return gvk.group === '' && gvk.kind === 'Namespace' && matchWildcard(filter.namespace, name);
}

function readNamespaceSelector(webhooks: string): Json | undefined {
  if (webhooks === '') return undefined;
  try {
    const parsed: Json = JSON.parse(webhooks);
    const first = Array.isArray(parsed) ? parsed[0] : parsed;
    return get(first, 'namespaceSelector');
  } catch {
    return undefined;
  }
}
