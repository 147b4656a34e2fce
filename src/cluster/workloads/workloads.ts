import { getList, getString } from '../../base/json.ts';
import type { Process } from '../../base/process.ts';
import { type EventId, type Milliseconds, milliseconds } from '../../base/units.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { gvkOf, nameOf, namespaceOf, uidOf } from '../../kubernetes/object.ts';
import type { WatchEvent } from '../api.ts';
import type { Sync, WorkloadContext, WorkloadEnvironment } from './context.ts';
import { PODS } from './context.ts';
import { syncCronJob } from './cron-job.ts';
import { syncDaemonSet } from './daemon-set.ts';
import { syncDeployment } from './deployment.ts';
import { syncJob } from './job.ts';
import { syncPod } from './kubelet.ts';
import { isOutdated, syncOwn } from './own-deployment.ts';
import { syncReplicaSet } from './replica-set.ts';
import { syncStatefulSet } from './stateful-set.ts';

const SYNCS: ReadonlyMap<string, Sync> = new Map([
  ['apps/Deployment', syncDeployment],
  ['apps/ReplicaSet', syncReplicaSet],
  ['apps/StatefulSet', syncStatefulSet],
  ['apps/DaemonSet', syncDaemonSet],
  ['batch/Job', syncJob],
  ['batch/CronJob', syncCronJob],
  ['/Pod', syncPod],
]);

/** Kyverno's own Deployments make no Pods: its controllers are the simulation itself, and their Pods are made when read. */
const KYVERNO = 'kyverno';
/** Real controllers come back after 5 ms and twice as long each time; here they begin later, so that a trace stays readable. */
const FIRST_RETRY = 1000;
const MAX_RETRY = 1_000_000;

/** Starts the controllers of workloads; each change of one of their kinds is to be told to what is returned. */
export function startWorkloads(environment: WorkloadEnvironment): { see(event: WatchEvent): void } {
  return new Workloads(environment);
}

class Workloads {
  readonly #context: WorkloadContext;
  /** Uid of the controller → what it controls, by uid, in the order in which it came. */
  readonly #owned = new Map<string, Map<string, KubernetesObject>>();
  readonly #queued = new Set<string>();
  /** Objects that a controller is at work on; whether they changed meanwhile. */
  readonly #working = new Map<string, EventId | undefined>();
  readonly #failures = new Map<string, number>();

  constructor(environment: WorkloadEnvironment) {
    const { server, scheduler, latencies } = environment;
    this.#context = {
      server,
      scheduler,
      latencies,
      wallClock: () => environment.wallClock(),
      nextRun: (schedule, after) => environment.nextRun(schedule, after),
      ownedBy: (owner, kind) =>
        [...(this.#owned.get(uidOf(owner))?.values() ?? [])].filter((object) => object.kind === kind),
      later: (object, delay, cause) => scheduler.spawnTimer(this.#work(object, cause), delay),
      retry: (object, cause) => this.#retry(object, cause),
    };
  }

  see({ object, type, event }: WatchEvent): void {
    if (object.kind === 'Node') {
      this.#lookForRoom(event);
      return;
    }
    if (namespaceOf(object) === KYVERNO) {
      if (type !== 'DELETED' && isOutdated(object)) this.#enqueue(object, event);
      return;
    }
    const uid = uidOf(object);
    const owner = controllerOf(object);
    if (owner !== undefined) {
      const known = this.#owned.get(owner.uid) ?? new Map<string, KubernetesObject>();
      if (type === 'DELETED') known.delete(uid);
      else known.set(uid, object);
      this.#owned.set(owner.uid, known);
      const live = this.#lookup(owner.apiVersion, owner.kind, namespaceOf(object), owner.name);
      if (live !== undefined && uidOf(live) === owner.uid) this.#enqueue(live, event);
    }
    if (type === 'DELETED') this.#failures.delete(uid);
    else this.#enqueue(object, event);
  }

  /** Pods that wait for a node look again once it changes. */
  #lookForRoom(cause: EventId): void {
    for (const pod of this.#context.server.listAll(PODS))
      if (!getString(pod, 'spec', 'nodeName')) this.#enqueue(pod, cause);
  }

  #lookup(apiVersion: string, kind: string, namespace: string, name: string): KubernetesObject | undefined {
    const { server } = this.#context;
    const info = server.discovery().byKind(gvkOf({ apiVersion, kind }));
    return info === undefined ? undefined : server.lookup(info, namespace, name);
  }

  /** As a work queue: an object that waits for its turn is not put there twice. */
  #enqueue(object: KubernetesObject, cause: EventId): void {
    const uid = uidOf(object);
    if (this.#working.has(uid)) this.#working.set(uid, cause);
    if (this.#queued.has(uid) || this.#working.has(uid)) return;
    this.#queued.add(uid);
    this.#context.scheduler.spawn(this.#work(object, cause), this.#context.latencies.reaction);
  }

  *#work(object: KubernetesObject, cause: EventId): Process<void> {
    const uid = uidOf(object);
    if (this.#working.has(uid)) {
      this.#working.set(uid, cause);
      return;
    }
    this.#queued.delete(uid);
    this.#working.set(uid, undefined);
    yield* this.#sync(object, cause);
    const again = this.#working.get(uid);
    this.#working.delete(uid);
    if (again !== undefined) this.#enqueue(object, again);
  }

  *#sync(object: KubernetesObject, cause: EventId): Process<void> {
    const live = this.#lookup(object.apiVersion, object.kind, namespaceOf(object), nameOf(object));
    if (live === undefined || uidOf(live) !== uidOf(object)) return;
    const own = namespaceOf(live) === KYVERNO;
    const sync = own ? syncOwn : SYNCS.get(`${gvkOf(live).group}/${live.kind}`);
    if (sync !== undefined) yield* sync(this.#context, live, cause);
  }

  #retry(object: KubernetesObject, cause: EventId): void {
    const failures = this.#failures.get(uidOf(object)) ?? 0;
    this.#failures.set(uidOf(object), failures + 1);
    const delay: Milliseconds = milliseconds(Math.min(FIRST_RETRY * 2 ** failures, MAX_RETRY));
    this.#context.later(object, delay, cause);
  }
}

function controllerOf(
  object: KubernetesObject,
):
  | { readonly apiVersion: string; readonly kind: string; readonly name: string; readonly uid: string }
  | undefined {
  const owner = getList(object.metadata, 'ownerReferences').find(
    (one) => getString(one, 'uid') !== undefined && SYNCS.has(keyOf(one)),
  );
  if (owner === undefined) return undefined;
  return {
    apiVersion: getString(owner, 'apiVersion') ?? '',
    kind: getString(owner, 'kind') ?? '',
    name: getString(owner, 'name') ?? '',
    uid: getString(owner, 'uid') ?? '',
  };
}

const keyOf = (owner: Parameters<typeof getString>[0]): string =>
  `${(getString(owner, 'apiVersion') ?? '').split('/').slice(0, -1).join('/')}/${getString(owner, 'kind') ?? ''}`;
