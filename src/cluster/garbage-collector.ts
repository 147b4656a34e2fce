import type { Json } from '../base/json.ts';
import { get, getList, getString } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { Scheduler } from '../base/scheduler.ts';
import type { EventId } from '../base/units.ts';
import type { KubernetesObject, UserInfo } from '../kubernetes/object.ts';
import { gvkOf, nameOf, namespaceOf, uidOf } from '../kubernetes/object.ts';
import type { ResourceInfo, WatchEvent } from './api.ts';
import type { SimulatedApiServer } from './api-server.ts';
import type { ControllerLatencies } from './latencies.ts';

interface Environment {
  readonly server: SimulatedApiServer;
  readonly scheduler: Scheduler;
  readonly latencies: ControllerLatencies;
}

interface Dependent {
  readonly info: ResourceInfo;
  readonly object: KubernetesObject;
}

const USER: UserInfo = {
  username: 'system:serviceaccount:kube-system:generic-garbage-collector',
  groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
};

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

/** Garbage collection by owner references, with its three propagation policies; it knows objects from the watch alone. */
export class GarbageCollector {
  readonly #environment: Environment;
  /** Owner uid → dependents by their own uid. */
  readonly #dependents = new Map<string, Map<string, Dependent>>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  see(event: WatchEvent): void {
    const { object, info, type } = event;
    const { scheduler, latencies } = this.#environment;
    const uid = uidOf(object);
    for (const owner of owners(event.previous)) this.#dependents.get(owner)?.delete(uid);
    if (type === 'DELETED') {
      for (const owner of owners(object)) this.#dependents.get(owner)?.delete(uid);
      if (this.#dependentsOf(uid).length > 0)
        scheduler.spawn(this.#collect(uid, event.event), latencies.garbageCollection);
      return;
    }
    for (const owner of owners(object)) {
      const known = this.#dependents.get(owner) ?? new Map<string, Dependent>();
      this.#dependents.set(owner, known.set(uid, { info, object }));
    }
    if (type === 'ADDED' && owners(object).length > 0)
      scheduler.spawn(this.#deleteIfOrphaned({ info, object }, event.event), latencies.garbageCollection);
    const finalizers = getList(object, 'metadata', 'finalizers');
    const marked = get(object.metadata, 'deletionTimestamp') !== undefined;
    if (marked && (finalizers.includes(FOREGROUND) || finalizers.includes(ORPHAN)))
      scheduler.spawn(this.#release({ info, object }, event.event), latencies.garbageCollection);
  }

  #dependentsOf(uid: string): readonly Dependent[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])];
  }

  *#collect(owner: string, cause: EventId): Process<void> {
    for (const dependent of this.#dependentsOf(owner)) yield* this.#deleteIfOrphaned(dependent, cause);
  }

  /** Deletes an object none of whose owners is left. */
  *#deleteIfOrphaned({ info, object }: Dependent, cause: EventId): Process<void> {
    const live = this.#live({ info, object });
    if (live === undefined || owners(live).length === 0) return;
    if (getList(live, 'metadata', 'ownerReferences').some((reference) => this.#exists(reference, live)))
      return;
    yield* this.#environment.server.request({
      ...this.#request({ info, object: live }, cause),
      verb: 'delete',
      propagationPolicy: 'Background',
      preconditions: { uid: uidOf(live) },
    });
  }

  #exists(reference: Json, dependent: KubernetesObject): boolean {
    const { server } = this.#environment;
    const kind = getString(reference, 'kind') ?? '';
    const info = server
      .discovery()
      .byKind(gvkOf({ apiVersion: getString(reference, 'apiVersion') ?? '', kind }));
    if (info === undefined) return false;
    const namespace = info.namespaced ? namespaceOf(dependent) : '';
    const owner = server.lookup(info, namespace, getString(reference, 'name') ?? '');
    return owner !== undefined && uidOf(owner) === getString(reference, 'uid');
  }

  /** Foreground: dependents first. Orphan: dependents forget their owner. Then the finalizer goes. */
  *#release(owner: Dependent, cause: EventId): Process<void> {
    const { server } = this.#environment;
    const orphan = getList(owner.object, 'metadata', 'finalizers').includes(ORPHAN);
    for (const dependent of this.#dependentsOf(uidOf(owner.object))) {
      const live = this.#live(dependent);
      if (live === undefined) continue;
      const target = { info: dependent.info, object: live };
      if (orphan) yield* this.#forget(target, uidOf(owner.object), cause);
      else
        yield* server.request({
          ...this.#request(target, cause),
          verb: 'delete',
          propagationPolicy: 'Foreground',
          preconditions: { uid: uidOf(live) },
        });
    }
    const live = this.#live(owner);
    if (live === undefined) return;
    const finalizers = getList(live, 'metadata', 'finalizers').filter(
      (item) => item !== (orphan ? ORPHAN : FOREGROUND),
    );
    const body = { ...live, metadata: { ...live.metadata, finalizers } };
    yield* server.request({ ...this.#request(owner, cause), verb: 'update', body });
  }

  *#forget(dependent: Dependent, owner: string, cause: EventId): Process<void> {
    const ownerReferences = getList(dependent.object, 'metadata', 'ownerReferences').filter(
      (reference) => getString(reference, 'uid') !== owner,
    );
    const body = { ...dependent.object, metadata: { ...dependent.object.metadata, ownerReferences } };
    yield* this.#environment.server.request({ ...this.#request(dependent, cause), verb: 'update', body });
  }

  #live({ info, object }: Dependent): KubernetesObject | undefined {
    const live = this.#environment.server.lookup(info, namespaceOf(object), nameOf(object));
    return live !== undefined && uidOf(live) === uidOf(object) ? live : undefined;
  }

  #request({ info, object }: Dependent, cause: EventId) {
    return {
      resource: info,
      ...(info.namespaced ? { namespace: namespaceOf(object) } : {}),
      name: nameOf(object),
      user: USER,
      component: 'controller-manager',
      fieldManager: 'kube-controller-manager',
      cause,
    } as const;
  }
}

const owners = (object: KubernetesObject | undefined): readonly string[] =>
  getList(object, 'metadata', 'ownerReferences').flatMap((reference) => getString(reference, 'uid') ?? []);
