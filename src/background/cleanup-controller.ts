import { type EventId, eventId, type Milliseconds, milliseconds } from '../base/units.ts';
import type { ResourceInfo, WatchEvent } from '../cluster/api.ts';
import { type KubernetesObject, nameOf, namespaceOf } from '../kubernetes/object.ts';
import { ttlOf } from '../kyverno/ttl-label.ts';
import type { CleanupState, QueuedObject } from './cleanup-state.ts';
import type { BackgroundEnvironment } from './environment.ts';
import { cleanups, ttls } from './parts.ts';

const KINDS: ReadonlySet<string> = new Set(['CleanupPolicy', 'ClusterCleanupPolicy']);
const CLUSTER_ROLES = /^clusterrole(binding)?s$/;
const WEBHOOKS = 'admissionregistration.k8s.io';
const NOW: Milliseconds = milliseconds(0);

/**
 * Kyverno's cleanup controller (lifecycle E.6): runs cleanup policies by their schedules and deletes objects whose TTL label
 * says so. It lives by the virtual clock: it keeps no run alive.
 */
export class CleanupController {
  readonly #env: BackgroundEnvironment;
  readonly #state: CleanupState = { queued: new Map(), watched: new Set(), rolesChanged: -1 };

  constructor(env: BackgroundEnvironment) {
    this.#env = env;
  }

  start(): void {
    const { server } = this.#env;
    // Webhook configurations are made when somebody reads them, and have no labels of a person.
    const resources = server.discovery().resources.filter(({ group }) => group !== WEBHOOKS);
    for (const info of resources)
      for (const object of server.listAll(info)) this.#take(info, object, eventId(0));
    server.watch((event) => this.#see(event));
  }

  #see({ type, object, previous, info, event }: WatchEvent): void {
    if (CLUSTER_ROLES.test(info.resource)) this.#state.rolesChanged = this.#env.scheduler.now();
    if (type === 'DELETED') return;
    const isNews = isCleanupPolicy(info)
      ? previous?.['spec'] !== object['spec']
      : previous === undefined || ttlOf(previous) !== ttlOf(object);
    if (isNews) this.#take(info, object, event);
  }

  #take(info: ResourceInfo, object: KubernetesObject, cause: EventId): void {
    const entry: QueuedObject = { info, namespace: namespaceOf(object), name: nameOf(object), cause };
    if (isCleanupPolicy(info))
      this.#env.scheduler.spawnTimer(cleanups.get().queuePolicy(this.#env, this.#state, entry), NOW);
    if (ttlOf(object) !== undefined)
      this.#env.scheduler.spawnTimer(ttls.get().followTtl(this.#env, this.#state, entry), NOW);
  }
}

const isCleanupPolicy = ({ group, kind }: ResourceInfo): boolean => group === 'kyverno.io' && KINDS.has(kind);
