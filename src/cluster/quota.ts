import { get, getList, getObject, type Json } from '../base/json.ts';
import { type KubernetesObject, nameOf } from '../kubernetes/object.ts';
import { compareQuantity, parseQuantity, quantityOf } from '../kubernetes/quantity.ts';
import type { ResourceInfo, StatusFailure } from './api.ts';
import { forbidden, qualifiedResource } from './status.ts';

/** Kinds that a quota counts under their bare name as well (pkg/quota/v1/evaluator/core). */
const BARE = [
  'configmaps',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'services',
];

/**
 * The admission plugin ResourceQuota, which runs after the webhooks: a creation that would exceed the number of objects that
 * a quota of the namespace allows is refused; `used` is how many there are. Sums of requests and limits, and quotas with scopes, are not looked at.
 */
export function quotaRefusal(
  quotas: readonly KubernetesObject[],
  info: ResourceInfo,
  used: number,
  name: string,
): StatusFailure | undefined {
  const counted = [
    `count/${qualifiedResource(info)}`,
    ...(info.group === '' && BARE.includes(info.resource) ? [info.resource] : []),
  ].sort();
  for (const quota of [...quotas].sort((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1))) {
    const spec = getObject(quota, 'spec');
    if (getList(spec, 'scopes').length > 0 || get(spec, 'scopeSelector') !== undefined) continue;
    const hard = get(spec, 'hard');
    const exceeded = counted.filter((key) => isBelow(get(hard, key), used + 1));
    if (exceeded.length === 0) continue;
    const list = (value: (key: string) => string): string =>
      exceeded.map((key) => `${key}=${value(key)}`).join(',');
    const why = [
      `exceeded quota: ${nameOf(quota)}`,
      `requested: ${list(() => '1')}`,
      `used: ${list(() => String(used))}`,
      `limited: ${list((key) => String(get(hard, key)))}`,
    ].join(', ');
    return forbidden(info, name, why);
  }
  return undefined;
}

/** Whether a quota's limit is less than a number. */
function isBelow(limit: Json | undefined, number: number): boolean {
  if (typeof limit !== 'string' && typeof limit !== 'number') return false;
  const quantity = parseQuantity(String(limit));
  return quantity !== undefined && compareQuantity(quantity, quantityOf(BigInt(number))) < 0;
}
