import { getList, getString } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../kubernetes/object.ts';
import type { Policy } from './policy.ts';

/** Reads a policy object; undefined if it is none that can be used. */
export type ReadPolicy = (object: KubernetesObject) => Policy | undefined;

/** Whether the object is a classic policy. */
export const isPolicy = (object: KubernetesObject): boolean =>
  object.apiVersion.startsWith('kyverno.io/') &&
  (object.kind === 'ClusterPolicy' || object.kind === 'Policy');

/** Key of a policy object, as in UpdateRequests: `name` or `namespace/name`. */
export const policyKeyOf = (object: KubernetesObject): string => {
  const namespace = object.kind === 'Policy' ? namespaceOf(object) : '';
  return namespace === '' ? nameOf(object) : `${namespace}/${nameOf(object)}`;
};

/** Whether the condition Ready is true. */
export const isReady = (object: KubernetesObject): boolean =>
  getList(object, 'status', 'conditions').some(
    (condition) => getString(condition, 'type') === 'Ready' && getString(condition, 'status') === 'True',
  );

/** The policies of a cluster as a controller's cache holds them, read once each. */
export class PolicyCache {
  readonly #policies = new Map<string, Policy>();
  readonly #read: ReadPolicy;
  #sorted: readonly Policy[] | undefined;

  constructor(read: ReadPolicy) {
    this.#read = read;
  }

  set(object: KubernetesObject): Policy | undefined {
    const policy = this.#read(object);
    if (policy === undefined) this.remove(object);
    else this.#policies.set(policyKeyOf(object), policy);
    this.#sorted = undefined;
    return policy;
  }

  remove(object: KubernetesObject): void {
    this.#policies.delete(policyKeyOf(object));
    this.#sorted = undefined;
  }

  get(key: string): Policy | undefined {
    return this.#policies.get(key);
  }

  /** By key: Kyverno's own order is that of a hash set (lifecycle 0.10). */
  all(): readonly Policy[] {
    this.#sorted ??= [...this.#policies.values()].sort((left, right) => (left.key < right.key ? -1 : 1));
    return this.#sorted;
  }
}
