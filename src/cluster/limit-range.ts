import type { Json, JsonObject } from '../base/json.ts';
import { get, getList, getObject, getString, isObject, setKey } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf } from '../kubernetes/object.ts';
import { compareQuantity, formatQuantity, type Quantity } from '../kubernetes/quantity.ts';
import type { ResourceInfo, StatusFailure } from './api.ts';
import { type Amounts, amountsOf, podAmounts } from './pod-resources.ts';
import { forbidden } from './status.ts';
import { withMetadata } from './store.ts';

/** The admission plugin LimitRanger (plugin/pkg/admission/limitranger): defaults before the webhooks, bounds before the validating ones. */

const ANNOTATION = 'kubernetes.io/limit-ranger';

/** A Pod with the requests and limits that the namespace's LimitRanges have for containers that say nothing. */
export function withLimitDefaults(
  pod: KubernetesObject,
  ranges: readonly KubernetesObject[],
): KubernetesObject {
  return ranges.reduce(applyDefaults, pod);
}

function applyDefaults(pod: KubernetesObject, range: KubernetesObject): KubernetesObject {
  const requests = new Map<string, Json>();
  const limits = new Map<string, Json>();
  for (const item of itemsOf(range, 'Container')) {
    for (const [key, value] of Object.entries(getObject(item, 'defaultRequest'))) requests.set(key, value);
    for (const [key, value] of Object.entries(getObject(item, 'default'))) limits.set(key, value);
  }
  const told: string[] = [];
  const change =
    (kind: string) =>
    (container: Json): Json => {
      if (!isObject(container)) return container;
      const name = getString(container, 'name') ?? '';
      const resources: Record<string, Json> = { ...getObject(container, 'resources') };
      for (const [part, defaults] of [
        ['request', requests],
        ['limit', limits],
      ] as const) {
        const own = getObject(container, 'resources', `${part}s`);
        const added = [...defaults].filter(([key]) => !Object.hasOwn(own, key));
        if (added.length === 0) continue;
        const whole: Record<string, Json> = { ...own };
        for (const [key, value] of added) setKey(whole, key, value);
        resources[`${part}s`] = whole;
        told.push(
          `${added
            .map(([key]) => key)
            .sort()
            .join(', ')} ${part} for ${kind} ${name}`,
        );
      }
      return { ...container, resources };
    };
  const containers = getList(pod, 'spec', 'containers').map(change('container'));
  const inits = getList(pod, 'spec', 'initContainers').map(change('init container'));
  if (told.length === 0) return pod;
  const annotations = {
    ...getObject(pod, 'metadata', 'annotations'),
    [ANNOTATION]: `LimitRanger plugin set: ${told.join('; ')}`,
  };
  const spec: JsonObject = {
    ...getObject(pod, 'spec'),
    containers,
    ...(inits.length === 0 ? {} : { initContainers: inits }),
  };
  return withMetadata({ ...pod, spec }, { annotations });
}

const itemsOf = (range: KubernetesObject, type: string): readonly Json[] =>
  getList(range, 'spec', 'limits').filter((item) => getString(item, 'type') === type);

/** Why a namespace's LimitRanges refuse a new Pod or a claim; undefined if they do not. */
export function limitRefusal(
  ranges: readonly KubernetesObject[],
  info: ResourceInfo,
  object: KubernetesObject,
): StatusFailure | undefined {
  for (const range of ranges) {
    const problems = info.resource === 'pods' ? podProblems(range, object) : claimProblems(range, object);
    const [first] = problems;
    if (first === undefined) continue;
    const unique = [...new Set(problems)];
    const text = unique.length === 1 ? first : `[${unique.join(', ')}]`;
    return forbidden(info, nameOf(object), text);
  }
  return undefined;
}

function podProblems(range: KubernetesObject, pod: KubernetesObject): readonly string[] {
  return getList(range, 'spec', 'limits').flatMap((item) => {
    if (getString(item, 'type') === 'Container')
      return ['containers', 'initContainers']
        .flatMap((key) => getList(pod, 'spec', key))
        .flatMap((container) => {
          const resources = get(container, 'resources');
          return boundProblems(
            item,
            'Container',
            amountsOf(get(resources, 'requests')),
            amountsOf(get(resources, 'limits')),
          );
        });
    if (getString(item, 'type') === 'Pod')
      return boundProblems(item, 'Pod', podAmounts(pod, 'requests'), podAmounts(pod, 'limits'));
    return [];
  });
}

function claimProblems(range: KubernetesObject, claim: KubernetesObject): readonly string[] {
  const requests = amountsOf(getObject(claim, 'spec', 'resources', 'requests'));
  const type = 'PersistentVolumeClaim';
  return itemsOf(range, type).flatMap((item) => [
    ...bounds(item, 'min').flatMap(([key, bound]) => below(type, key, bound, requests.get(key), undefined)),
    ...bounds(item, 'max').flatMap(([key, bound]) => {
      const request = requests.get(key);
      const text = `maximum ${key} usage per ${type} is ${formatQuantity(bound)}`;
      if (request === undefined) return [`${text}.  No request is specified`];
      return isLess(bound, request) ? [`${text}, but request is ${formatQuantity(request)}`] : [];
    }),
  ]);
}

/** Go goes through its maps in any order; here it is that of the names. */
const bounds = (item: Json, key: string): readonly (readonly [string, Quantity])[] =>
  [...amountsOf(get(item, key))].sort(([left], [right]) => (left < right ? -1 : 1));

function boundProblems(item: Json, type: string, requests: Amounts, limits: Amounts): readonly string[] {
  return [
    ...bounds(item, 'min').flatMap(([key, bound]) =>
      below(type, key, bound, requests.get(key), limits.get(key)),
    ),
    ...bounds(item, 'max').flatMap(([key, bound]) =>
      above(type, key, bound, requests.get(key), limits.get(key)),
    ),
    ...bounds(item, 'maxLimitRequestRatio').flatMap(([key, bound]) =>
      tooFar(type, key, bound, requests.get(key), limits.get(key)),
    ),
  ];
}

type Maybe = Quantity | undefined;
const isLess = (left: Quantity, right: Quantity): boolean => compareQuantity(left, right) < 0;

function below(type: string, key: string, bound: Quantity, request: Maybe, limit: Maybe): readonly string[] {
  const text = `minimum ${key} usage per ${type} is ${formatQuantity(bound)}`;
  if (request === undefined) return [`${text}.  No request is specified`];
  if (isLess(request, bound)) return [`${text}, but request is ${formatQuantity(request)}`];
  if (limit !== undefined && isLess(limit, bound)) return [`${text}, but limit is ${formatQuantity(limit)}`];
  return [];
}

function above(type: string, key: string, bound: Quantity, request: Maybe, limit: Maybe): readonly string[] {
  const text = `maximum ${key} usage per ${type} is ${formatQuantity(bound)}`;
  if (limit === undefined) return [`${text}.  No limit is specified`];
  if (isLess(bound, limit)) return [`${text}, but limit is ${formatQuantity(limit)}`];
  if (request !== undefined && isLess(bound, request))
    return [`${text}, but request is ${formatQuantity(request)}`];
  return [];
}

function tooFar(type: string, key: string, bound: Quantity, request: Maybe, limit: Maybe): readonly string[] {
  const text = `${key} max limit to request ratio per ${type} is ${formatQuantity(bound)}`;
  if (request === undefined || request.unscaled === 0n)
    return [`${text}, but no request is specified or request is 0`];
  if (limit === undefined || limit.unscaled === 0n)
    return [`${text}, but no limit is specified or limit is 0`];
  const ratio = asNumber(limit) / asNumber(request);
  return ratio > asNumber(bound) ? [`${text}, but provided ratio is ${ratio.toFixed(6)}`] : [];
}

const asNumber = ({ unscaled, scale }: Quantity): number => Number(unscaled) * 10 ** -scale;

/** What the server adds to a LimitRange when it decodes it: a limit from the maximum, a request from limit or minimum. */
export function withRangeDefaults(range: KubernetesObject): KubernetesObject {
  const limits = getList(range, 'spec', 'limits').map((item): Json => {
    if (!isObject(item) || getString(item, 'type') !== 'Container') return item;
    const limit = { ...getObject(item, 'max'), ...getObject(item, 'default') };
    const request = { ...getObject(item, 'min'), ...limit, ...getObject(item, 'defaultRequest') };
    return {
      ...item,
      ...(Object.keys(limit).length === 0 ? {} : { default: limit }),
      ...(Object.keys(request).length === 0 ? {} : { defaultRequest: request }),
    };
  });
  return limits.length === 0 ? range : { ...range, spec: { ...getObject(range, 'spec'), limits } };
}
