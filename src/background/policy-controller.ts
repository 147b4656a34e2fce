import { equal, get, getList, getObject, type Json, type JsonObject } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import { type EventId, eventId } from '../base/units.ts';
import type { WatchEvent } from '../cluster/api.ts';
import { hasMutateExisting } from '../engine/rules/response.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { refOf } from '../kubernetes/object.ts';
import {
  labelOf,
  MANAGED_BY,
  POLICY_NAME,
  POLICY_NAMESPACE,
  RULE_NAME,
  triggerOf,
} from '../kyverno/labels.ts';
import type { Policy, Rule } from '../kyverno/policy.ts';
import { type PolicyCache, policyKeyOf } from '../kyverno/policy-informer.ts';
import { planUpdateRequests, type RuleContext } from '../kyverno/update-request.ts';
import { canProcessInBackground, mutatesOnPolicyUpdate } from './background-policy.ts';
import { createPending } from './create-pending.ts';
import { ask, type BackgroundEnvironment, infoOf, placeOf } from './environment.ts';
import { existingTriggers } from './existing-triggers.ts';
import { isSynchronized } from './generate-target.ts';
import { BACKGROUND_LATENCIES } from './latencies.ts';
import { downstreams, mutateExisting } from './parts.ts';

/** Most rule contexts that one UpdateRequest of a policy event takes. */
const BATCH = 100;

/** What the background controller does when a policy is created, changed or deleted (lifecycle D.4). */
export class PolicyController {
  readonly #env: BackgroundEnvironment;
  readonly #policies: PolicyCache;
  /** Each policy's last event. */
  readonly #causes = new Map<string, EventId>();

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
      yield* this.#created(policy, this.#causes.get(policy.key) ?? eventId(0));
    this.start(isRunning);
  }

  see(event: WatchEvent): void {
    const { object, previous, type } = event;
    this.#causes.set(policyKeyOf(object), event.event);
    if (type === 'DELETED') {
      const policy = this.#env.readPolicy(object);
      this.#policies.remove(object);
      if (policy !== undefined) this.#later(this.#deleted(policy, generateRules(policy), event.event));
      return;
    }
    const policy = this.#policies.set(object);
    if (policy === undefined) return;
    if (type === 'ADDED') this.#later(this.#created(policy, event.event));
    else if (previous !== undefined && !equal(previous['spec'], object['spec'])) {
      const old = this.#env.readPolicy(previous);
      if (old !== undefined) this.#later(this.#updated(old, policy, event.event));
    }
  }

  #later(process: Process<void>): void {
    this.#env.scheduler.spawn(process, BACKGROUND_LATENCIES.policyEvent);
  }

  *#created(policy: Policy, cause: EventId): Process<void> {
    if (!canProcessInBackground(policy, this.#env.wallClock())) return;
    yield* this.#mutateExisting(policy, cause);
    const rules = generateRules(policy);
    const contexts = rules.filter(syncsData).flatMap((rule) => this.#downstreamContexts(policy, rule, false));
    yield* this.#create(policy, contexts, undefined, cause);
    yield* this.#generateExisting(policy, cause);
  }

  *#updated(old: Policy, policy: Policy, cause: EventId): Process<void> {
    const rules = generateRules(policy);
    // The gate looks at the policy as it is now: with its last generate rule gone nothing happens at all.
    if (!canProcessInBackground(policy, this.#env.wallClock())) return;
    const removed = generateRules(old).filter(({ name }) => !rules.some((rule) => rule.name === name));
    yield* this.#deleted(old, removed, cause);
    yield* this.#mutateExisting(policy, cause);
    const again: RuleContext[] = [];
    for (const rule of rules) {
      const before = generateRules(old).find(({ name }) => name === rule.name);
      if (before === undefined) continue;
      // Where a rule is gone Kyverno looks at the targets of no other (pkg/policy, updatePolicy).
      const moved = removed.length === 0 && !equal(targetOf(before), targetOf(rule));
      if (moved) yield* this.#abandon(old, before, cause);
      else if (syncsData(rule)) again.push(...this.#downstreamContexts(policy, rule, false));
    }
    // Up to 1.12 the UpdateRequests name the downstreams from the start.
    const listed = this.#env.behaviour.updateRequestPerRule ? rules : undefined;
    yield* this.#create(policy, again, listed, cause);
    yield* this.#generateExisting(policy, cause);
  }

  *#deleted(policy: Policy, rules: readonly Rule[], cause: EventId): Process<void> {
    const cleaned = rules.filter(
      (rule) =>
        isSynchronized(rule) &&
        !(
          this.#env.behaviour.orphansDownstreams &&
          get(get(rule.raw, 'generate'), 'orphanDownstreamOnPolicyDelete') === true
        ) &&
        (syncsData(rule) || this.#env.behaviour.cleansUpClonesOnPolicyDeletion),
    );
    const contexts = cleaned.flatMap((rule) => this.#downstreamContexts(policy, rule, true));
    yield* this.#create(policy, contexts, cleaned, cause);
  }

  *#mutateExisting(policy: Policy, cause: EventId): Process<void> {
    if (policy.rules.some((rule) => hasMutateExisting(rule) && mutatesOnPolicyUpdate(policy.spec, rule)))
      yield* mutateExisting.get().mutateOnPolicyEvent(this.#env, policy, cause);
  }

  *#generateExisting(policy: Policy, cause: EventId): Process<void> {
    const contexts = generateRules(policy).flatMap((rule) => {
      const own = get(get(rule.raw, 'generate'), 'generateExisting') ?? get(policy.spec, 'generateExisting');
      return own === true ? existingTriggers(this.#env, policy, rule) : [];
    });
    yield* this.#create(policy, contexts, undefined, cause);
  }

  /** One rule context for each downstream that carries the rule's labels. */
  #downstreamContexts(policy: Policy, rule: Rule, deleteDownstream: boolean): readonly RuleContext[] {
    return this.#downstreams(policy, rule).map((object) => ({
      rule: rule.name,
      trigger: triggerOf(object),
      deleteDownstream,
    }));
  }

  #downstreams(policy: Policy, rule: Rule): readonly KubernetesObject[] {
    return downstreams
      .get()
      .downstreamKinds(this.#env, rule)
      .flatMap((info) =>
        this.#env.server
          .listAll(info)
          .filter(
            (object) =>
              labelOf(object, MANAGED_BY) === 'kyverno' &&
              labelOf(object, POLICY_NAME) === policy.name &&
              labelOf(object, POLICY_NAMESPACE) === policy.namespace &&
              labelOf(object, RULE_NAME) === rule.name,
          ),
      );
  }

  /** Writes UpdateRequests; `listed` rules put their downstreams into the status at once. */
  *#create(
    policy: Policy,
    contexts: readonly RuleContext[],
    listed: readonly Rule[] | undefined,
    cause: EventId,
  ): Process<void> {
    const env = this.#env;
    const deletes = contexts.some(({ deleteDownstream }) => deleteDownstream);
    const size = deletes || !env.behaviour.batchesRuleContexts ? contexts.length : BATCH;
    for (let from = 0; from < contexts.length; from += size) {
      const batch = contexts.slice(from, from + size);
      for (const { object, ruleContext } of planUpdateRequests(env.behaviour, policy, batch)) {
        const generatedResources = (listed ?? []).flatMap((rule) =>
          this.#downstreams(policy, rule)
            .filter((made) => ruleContext.some(({ trigger }) => trigger.uid === triggerOf(made).uid))
            .map(listedResource),
        );
        yield* createPending(env, object, generatedResources, cause);
      }
    }
  }

  /** The rule makes something else now: what it made before loses the labels that name it (lifecycle D.4). */
  *#abandon(policy: Policy, rule: Rule, cause: EventId): Process<void> {
    const env = this.#env;
    for (const object of this.#downstreams(policy, rule)) {
      const info = infoOf(env, object);
      if (info === undefined) continue;
      const ref = refOf(object);
      const labels = Object.entries(getObject(object, 'metadata', 'labels')).filter(
        ([name]) => name !== POLICY_NAME && name !== POLICY_NAMESPACE && name !== RULE_NAME,
      );
      const body = { ...object, metadata: { ...object.metadata, labels: Object.fromEntries(labels) } };
      yield* ask(env, { verb: 'update', ...placeOf(info, ref.namespace), name: ref.name, body, cause });
    }
  }
}

const generateRules = (policy: Policy): readonly Rule[] =>
  policy.rules.filter(({ type }) => type === 'generate');

const bodiesOf = (rule: Rule): readonly Json[] => {
  const generate = get(rule.raw, 'generate') ?? {};
  const foreach = getList(generate, 'foreach');
  return foreach.length > 0 ? foreach : [generate];
};

const syncsData = (rule: Rule): boolean =>
  isSynchronized(rule) && bodiesOf(rule).some((body) => get(body, 'data') !== undefined);

/**
 * The fields of `generate` that say what is made and from where, without its content. Those of a foreach are no part: of its
 * former targets Kyverno looks for the kind beside the foreach, where there is none (pkg/policy/generate.go, ruleChange).
 */
const targetOf = (rule: Rule): JsonObject => {
  const fields = ['apiVersion', 'kind', 'name', 'namespace', 'clone', 'cloneList'];
  return Object.fromEntries(fields.map((field) => [field, get(get(rule.raw, 'generate'), field) ?? null]));
};

function listedResource(object: KubernetesObject): JsonObject {
  const { apiVersion, kind, name, namespace, uid } = refOf(object);
  return {
    apiVersion,
    kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
  };
}
