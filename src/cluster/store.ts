import type { JsonObject } from '../base/json.ts';
import { getString, setKey } from '../base/json.ts';
import type { RevisionId } from '../base/units.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../kubernetes/object.ts';
import { isEvents } from './event-views.ts';

/** An object in etcd, with the revision that the trace knows it by (none for what the cluster starts from). */
export interface StoredObject {
  readonly object: KubernetesObject;
  readonly revision?: RevisionId;
}

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
  readonly #collections = new Map<string, Map<string, StoredObject>>();
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
    return this.#collections.get(keyOf(collection))?.get(`${namespace}/${name}`);
  }

  list(collection: Collection, namespace?: string): readonly KubernetesObject[] {
    const entries = this.#collections.get(keyOf(collection));
    if (entries === undefined) return [];
    const prefix = namespace === undefined ? '' : `${namespace}/`;
    return [...entries.keys()]
      .filter((key) => key.startsWith(prefix))
      .sort()
      .flatMap((key) => entries.get(key)?.object ?? []);
  }

  put(collection: Collection, stored: StoredObject): void {
    const key = keyOf(collection);
    const entries = this.#collections.get(key) ?? new Map<string, StoredObject>();
    this.#collections.set(key, entries);
    entries.set(`${namespaceOf(stored.object)}/${nameOf(stored.object)}`, stored);
  }

  remove(collection: Collection, namespace: string, name: string): void {
    this.#collections.get(keyOf(collection))?.delete(`${namespace}/${name}`);
  }

  /** Takes over everything that another store holds, and its counter. */
  fill(from: Store): void {
    for (const [key, entries] of from.#collections) this.#collections.set(key, new Map(entries));
    this.#counter = from.#counter;
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
