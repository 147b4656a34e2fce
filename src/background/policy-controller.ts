import { equal } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import { type EventId, eventId } from '../base/units.ts';
import type { WatchEvent } from '../cluster/api.ts';
import { type PolicyCache, policyKeyOf } from '../kyverno/policy-informer.ts';
import type { BackgroundEnvironment } from './environment.ts';
import { BACKGROUND_LATENCIES } from './latencies.ts';
import type { PolicyEvents } from './policy-events.ts';
import { policyEvents } from './policy-part.ts';

/** Notices that a policy is created, changed or deleted, and lets follow what does (lifecycle D.4). */
export class PolicyController {
  readonly #env: BackgroundEnvironment;
  readonly #policies: PolicyCache;
  /** Each policy's last event. */
  readonly #causes = new Map<string, EventId>();
  #events: PolicyEvents | undefined;

  constructor(env: BackgroundEnvironment, policies: PolicyCache) {
    this.#env = env;
    this.#policies = policies;
  }

  /** Every hour all policies are looked at as if they had just come (policy_controller.go, forceReconciliation). */
  start(isRunning: () => boolean): void {
    this.#env.scheduler.spawnTimer(this.#reconcile(isRunning), BACKGROUND_LATENCIES.reconcilePolicies);
  }

  *#reconcile(isRunning: () => boolean): Process<void> {
    for (const policy of isRunning() ? this.#policies.all() : [])
      yield* this.#follow().created(policy, this.#causes.get(policy.key) ?? eventId(0));
    this.start(isRunning);
  }

  see(event: WatchEvent): void {
    const { object, previous, type } = event;
    this.#causes.set(policyKeyOf(object), event.event);
    if (type === 'DELETED') {
      const policy = this.#env.readPolicy(object);
      this.#policies.remove(object);
      if (policy !== undefined) this.#later(this.#follow().deleted(policy, event.event));
      return;
    }
    const policy = this.#policies.set(object);
    if (policy === undefined) return;
    if (type === 'ADDED') this.#later(this.#follow().created(policy, event.event));
    else if (previous !== undefined && !equal(previous['spec'], object['spec'])) {
      const old = this.#env.readPolicy(previous);
      if (old !== undefined) this.#later(this.#follow().updated(old, policy, event.event));
    }
  }

  #later(process: Process<void>): void {
    this.#env.scheduler.spawn(process, BACKGROUND_LATENCIES.policyEvent);
  }

  #follow(): PolicyEvents {
    this.#events ??= new (policyEvents.get().PolicyEvents)(this.#env);
    return this.#events;
  }
}
