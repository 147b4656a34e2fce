import type { JsonObject } from '../base/json.ts';
import { getString, setKey } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../kubernetes/object.ts';
import type { ObjectIndex } from '../kubernetes/object-index.ts';
import { isEvents } from './event-views.ts';
import { Shelf, type StoredObject } from './shelf.ts';

/** Group and resource: versions of a resource share their objects. */
export interface Collection {
  readonly group: string;
  readonly resource: string;
}

/**
 * Simulated etcd: objects by collection, namespace and name, and one counter for the whole cluster that grows with every
 * write. Lists come in the order of namespace and name, as etcd's keys do.
 */
export class Store {
  readonly #shelves = new Map<string, Shelf>();
  /** Shelves that another store holds too: copied before the first write. */
  readonly #shared = new Set<string>();
  #counter: number;

  constructor(start: number) {
    this.#counter = start;
  }

  /** The resourceVersion of a list: the latest write's. */
  get version(): string {
    return String(this.#counter);
  }

  /** A resourceVersion that no write had before. */
  nextVersion(): string {
    this.#counter += 1;
    return String(this.#counter);
  }

  get(collection: Collection, namespace: string, name: string): StoredObject | undefined {
    return this.#shelves.get(keyOf(collection))?.get(`${namespace}/${name}`);
  }

  list(collection: Collection, namespace?: string): readonly KubernetesObject[] {
    return this.#shelves.get(keyOf(collection))?.list(namespace) ?? [];
  }

  /** The objects that an index knows by this key, in the order of a list. */
  listBy(collection: Collection, index: ObjectIndex, key: string): readonly KubernetesObject[] {
    return this.#shelves.get(keyOf(collection))?.listBy(index, key) ?? [];
  }

  put(collection: Collection, stored: StoredObject): void {
    const place = `${namespaceOf(stored.object)}/${nameOf(stored.object)}`;
    this.#own(keyOf(collection)).put(place, stored);
  }

  remove(collection: Collection, namespace: string, name: string): void {
    const key = keyOf(collection);
    if (this.#shelves.has(key)) this.#own(key).remove(`${namespace}/${name}`);
  }

  /** Takes over everything that another store, which is not written to any more, holds, and its counter. */
  fill(from: Store): void {
    for (const [key, shelf] of from.#shelves) {
      this.#shelves.set(key, shelf);
      this.#shared.add(key);
    }
    this.#counter = from.#counter;
  }

  #own(key: string): Shelf {
    const known = this.#shelves.get(key);
    if (known !== undefined && !this.#shared.delete(key)) return known;
    const shelf = known === undefined ? new Shelf() : known.copy();
    this.#shelves.set(key, shelf);
    return shelf;
  }
}

/** Events of both groups are the same objects. */
const keyOf = (collection: Collection): string =>
  `${isEvents(collection) ? 'events.k8s.io' : collection.group}/${collection.resource}`;

/** The object with these metadata fields set; `undefined` takes a field away. */
export function withMetadata(
  object: KubernetesObject,
  fields: Readonly<Record<string, JsonObject[string] | undefined>>,
): KubernetesObject {
  const all: Readonly<Record<string, JsonObject[string] | undefined>> = { ...object.metadata, ...fields };
  const metadata: Record<string, JsonObject[string]> = {};
  for (const key of Object.keys(all)) {
    const value = all[key];
    if (value !== undefined) setKey(metadata, key, value);
  }
  return { ...object, metadata };
}

export const resourceVersionOf = (object: KubernetesObject): string =>
  getString(object, 'metadata', 'resourceVersion') ?? '';

/** RFC 3339 in seconds, as the server writes times. */
export const formatTimestamp = (epochMilliseconds: number): string =>
  `${new Date(epochMilliseconds).toISOString().slice(0, 19)}Z`;
