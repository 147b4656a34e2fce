import type { RevisionId } from '../base/units.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { ObjectIndex } from '../kubernetes/object-index.ts';

/** An object in etcd, with the revision that the trace knows it by (none for what the cluster starts from). */
export interface StoredObject {
  readonly object: KubernetesObject;
  readonly revision?: RevisionId;
}

/** The objects of one resource by `namespace/name`. What is derived from them is made when first asked for, and kept up. */
export class Shelf {
  readonly #entries: Map<string, StoredObject>;
  /** Keys in etcd's order. */
  #sorted: string[] | undefined;
  /** Keys in etcd's order, by namespace. */
  #byNamespace: Map<string, string[]> | undefined;
  readonly #indices = new Map<ObjectIndex, Map<string, Set<string>>>();

  constructor(entries: Map<string, StoredObject> = new Map()) {
    this.#entries = entries;
  }

  copy(): Shelf {
    return new Shelf(new Map(this.#entries));
  }

  get(key: string): StoredObject | undefined {
    return this.#entries.get(key);
  }

  put(key: string, stored: StoredObject): void {
    const before = this.#entries.get(key);
    this.#entries.set(key, stored);
    if (before === undefined) this.#insert(key);
    for (const [index, buckets] of this.#indices) {
      const [then, now] = [before && index.keyOf(before.object), index.keyOf(stored.object)];
      if (then === now) continue;
      if (then !== undefined) takeFrom(buckets, then, key);
      if (now !== undefined) addTo(buckets, now, key);
    }
  }

  remove(key: string): void {
    const before = this.#entries.get(key);
    if (before === undefined) return;
    this.#entries.delete(key);
    cut(this.#sorted, key);
    cut(this.#byNamespace?.get(namespaceIn(key)), key);
    for (const [index, buckets] of this.#indices) {
      const then = index.keyOf(before.object);
      if (then !== undefined) takeFrom(buckets, then, key);
    }
  }

  list(namespace: string | undefined): readonly KubernetesObject[] {
    if (namespace !== undefined) return this.#objects(this.#namespaces().get(namespace) ?? []);
    this.#sorted ??= [...this.#entries.keys()].sort();
    return this.#objects(this.#sorted);
  }

  /** The objects that have this key in the index, in etcd's order. */
  listBy(index: ObjectIndex, key: string): readonly KubernetesObject[] {
    const found = this.#bucketsOf(index).get(key);
    return found === undefined ? [] : this.#objects([...found].sort());
  }

  #objects(keys: readonly string[]): readonly KubernetesObject[] {
    return keys.flatMap((key) => this.#entries.get(key)?.object ?? []);
  }

  #insert(key: string): void {
    if (this.#sorted !== undefined) insert(this.#sorted, key);
    if (this.#byNamespace === undefined) return;
    const namespace = namespaceIn(key);
    const keys = this.#byNamespace.get(namespace);
    if (keys === undefined) this.#byNamespace.set(namespace, [key]);
    else insert(keys, key);
  }

  #namespaces(): ReadonlyMap<string, readonly string[]> {
    if (this.#byNamespace !== undefined) return this.#byNamespace;
    const found = new Map<string, string[]>();
    for (const key of this.#entries.keys()) {
      const namespace = namespaceIn(key);
      const keys = found.get(namespace);
      if (keys === undefined) found.set(namespace, [key]);
      else keys.push(key);
    }
    for (const keys of found.values()) keys.sort();
    this.#byNamespace = found;
    return found;
  }

  #bucketsOf(index: ObjectIndex): ReadonlyMap<string, ReadonlySet<string>> {
    const known = this.#indices.get(index);
    if (known !== undefined) return known;
    const buckets = new Map<string, Set<string>>();
    for (const [key, { object }] of this.#entries) {
      const at = index.keyOf(object);
      if (at !== undefined) addTo(buckets, at, key);
    }
    this.#indices.set(index, buckets);
    return buckets;
  }
}

const namespaceIn = (key: string): string => key.slice(0, key.indexOf('/'));

function addTo(buckets: Map<string, Set<string>>, at: string, key: string): void {
  const bucket = buckets.get(at);
  if (bucket === undefined) buckets.set(at, new Set([key]));
  else bucket.add(key);
}

function takeFrom(buckets: Map<string, Set<string>>, at: string, key: string): void {
  const bucket = buckets.get(at);
  bucket?.delete(key);
  if (bucket?.size === 0) buckets.delete(at);
}

/** The first place whose key is not before this one. */
function placeOf(sorted: readonly string[], key: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function insert(sorted: string[], key: string): void {
  sorted.splice(placeOf(sorted, key), 0, key);
}

function cut(sorted: string[] | undefined, key: string): void {
  if (sorted === undefined) return;
  const at = placeOf(sorted, key);
  if (sorted[at] === key) sorted.splice(at, 1);
}
