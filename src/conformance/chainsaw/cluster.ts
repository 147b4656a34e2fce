import type { Process } from '../../base/process.ts';
import { type Milliseconds, milliseconds } from '../../base/units.ts';
import type { ClusterBase } from '../../cluster/cluster-base.ts';
import type { KubernetesObject, UserInfo } from '../../kubernetes/object.ts';
import { NO_MOCKS } from '../../kyverno/mocks.ts';
import type { ManifestDocument } from '../../manifest/manifest.ts';
import { LiveCluster } from '../../simulation/live-cluster.ts';
import type { SimulationOptions } from '../../simulation/options.ts';

/** Who runs the tests: the administrator that kubeadm makes. */
export const TEST_USER: UserInfo = {
  username: 'kubernetes-admin',
  groups: ['kubeadm:cluster-admins', 'system:authenticated'],
};

/** kubeadm binds its administrators so. */
export const ADMIN_BINDING: KubernetesObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'kubeadm:cluster-admins' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'kubeadm:cluster-admins' }],
};

const MAX_EVENTS = 60_000;
const SEED = 1;

/** A chain that never comes to rest. */
export class Restless extends Error {}

/** A simulated cluster that operations are performed on, one after another, in virtual time. */
export class TestCluster {
  readonly live: LiveCluster;

  constructor(
    base: ClusterBase,
    before: readonly ManifestDocument[],
    options: Partial<SimulationOptions>,
    name: string,
  ) {
    this.live = new LiveCluster(
      { name, before, steps: [], actors: [], mocks: NO_MOCKS, diagnostics: [] },
      { version: base.kyverno, seed: SEED, base, explain: false, ...options },
    );
  }

  now(): Milliseconds {
    return this.live.queue.now();
  }

  /** Runs a process, and everything that it sets off, to rest. */
  perform<T>(process: Process<T>): T {
    let result: { readonly value: T } | { readonly error: unknown } | undefined;
    this.live.queue.spawn(
      (function* () {
        try {
          result = { value: yield* process };
        } catch (error) {
          result = { error };
        }
      })(),
    );
    this.settle();
    if (result === undefined) throw new Restless('an operation does not end');
    if ('error' in result) throw result.error;
    return result.value;
  }

  settle(): void {
    this.#check(this.live.queue.runToRest(() => this.#stop()));
  }

  /** Lets time pass, and whatever falls due happen. */
  pass(duration: number): void {
    const until = milliseconds(this.now() + duration);
    this.#check(this.live.queue.runUntil(until, () => this.#stop()));
    this.settle();
  }

  /** Goes to the next moment at which something is due, unless that is later than `deadline`. */
  advance(deadline: number): boolean {
    const due = this.live.queue.nextDue();
    if (due === undefined || due > deadline) return false;
    this.#check(this.live.queue.runUntil(due, () => this.#stop()));
    this.settle();
    return true;
  }

  /** What the simulation said it cannot do. */
  unsupported(): string | undefined {
    for (const event of this.live.recorder.recording.events)
      if (event.kind === 'unsupported') return `${event.what}: ${event.message}`;
    return undefined;
  }

  #stop(): 'events' | undefined {
    return this.live.recorder.recording.events.length > MAX_EVENTS ? 'events' : undefined;
  }

  #check(end: { readonly rest: boolean }): void {
    if (!end.rest) throw new Restless(`the cluster does not come to rest within ${MAX_EVENTS} events`);
  }
}
