import type { Json } from '../base/json.ts';
import { get, getList, getObject, getString } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { addQuantity, compareQuantity, parseQuantity, type Quantity } from '../kubernetes/quantity.ts';

/** Quantities by the name of their resource. */
export type Amounts = ReadonlyMap<string, Quantity>;

/** The quantities of a map such as `resources.requests`; what is none is left out. */
export function amountsOf(value: Json | undefined): Amounts {
  const found = new Map<string, Quantity>();
  const map = getObject(value);
  for (const key of Object.keys(map)) {
    const quantity = quantityIn(map[key]);
    if (quantity !== undefined) found.set(key, quantity);
  }
  return found;
}

/** A quantity as JSON holds it: a text or a number. */
export const quantityIn = (value: Json | undefined): Quantity | undefined =>
  typeof value === 'string' || typeof value === 'number' ? parseQuantity(String(value)) : undefined;

/** The sum by resource. */
export function plus(left: Amounts, right: Amounts): Amounts {
  const sum = new Map(left);
  for (const [key, value] of right) {
    const old = sum.get(key);
    sum.set(key, old === undefined ? value : addQuantity(old, value));
  }
  return sum;
}

function larger(left: Amounts, right: Amounts): Amounts {
  const most = new Map(left);
  for (const [key, value] of right) {
    const old = most.get(key);
    if (old === undefined || compareQuantity(value, old) > 0) most.set(key, value);
  }
  return most;
}

const NOTHING: Amounts = new Map();

/**
 * What a Pod's containers ask for together: all that run side by side, or the init container that asks for more
 * (component-helpers, resource.PodRequests and PodLimits).
 */
export function podAmounts(pod: KubernetesObject, part: 'requests' | 'limits'): Amounts {
  const of = (container: Json): Amounts => amountsOf(get(get(container, 'resources'), part));
  let all = getList(pod, 'spec', 'containers').map(of).reduce(plus, NOTHING);
  let [beside, most] = [NOTHING, NOTHING];
  for (const container of getList(pod, 'spec', 'initContainers')) {
    const stays = getString(container, 'restartPolicy') === 'Always';
    if (stays) {
      all = plus(all, of(container));
      beside = plus(beside, of(container));
    }
    most = larger(most, stays ? beside : plus(of(container), beside));
  }
  const own = amountsOf(getObject(pod, 'spec', 'resources', part));
  const whole = new Map([...larger(all, most), ...own]);
  const overhead = amountsOf(get(get(pod, 'spec'), 'overhead'));
  return part === 'requests' ? plus(whole, overhead) : whole;
}

const COMPUTE = ['cpu', 'memory'];

/** `status.qosClass` (component-helpers, qos.ComputePodQOS). */
export function qosClass(pod: KubernetesObject): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = ['containers', 'initContainers'].flatMap((key) => getList(pod, 'spec', key));
  let [some, guaranteed] = [false, true];
  for (const container of containers) {
    const [requests, limits] = ['requests', 'limits'].map((key) =>
      amountsOf(get(get(container, 'resources'), key)),
    );
    for (const key of COMPUTE) {
      const [request, limit] = [requests?.get(key), limits?.get(key)].map(positive);
      if (request !== undefined || limit !== undefined) some = true;
      if (limit === undefined || (request !== undefined && compareQuantity(request, limit) !== 0))
        guaranteed = false;
    }
  }
  return !some ? 'BestEffort' : guaranteed ? 'Guaranteed' : 'Burstable';
}

const positive = (quantity: Quantity | undefined): Quantity | undefined =>
  quantity !== undefined && quantity.unscaled > 0n ? quantity : undefined;
