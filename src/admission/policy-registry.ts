import { get, getList, type Json, type JsonObject } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { WatchEvent } from '../cluster/api.ts';
import { type KubernetesObject, refOf } from '../kubernetes/object.ts';
import type { Policy } from '../kyverno/policy.ts';
import { isPolicy, isReady, PolicyCache, policyKeyOf } from '../kyverno/policy-informer.ts';
import { ADMISSION_CONTROLLER } from '../kyverno/service-accounts.ts';
import type { AdmissionEnvironment } from './environment.ts';
import { ADMISSION_LATENCIES } from './latencies.ts';
import { type WebhookRules, webhookRulesOf } from './webhook-rules.ts';

export interface RegisteredPolicy {
  readonly policy: Policy;
  readonly webhooks: WebhookRules;
}

/**
 * The policies that requests meet. A policy is configured, Ready and enforced some time after its write, and met in its
 * former state for a while after a change (lifecycle A.3, F.6; corrections.md part b).
 */
export class PolicyRegistry {
  readonly #env: AdmissionEnvironment;
  #known: PolicyCache;
  readonly #enforced = new Map<string, RegisteredPolicy>();
  #sorted: readonly RegisteredPolicy[] | undefined;

  constructor(env: AdmissionEnvironment) {
    this.#env = env;
    this.#known = new PolicyCache((object) => env.readPolicy(object));
  }

  /** Policies by key whose webhooks stand. */
  enforced(): readonly RegisteredPolicy[] {
    this.#sorted ??= [...this.#enforced.entries()]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([, registered]) => registered);
    return this.#sorted;
  }

  /** A policy as the lister has it, Ready or not. */
  find(key: string): Policy | undefined {
    return this.#known.get(key);
  }

  /** Takes up a policy that was there before the run: it is Ready already. */
  load(object: KubernetesObject): void {
    if (!isPolicy(object)) return;
    const policy = this.#known.set(object);
    if (policy !== undefined && isReady(object)) this.#enforce(policy);
  }

  /** Takes up the policies that there are, after a while of not watching. */
  resume(objects: readonly KubernetesObject[], cause: EventId): void {
    this.#known = new PolicyCache((object) => this.#env.readPolicy(object));
    this.#enforced.clear();
    this.#sorted = undefined;
    for (const object of objects) {
      this.load(object);
      if (isPolicy(object) && !isReady(object))
        this.#env.scheduler.spawn(this.#makeReady(object, cause), ADMISSION_LATENCIES.ready);
    }
  }

  see(event: WatchEvent): void {
    if (!isPolicy(event.object)) return;
    const { object } = event;
    const { scheduler } = this.#env;
    if (event.type === 'DELETED') {
      this.#known.remove(object);
      scheduler.spawn(this.#forget(policyKeyOf(object)), ADMISSION_LATENCIES.forgotten);
      return;
    }
    const policy = this.#known.set(object);
    if (policy === undefined) return;
    const changed = event.previous === undefined || event.previous['spec'] !== object['spec'];
    if (!isReady(object)) {
      if (changed) scheduler.spawn(this.#makeReady(object, event.event), ADMISSION_LATENCIES.ready);
    } else if (changed) scheduler.spawn(this.#enforceLater(policy), ADMISSION_LATENCIES.forgotten);
    else this.#refresh(policy);
  }

  *#forget(key: string): Process<void> {
    if (this.#known.get(key) !== undefined) return;
    this.#enforced.delete(key);
    this.#sorted = undefined;
    yield* [];
  }

  *#enforceLater(policy: Policy): Process<void> {
    if (this.#known.get(policy.key)?.spec === policy.spec) this.#enforce(policy);
    yield* [];
  }

  /** A policy with `admission: false` has no webhooks and is not looked at for requests (lifecycle A.3). */
  #enforce(policy: Policy): void {
    if (get(policy.spec, 'admission') === false) this.#enforced.delete(policy.key);
    else this.#enforced.set(policy.key, { policy, webhooks: webhookRulesOf(policy, this.#env.behaviour) });
    this.#sorted = undefined;
  }

  /** The same spec in a newer object: results name the newer one. */
  #refresh(policy: Policy): void {
    const registered = this.#enforced.get(policy.key);
    if (registered === undefined) return;
    this.#enforced.set(policy.key, { ...registered, policy });
    this.#sorted = undefined;
  }

  /** Writes the condition Ready, as the webhook controller does once the webhooks are configured. */
  *#makeReady(object: KubernetesObject, cause: EventId): Process<void> {
    const { server, recorder, scheduler } = this.#env;
    const info = server.discovery().byKind({
      group: 'kyverno.io',
      version: object.apiVersion.slice('kyverno.io/'.length),
      kind: object.kind,
    });
    const policy = this.#known.get(policyKeyOf(object));
    if (info === undefined || policy === undefined) return;
    const ref = refOf(object);
    const live = server.lookup(info, ref.namespace ?? '', ref.name);
    if (live === undefined || live.metadata['uid'] !== ref.uid) return;
    const response = yield* server.request({
      verb: 'update',
      resource: info,
      subresource: 'status',
      ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
      name: ref.name,
      body: { ...live, status: readyStatus(policy, this.#env.wallClock()) },
      user: ADMISSION_CONTROLLER,
      component: 'admission-controller',
      fieldManager: 'kyverno',
      cause,
    });
    if (response.failure !== undefined) return;
    recorder.record({
      kind: 'policy',
      phase: 'background',
      cause: response.event,
      policy: ref,
      ready: true,
      message: 'Ready',
    });
    const current = this.#known.get(policy.key);
    if (current !== undefined) scheduler.spawn(this.#enforceLater(current), ADMISSION_LATENCIES.enforced);
  }
}

/** Status of a policy whose webhooks are configured. */
export function readyStatus(policy: Policy, time: number): JsonObject {
  const count = (type: string): number => policy.rules.filter((rule) => rule.type === type).length;
  const condition: Json = {
    lastTransitionTime: `${new Date(time).toISOString().slice(0, 19)}Z`,
    message: 'Ready',
    reason: 'Succeeded',
    status: 'True',
    type: 'Ready',
  };
  const others = getList(policy.object, 'status', 'conditions').filter(
    (known) => JSON.stringify(known) !== JSON.stringify(condition),
  );
  const derived = policy.rules.filter((rule) => rule.autogen).map((rule) => rule.raw);
  return {
    autogen: derived.length === 0 ? {} : { rules: derived },
    conditions: [...others, condition],
    rulecount: {
      generate: count('generate'),
      mutate: count('mutate'),
      validate: count('validate'),
      verifyimages: count('verifyImages'),
    },
    validatingadmissionpolicy: { generated: false, message: '' },
  };
}
