import type { Json, JsonObject } from '../base/json.ts';
import { get, getList, getObject, getPath, getString } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../kubernetes/object.ts';
import {
  addQuantity,
  compareQuantity,
  formatQuantity,
  type Quantity,
  quantityOf,
  subtractQuantity,
} from '../kubernetes/quantity.ts';
import type { Discovery, ResourceInfo, StatusFailure } from './api.ts';
import { type Amounts, amountsOf, plus, podAmounts, qosClass, quantityIn } from './pod-resources.ts';
import { forbidden, qualifiedResource } from './status.ts';

/*
 * ResourceQuota: what objects use of it (pkg/quota/v1/evaluator/core), the admission plugin (apiserver,
 * plugin/resourcequota), and the status that its controller keeps up.
 */

type Kind = Pick<ResourceInfo, 'group' | 'resource'>;

/** Kinds that a quota counts under their bare name as well. */
const BARE = [
  'configmaps',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
];
const ONE = quantityOf(1n);
const ZERO = quantityOf(0n);
/** What each container must say once a quota limits it (core/pods.go, validationSet). */
const MUST_BE_SAID = ['cpu', 'limits.cpu', 'limits.memory', 'memory', 'requests.cpu', 'requests.memory'];

const isCore = (info: Kind, resource: string): boolean => info.group === '' && info.resource === resource;

/** What one object uses, by the names that quotas have for it. */
function usageOf(info: Kind, object: KubernetesObject): Amounts {
  const usage = new Map<string, Quantity>([[`count/${qualifiedResource(info)}`, ONE]]);
  if (isCore(info, 'pods')) {
    if (['Failed', 'Succeeded'].includes(getString(object, 'status', 'phase') ?? '')) return usage;
    for (const [key, value] of computeUsage(podAmounts(object, 'requests'), podAmounts(object, 'limits')))
      usage.set(key, value);
    usage.set('pods', ONE);
    return usage;
  }
  if (info.group === '' && BARE.includes(info.resource)) usage.set(info.resource, ONE);
  if (isCore(info, 'services')) {
    const type = getString(object, 'spec', 'type');
    const ports = quantityOf(BigInt(getList(object, 'spec', 'ports').length));
    if (type === 'NodePort') usage.set('services.nodeports', ports);
    if (type === 'LoadBalancer') {
      usage.set('services.loadbalancers', ONE);
      if (getPath(object, ['spec', 'allocateLoadBalancerNodePorts']) !== false)
        usage.set('services.nodeports', ports);
    }
  }
  if (isCore(info, 'persistentvolumeclaims')) {
    const storage = quantityIn(getPath(object, ['spec', 'resources', 'requests', 'storage']));
    const storageClass = getString(object, 'spec', 'storageClassName');
    const suffix = '.storageclass.storage.k8s.io';
    if (storageClass) usage.set(`${storageClass}${suffix}/persistentvolumeclaims`, ONE);
    if (storage !== undefined) {
      usage.set('requests.storage', storage);
      if (storageClass) usage.set(`${storageClass}${suffix}/requests.storage`, storage);
    }
  }
  return usage;
}

function computeUsage(requests: Amounts, limits: Amounts): Amounts {
  const usage = new Map<string, Quantity>();
  for (const [key, value] of requests) {
    const bare = ['cpu', 'memory', 'ephemeral-storage'].includes(key) || key.startsWith('hugepages-');
    if (bare) usage.set(key, value);
    if (bare || key.includes('/')) usage.set(`requests.${key}`, value);
  }
  for (const [key, value] of limits)
    if (['cpu', 'memory', 'ephemeral-storage'].includes(key)) usage.set(`limits.${key}`, value);
  return usage;
}

/** Whether a quota's scopes hold for an object; scopes are about Pods. */
function inScope(quota: KubernetesObject, info: Kind, object: KubernetesObject): boolean {
  const scopes = getList(quota, 'spec', 'scopes').map(
    (scope): Json => ({ scopeName: scope, operator: 'Exists' }),
  );
  const all = [...scopes, ...getList(quota, 'spec', 'scopeSelector', 'matchExpressions')];
  return all.length === 0 || (isCore(info, 'pods') && all.every((scope) => matchesScope(scope, object)));
}

function matchesScope(scope: Json, pod: KubernetesObject): boolean {
  const ends = typeof getPath(pod, ['spec', 'activeDeadlineSeconds']) === 'number';
  const best = qosClass(pod) === 'BestEffort';
  switch (getString(scope, 'scopeName')) {
    case 'Terminating':
      return ends;
    case 'NotTerminating':
      return !ends;
    case 'BestEffort':
      return best;
    case 'NotBestEffort':
      return !best;
    case 'PriorityClass': {
      const name = getString(pod, 'spec', 'priorityClassName') ?? '';
      const values = getList(scope, 'values');
      switch (getString(scope, 'operator')) {
        case 'In':
          return values.includes(name);
        case 'NotIn':
          return !values.includes(name);
        case 'DoesNotExist':
          return name === '';
        default:
          return name !== '';
      }
    }
    case 'CrossNamespacePodAffinity':
      return ['podAffinity', 'podAntiAffinity'].some((kind) =>
        [
          ...getList(pod, 'spec', 'affinity', kind, 'requiredDuringSchedulingIgnoredDuringExecution'),
          ...getList(pod, 'spec', 'affinity', kind, 'preferredDuringSchedulingIgnoredDuringExecution').map(
            (one) => get(one, 'podAffinityTerm') ?? null,
          ),
        ].some(
          (term) => getList(term, 'namespaces').length > 0 || get(term, 'namespaceSelector') !== undefined,
        ),
      );
    default:
      return false;
  }
}

const usedOf = (quota: KubernetesObject, info: Kind, objects: readonly KubernetesObject[]): Amounts =>
  objects
    .filter((object) => inScope(quota, info, object))
    .map((object) => usageOf(info, object))
    .reduce(plus, new Map());

/** What is asked of the plugin: an object that is to be stored, in the place of `old` on an update. */
export interface QuotaRequest {
  readonly info: ResourceInfo;
  readonly object: KubernetesObject;
  readonly old?: KubernetesObject | undefined;
  /** Objects of the resource that are in the namespace now. */
  readonly stored: readonly KubernetesObject[];
}

/** Kinds whose updates count as well. */
const COUNTS_UPDATES = ['services', 'persistentvolumeclaims'];

/**
 * The admission plugin ResourceQuota, the last one, after the webhooks: a write that would exceed what a quota of the
 * namespace allows is refused. Usage is counted from what is stored, so that no status has to be waited for.
 */
export function quotaRefusal(
  quotas: readonly KubernetesObject[],
  request: QuotaRequest,
): StatusFailure | undefined {
  const { info, object, old, stored } = request;
  if (old !== undefined && !(info.group === '' && COUNTS_UPDATES.includes(info.resource))) return undefined;
  const usage = usageOf(info, object);
  const before = old === undefined ? new Map<string, Quantity>() : usageOf(info, old);
  const asked = [...usage].flatMap(([key, value]): [string, Quantity][] => {
    const more = subtractQuantity(value, before.get(key) ?? ZERO);
    return more.unscaled > 0n ? [[key, before.has(key) ? more : value]] : [];
  });
  const inOrder = [...quotas].sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1));
  const matching = inOrder.filter((quota) => inScope(quota, info, object));
  for (const quota of matching) {
    const missing = isCore(info, 'pods') ? unsaid(quota, object) : '';
    if (missing !== '')
      return forbidden(info, nameOf(object), `failed quota: ${nameOf(quota)}: must specify ${missing}`);
  }
  for (const quota of matching) {
    const hard = amountsOf(get(get(quota, 'spec'), 'hard'));
    const used = usedOf(quota, info, stored);
    const exceeded = asked
      .filter(([key, value]) => {
        const limit = hard.get(key);
        return limit !== undefined && compareQuantity(limit, addQuantity(used.get(key) ?? ZERO, value)) < 0;
      })
      .sort(([left], [right]) => (left < right ? -1 : 1));
    if (exceeded.length === 0) continue;
    const list = (of: (key: string, value: Quantity) => Quantity): string =>
      exceeded.map(([key, value]) => `${key}=${formatQuantity(of(key, value))}`).join(',');
    const why = [
      `exceeded quota: ${nameOf(quota)}`,
      `requested: ${list((_, value) => value)}`,
      `used: ${list((key) => used.get(key) ?? ZERO)}`,
      `limited: ${list((key) => hard.get(key) ?? ZERO)}`,
    ].join(', ');
    return forbidden(info, nameOf(object), why);
  }
  return undefined;
}

/** What a Pod's containers leave unsaid of what a quota limits: `limits.cpu for: c; memory for: a,c`. */
function unsaid(quota: KubernetesObject, pod: KubernetesObject): string {
  const hard = getObject(quota, 'spec', 'hard');
  const containers = ['containers', 'initContainers'].flatMap((key) => getList(pod, 'spec', key));
  return MUST_BE_SAID.filter((key) => Object.hasOwn(hard, key))
    .flatMap((key) => {
      const names = containers
        .filter((one) => {
          const [requests, limits] = ['requests', 'limits'].map((part) =>
            amountsOf(get(get(one, 'resources'), part)),
          );
          return !computeUsage(requests ?? new Map(), limits ?? new Map()).has(key);
        })
        .map((one) => getString(one, 'name') ?? '');
      return names.length === 0 ? [] : [`${key} for: ${[...new Set(names)].sort().join(',')}`];
    })
    .join('; ');
}

/** The cluster as a quota's status is counted from it. */
export interface QuotaReader {
  discovery(): Discovery;
  listAll(resource: ResourceInfo, namespace: string): readonly KubernetesObject[];
}

/** A quota with the status that its controller keeps up: what is allowed, and what is used of it. */
export function withQuotaStatus(quota: KubernetesObject, server: QuotaReader): KubernetesObject {
  const hard = getObject(quota, 'spec', 'hard');
  const keys = Object.keys(hard);
  const used = new Map<string, Quantity>();
  for (const info of countedBy(keys, server.discovery()))
    for (const [key, value] of usedOf(quota, info, server.listAll(info, namespaceOf(quota))))
      used.set(key, value);
  const counted: JsonObject = Object.fromEntries(
    keys.map((key) => [key, formatQuantity(used.get(key) ?? ZERO)]),
  );
  const allowed: JsonObject = Object.fromEntries(
    [...amountsOf(hard)].map(([key, value]) => [key, formatQuantity(value)]),
  );
  return { ...quota, status: { ...getObject(quota, 'status'), hard: allowed, used: counted } };
}

/** The resources whose objects a quota counts. */
function countedBy(keys: readonly string[], discovery: Discovery): readonly ResourceInfo[] {
  const names = keys.map((key) => {
    if (key.startsWith('count/')) return key.slice('count/'.length);
    if (key.includes('storage') && !key.includes('ephemeral')) return 'persistentvolumeclaims';
    if (key.startsWith('services')) return 'services';
    return BARE.includes(key) ? key : 'pods';
  });
  return [...new Set(names)].flatMap((name) => {
    const dot = name.indexOf('.');
    const [resource, group] = dot < 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot + 1)];
    const found = discovery.resources.find((one) => one.resource === resource && one.group === group);
    return found?.namespaced === true ? [found] : [];
  });
}
