import { equal, get, getList, getObject, getString, type Json, type JsonObject } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import { hasMutateExisting } from '../engine/rules/response.ts';
import { parseKindSelector } from '../kubernetes/kind-selector.ts';
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
import { planUpdateRequests, type RuleContext } from '../kyverno/update-request.ts';
import { canProcessInBackground, mutatesOnPolicyUpdate } from './background-policy.ts';
import { createPending } from './create-pending.ts';
import { ask, type BackgroundEnvironment, infoOf, placeOf } from './environment.ts';
import { existingTriggers } from './existing-triggers.ts';
import { isSynchronized } from './generate-target.ts';
import { mutateExisting } from './parts.ts';

/** Most rule contexts that one UpdateRequest of a policy event takes. */
const BATCH = 100;

/** What follows from a policy's creation, change or deletion (lifecycle D.4). */
export class PolicyEvents {
  readonly #env: BackgroundEnvironment;

  constructor(env: BackgroundEnvironment) {
    this.#env = env;
  }

  *created(policy: Policy, cause: EventId): Process<void> {
    if (!canProcessInBackground(policy, this.#env.wallClock())) return;
    yield* this.#mutateExisting(policy, cause);
    yield* this.#create(policy, this.#syncContexts(policy), undefined, cause);
    yield* this.#generateExisting(policy, cause);
  }

  *updated(old: Policy, policy: Policy, cause: EventId): Process<void> {
    // The gate looks at the policy as it is now: with its last generate rule gone nothing happens at all.
    if (!canProcessInBackground(policy, this.#env.wallClock())) return;
    const removed = old.rules.filter(({ name }) => !policy.rules.some((rule) => rule.name === name));
    yield* this.#rulesGone(
      old,
      removed.filter(({ type }) => type === 'generate'),
      cause,
    );
    // Where a rule is gone, of whatever type, Kyverno looks at the targets of no other (pkg/policy, updatePolicy).
    if (removed.length === 0) yield* this.#abandonMoved(old, policy, cause);
    yield* this.#mutateExisting(policy, cause);
    // Up to 1.12 the UpdateRequests name the downstreams from the start.
    const listed = this.#env.behaviour.updateRequestPerRule ? generateRules(policy) : undefined;
    yield* this.#create(policy, this.#syncContexts(policy), listed, cause);
    yield* this.#generateExisting(policy, cause);
  }

  /** A policy is gone, with all its rules. */
  *deleted(policy: Policy, cause: EventId): Process<void> {
    yield* this.#rulesGone(policy, generateRules(policy), cause);
  }

  *#rulesGone(policy: Policy, rules: readonly Rule[], cause: EventId): Process<void> {
    const cleaned = rules.filter(
      (rule) =>
        isSynchronized(rule) &&
        !(
          this.#env.behaviour.orphansDownstreams &&
          get(get(rule.raw, 'generate'), 'orphanDownstreamOnPolicyDelete') === true
        ) &&
        (this.#env.behaviour.cleansUpClonesOnPolicyDeletion || bodiesOf(rule).some(holdsData)),
    );
    const contexts = cleaned.flatMap((rule) =>
      bodiesOf(rule)
        .filter((body) => this.#env.behaviour.cleansUpClonesOnPolicyDeletion || holdsData(body))
        .flatMap((body) => this.#contextsOf(policy, rule, kindsToCleanUp(body), true)),
    );
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

  /** What is to be brought in line with the rules' content: every downstream of data, once for each content of its kind. */
  #syncContexts(policy: Policy): readonly RuleContext[] {
    return generateRules(policy)
      .filter(isSynchronized)
      .flatMap((rule) =>
        bodiesOf(rule)
          .filter(holdsData)
          .flatMap((body) => this.#contextsOf(policy, rule, [kindOf(body)], false)),
      );
  }

  /** One rule context for each downstream of these kinds that carries the rule's labels. */
  #contextsOf(
    policy: Policy,
    rule: Rule,
    kinds: readonly TargetKind[],
    deleteDownstream: boolean,
  ): readonly RuleContext[] {
    return kinds.flatMap((kind) =>
      this.#labelled(policy, rule, kind)
        .filter((object) => labelOf(object, MANAGED_BY) === 'kyverno')
        .map((object) => ({ rule: rule.name, trigger: triggerOf(object), deleteDownstream })),
    );
  }

  /** Objects of a kind that carry a rule's labels. */
  #labelled(policy: Policy, rule: Rule, { apiVersion, kind }: TargetKind): readonly KubernetesObject[] {
    const info = infoOf(this.#env, { apiVersion, kind });
    if (info === undefined) return [];
    return this.#env.server
      .listAll(info)
      .filter(
        (object) =>
          labelOf(object, POLICY_NAME) === policy.name &&
          labelOf(object, POLICY_NAMESPACE) === policy.namespace &&
          labelOf(object, RULE_NAME) === rule.name,
      );
  }

  #downstreams(policy: Policy, rule: Rule): readonly KubernetesObject[] {
    const kinds = new Map(
      bodiesOf(rule)
        .flatMap(kindsToCleanUp)
        .map((kind) => [`${kind.apiVersion}/${kind.kind}`, kind]),
    );
    return [...kinds.values()].flatMap((kind) =>
      this.#labelled(policy, rule, kind).filter((object) => labelOf(object, MANAGED_BY) === 'kyverno'),
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

  /** Rules that make something else now: what they made before loses the labels that name them (lifecycle D.4). */
  *#abandonMoved(old: Policy, policy: Policy, cause: EventId): Process<void> {
    for (const rule of generateRules(policy)) {
      const before = generateRules(old).find(({ name }) => name === rule.name);
      const kinds = before === undefined ? [] : movedKinds(before, rule);
      for (const object of kinds.flatMap((kind) => this.#labelled(old, rule, kind)))
        yield* this.#abandon(object, cause);
    }
  }

  *#abandon(object: KubernetesObject, cause: EventId): Process<void> {
    const info = infoOf(this.#env, object);
    if (info === undefined) return;
    const ref = refOf(object);
    const labels = Object.entries(getObject(object, 'metadata', 'labels')).filter(
      ([name]) => name !== POLICY_NAME && name !== POLICY_NAMESPACE && name !== RULE_NAME,
    );
    const body = { ...object, metadata: { ...object.metadata, labels: Object.fromEntries(labels) } };
    yield* ask(this.#env, { verb: 'update', ...placeOf(info, ref.namespace), name: ref.name, body, cause });
  }
}

const generateRules = (policy: Policy): readonly Rule[] =>
  policy.rules.filter(({ type }) => type === 'generate');

const bodiesOf = (rule: Rule): readonly Json[] => {
  const generate = get(rule.raw, 'generate') ?? {};
  const foreach = getList(generate, 'foreach');
  return foreach.length > 0 ? foreach : [generate];
};

const holdsData = (body: Json): boolean => get(body, 'data') !== undefined;

interface TargetKind {
  readonly apiVersion: string;
  readonly kind: string;
}

const kindOf = (body: Json): TargetKind => ({
  apiVersion: getString(body, 'apiVersion') ?? '',
  kind: getString(body, 'kind') ?? '',
});

/** Kinds that a body may have made; of a cloneList those that name their version, without wildcards. */
function kindsToCleanUp(body: Json): readonly TargetKind[] {
  const own = kindOf(body);
  return own.apiVersion !== '' && own.kind !== '' ? [own] : clonedKinds(body);
}

function clonedKinds(body: Json): readonly TargetKind[] {
  return getList(get(body, 'cloneList'), 'kinds').flatMap((text) => {
    const { group, version, kind } = parseKindSelector(String(text));
    if ([group === '*' ? '' : group, version, kind].some((part) => part.includes('*'))) return [];
    return [{ apiVersion: group === '*' ? version : `${group}/${version}`, kind }];
  });
}

/**
 * Kinds whose objects a changed rule leaves (pkg/policy/generate.go, ruleChange): that of its target if target or source
 * changed, those of its cloneList if that did. For a foreach Kyverno looks at the kind beside it, where there is none.
 */
function movedKinds(before: Rule, after: Rule): readonly TargetKind[] {
  const [old, now] = [get(before.raw, 'generate') ?? {}, get(after.raw, 'generate') ?? {}];
  const changed = (fields: readonly string[]): boolean =>
    fields.some((field) => !equal(get(old, field) ?? null, get(now, field) ?? null));
  const own = kindOf(old);
  return [
    ...(own.kind !== '' && changed(['apiVersion', 'kind', 'name', 'namespace', 'clone']) ? [own] : []),
    ...(changed(['cloneList']) ? clonedKinds(old) : []),
  ];
}

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
