import type { Json, JsonObject } from '../../base/json.ts';
import { get, getList, getObject, getString, setKey } from '../../base/json.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { LEFT_ALONE } from '../../kyverno/left-alone.ts';
import type { Policy } from '../../kyverno/policy.ts';
import { causalityOf } from '../../trace/causality.ts';
import type { RuleEvent, TargetEvent } from '../../trace/event.ts';
import { objectsAt } from '../../trace/outcome.ts';
import type { Trace } from '../../trace/trace.ts';
import { clip } from '../../trace/words.ts';
import { asWritten, type Trigger } from './trigger.ts';

/** What one rule answered for one object, and what the CLI compares beside the status. */
export interface Expectation {
  readonly rule: RuleEvent;
  readonly policy: Policy;
  /** Name of the rule as the policy's author wrote it: of a derived rule, of the one that it comes from. */
  readonly ruleName: string;
  /** A generate rule's object as the rule made it; absent if none was made. */
  readonly generated?: JsonObject;
  /** What a clone copied. */
  readonly source?: KubernetesObject;
  readonly patched?: KubernetesObject;
  /** What the CLI cannot check of it, one sentence. */
  readonly unchecked?: string;
}

/** Why something that happened is not in the test. */
export interface LeftOut {
  readonly rule: RuleEvent;
  readonly reason: string;
}

/** Splits what the rules answered at admission into what the CLI can check and what it cannot, with the reason. */
export function expectationsOf(
  trace: Trace,
  trigger: Trigger,
  policies: readonly Policy[],
): { readonly expected: readonly Expectation[]; readonly left: readonly LeftOut[] } {
  const expected: Expectation[] = [];
  const left: LeftOut[] = [];
  for (const rule of rulesOf(trace, trigger)) {
    const policy = policies.find(({ key }) => key === rule.policy);
    if (policy === undefined) continue;
    const found = expectation(trace, trigger, rule, policy);
    if (typeof found === 'string') left.push({ rule, reason: found });
    else expected.push(found);
    if (typeof found !== 'string' && found.unchecked !== undefined)
      left.push({ rule, reason: found.unchecked });
  }
  return { expected, left };
}

/** The rules that answered in the webhooks of a request; if none matched, those that were looked at. */
function rulesOf(trace: Trace, { request }: Trigger): readonly RuleEvent[] {
  const causality = causalityOf(trace);
  const rules = trace.events.filter(
    (event): event is RuleEvent =>
      event.kind === 'rule' &&
      event.phase === 'admission' &&
      event.step === request.step &&
      // Requests that follow from this one, as of the background controller, have rules of their own.
      causality.causesOf(event.id).find(({ kind }) => kind === 'request')?.id === request.id,
  );
  const once = [...new Map(rules.map((event) => [`${event.policy}|${event.rule}`, event])).values()];
  const matched = once.filter(({ status }) => status !== 'none');
  return matched.length > 0 ? matched : once;
}

function expectation(trace: Trace, trigger: Trigger, rule: RuleEvent, policy: Policy): Expectation | string {
  const ruleName = rule.rule.replace(/^autogen-(cronjob-)?/, '');
  const known = policy.rules.some(({ name, autogen }) => name === ruleName && !autogen);
  const common = { rule, policy, ruleName: known ? ruleName : rule.rule };
  if (rule.message.startsWith(LEFT_ALONE))
    return 'Kyverno’s settings let it through, and the CLI does not read them';
  // Of a generate policy that matches nothing the CLI says "Not found", which fails a test.
  if (rule.status === 'none' && rule.ruleType === 'generate')
    return 'it does not match, which the CLI cannot expect';
  switch (rule.ruleType) {
    case 'validate':
      return common;
    case 'mutate':
      if (rule.status === 'pass' && trigger.patched === undefined)
        return 'the object before the mutation is not known';
      return rule.status === 'pass' && isLastMutation(trace, trigger, rule)
        ? { ...common, ...(trigger.patched === undefined ? {} : { patched: trigger.patched }) }
        : common;
    case 'generate':
      return generation(trace, trigger, common);
    case 'mutateExisting':
      return 'the CLI changes targets at once; here the background controller does it later';
    case 'verifyImages':
      return 'image verification needs a registry';
  }
}

/** The CLI compares a mutate rule with the object after its whole policy: only the last one has the object at the end. */
function isLastMutation(trace: Trace, trigger: Trigger, rule: RuleEvent): boolean {
  const mutations = rulesOf(trace, trigger).filter(
    ({ ruleType, status }) => ruleType === 'mutate' && status === 'pass',
  );
  return mutations.at(-1)?.policy === rule.policy;
}

/**
 * The CLI has no time: it makes the target of a rule that matched at once, whatever became of the request. A target that the
 * background controller made is compared; of one that it never made only the status is expected.
 */
function generation(
  trace: Trace,
  trigger: Trigger,
  common: Pick<Expectation, 'rule' | 'policy' | 'ruleName'>,
): Expectation | string {
  const { rule } = common;
  if (rule.status !== 'pass') return common;
  const ends = targetsOf(trace, trigger, rule);
  const made = ends.filter(({ result }) => MADE.includes(result));
  if (ends.length > 1) return 'several targets: the CLI compares one file at a time';
  const [first] = made;
  if (first === undefined) {
    if (ends.some(({ result }) => result === 'kept')) return common;
    if (needsSource(common)) return 'nothing was cloned';
    const reason = ends.find(({ result }) => result !== 'never')?.reason;
    return {
      ...common,
      unchecked: reason === undefined ? NEVER_MADE : `${NEVER_MADE}; here ${clip(reason, 160)}`,
    };
  }
  const source = sourceOf(trace, common, trigger);
  if (needsSource(common) && source === undefined) return 'the source of the clone is not known';
  const stored = storedAs(trace, first);
  const generated = stored && asWritten(stored, source ?? getObject(generateOf(common), 'data'));
  return {
    ...common,
    ...(generated === undefined ? {} : { generated }),
    ...(source === undefined ? {} : { source }),
  };
}

/** How each target ended: an attempt may be repeated. */
function targetsOf(trace: Trace, { request }: Trigger, rule: RuleEvent): readonly TargetEvent[] {
  const ends = trace.events.filter(
    (event): event is TargetEvent =>
      event.kind === 'target' &&
      event.policy === rule.policy &&
      event.rule === rule.rule &&
      event.step === request.step &&
      event.trigger.kind === request.target.kind &&
      event.trigger.name === request.target.name &&
      (event.trigger.namespace ?? '') === (request.target.namespace ?? ''),
  );
  return [
    ...new Map(
      ends.map((event) => [
        `${event.target.kind}|${event.target.namespace ?? ''}|${event.target.name}`,
        event,
      ]),
    ).values(),
  ];
}

const MADE: readonly TargetEvent['result'][] = ['created', 'updated', 'unchanged'];
const NEVER_MADE = 'the CLI makes its target although the cluster never did';

/** The object as the controller left it: what others changed later is not the rule's. */
const storedAs = (trace: Trace, { target, end }: TargetEvent): KubernetesObject | undefined =>
  trace.revisions.findLast(
    ({ object, time }) =>
      time <= end &&
      object.kind === target.kind &&
      getString(object, 'metadata', 'name') === target.name &&
      (getString(object, 'metadata', 'namespace') ?? '') === (target.namespace ?? ''),
  )?.object;

const generateOf = ({ policy, ruleName }: Pick<Expectation, 'policy' | 'ruleName'>): JsonObject =>
  getObject(policy.rules.find(({ name }) => name === ruleName)?.raw, 'generate');

const needsSource = (common: Pick<Expectation, 'policy' | 'ruleName'>): boolean =>
  getString(generateOf(common), 'clone', 'name') !== undefined;

function sourceOf(
  trace: Trace,
  common: Pick<Expectation, 'policy' | 'ruleName'>,
  { request }: Trigger,
): KubernetesObject | undefined {
  const generate = generateOf(common);
  const name = getString(generate, 'clone', 'name');
  const namespace = getString(generate, 'clone', 'namespace') ?? '';
  const kind = getString(generate, 'kind');
  const found = objectsAt(trace, request.time).find(
    ({ ref }) => ref.kind === kind && ref.name === name && (ref.namespace ?? '') === namespace,
  );
  return found && trace.revisions.find(({ id }) => id === found.revision)?.object;
}

/**
 * What the entries of a rule's context gave in the run, by name: the CLI asks no cluster and takes it from the values. Left
 * out: entries that it computes itself, and those that nothing asked for.
 */
export function entryValues(trace: Trace, { rule, policy, ruleName }: Expectation): JsonObject {
  const tree = trace.evaluations[rule.evaluation]?.tree ?? [];
  const row = tree.find(({ label }) => label === 'context');
  const entries = getList(policy.rules.find(({ name }) => name === ruleName)?.raw, 'context');
  const values: Record<string, Json> = {};
  for (const { label, status, actual } of row?.children ?? []) {
    const entry = entries.find((one) => getString(one, 'name') === label);
    const computed = get(entry, 'variable') !== undefined;
    if (status === 'pass' && actual !== undefined && !computed) setKey(values, label, actual);
  }
  return values;
}

/** Whether an entry of the rule's context could not be loaded: then the CLI needs the answer that made it fail. */
export const hasFailedEntry = (trace: Trace, { rule }: Expectation): boolean =>
  (trace.evaluations[rule.evaluation]?.tree ?? []).some(
    ({ label, children = [] }) => label === 'context' && children.some(({ status }) => status === 'error'),
  );
