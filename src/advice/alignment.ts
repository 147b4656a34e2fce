import type { Json } from '../base/json.ts';
import { get, getPath, isObject } from '../base/json.ts';
import type { EventId } from '../base/units.ts';
import type { TextFix } from '../manifest/diagnostic.ts';
import { causalityOf } from '../trace/causality.ts';
import type { PlanEvent, RequestEvent, RuleEvent } from '../trace/event.ts';
import type { Trace } from '../trace/trace.ts';
import type { Advice } from './advice.ts';
import { alignmentOf } from './conditions.ts';
import { kindsOf, locateInRule, nameOfRule, type RulePlace, resourceFilters } from './rule-places.ts';
import { addKey } from './yaml-text.ts';

/** A generate rule that planned for a trigger which a validate rule denied. */
export interface DeniedTrigger {
  readonly generate: RulePlace;
  readonly validate: RulePlace;
  readonly plan: PlanEvent;
  readonly denial: RuleEvent;
  readonly request: RequestEvent;
}

/** Every denied trigger of a run that left an UpdateRequest behind, in order of time. */
export function deniedTriggers(
  trace: Trace | undefined,
  rules: readonly RulePlace[],
): readonly DeniedTrigger[] {
  if (trace === undefined) return [];
  const { causesOf } = causalityOf(trace);
  const requestOf = (id: EventId): RequestEvent | undefined =>
    causesOf(id).find((event) => event.kind === 'request');
  const denials = trace.events.filter(
    (event): event is RuleEvent =>
      event.kind === 'rule' && event.ruleType === 'validate' && event.status === 'fail' && event.enforced,
  );
  const find = (policy: string, rule: string): RulePlace | undefined =>
    rules.find((place) => isNamed(place, policy) && place.rule.name === rule);
  return trace.events.flatMap((plan) => {
    if (plan.kind !== 'plan' || plan.action !== 'generate') return [];
    const request = requestOf(plan.id);
    if (request === undefined || request.refusedBy !== 'validating') return [];
    const denial = denials.find((event) => requestOf(event.id) === request);
    const generate = find(plan.policy, plan.rule);
    const validate = denial && find(denial.policy, denial.rule);
    return generate && validate && denial ? [{ generate, validate, plan, denial, request }] : [];
  });
}

const isNamed = ({ policy }: RulePlace, name: string): boolean => policy.key === name || policy.name === name;

/** The first practice: a generate rule matches what a validate rule denies; the run proves it. */
export function adviseAlignment(
  trace: Trace | undefined,
  denied: readonly DeniedTrigger[],
): readonly Advice[] {
  const pairs = new Map<string, DeniedTrigger[]>();
  for (const one of denied) {
    const key = `${nameOfRule(one.generate)} ${nameOfRule(one.validate)}`;
    pairs.set(key, [...(pairs.get(key) ?? []), one]);
  }
  return [...pairs.values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [alignmentAdvice(trace, first, others)],
  );
}

function alignmentAdvice(
  trace: Trace | undefined,
  first: DeniedTrigger,
  others: readonly DeniedTrigger[],
): Advice {
  const { generate, validate, plan, denial, request } = first;
  const { kind, name } = plan.trigger;
  const made = trace?.events.find(
    (event) =>
      event.kind === 'target' && event.updateRequest === plan.updateRequest && event.result === 'created',
  );
  const outcome =
    made?.kind === 'target'
      ? `and still ${made.target.kind} ${made.target.name} was made for it.`
      : 'so its UpdateRequest looked for a trigger that was never stored.';
  const fix = alignmentFix(generate, validate);
  const more = others.map((one) => one.plan.id);
  return {
    code: 'advice-align-generate',
    severity: 'advice',
    title: `Let ${generate.rule.name} match only what ${validate.rule.name} lets through`,
    message: `${nameOfRule(generate)} matched ${kind} ${name}, which ${nameOfRule(validate)} denied, ${outcome}`,
    hint: hintOf(generate, validate),
    note: `also matches what ${validate.rule.name} denies`,
    ...locateInRule(generate, ['match'], 'key'),
    ...(fix === undefined ? {} : { fix }),
    events: [plan.id, denial.id, request.id, ...(made === undefined ? [] : [made.id]), ...more],
    snippets: [],
  };
}

function hintOf(generate: RulePlace, validate: RulePlace): string {
  const alignment = alignmentOf(validate.rule.raw);
  const kinds = kindsOf(generate.rule.raw)
    .map((kind) => `${kind}s`)
    .join(', ');
  if (alignment === undefined)
    return `Give ${generate.rule.name} the conditions of ${validate.rule.name}: its pattern is no plain condition, so none is derived.`;
  if ('labels' in alignment) {
    const labels = Object.keys(alignment.labels);
    return `Match only ${kinds} with the label${labels.length > 1 ? 's' : ''} ${labels.join(', ')}.`;
  }
  return 'Add the condition as a precondition.';
}

/** The selector or precondition, written into the generate rule; undefined where it cannot be derived or placed. */
function alignmentFix(generate: RulePlace, validate: RulePlace): TextFix | undefined {
  const { document, rule } = generate;
  const alignment = alignmentOf(validate.rule.raw);
  if (document === undefined || alignment === undefined) return undefined;
  if ('preconditions' in alignment) {
    const edit = addKey(document, rule.path, 'preconditions', alignment.preconditions, 'generate');
    return edit && { title: 'Add the precondition', edits: [edit] };
  }
  const kinds = kindsOf(validate.rule.raw);
  const filters = resourceFilters(rule.raw).filter(({ filter }) =>
    kindsOf({ match: { resources: filter } }).some((kind) => kinds.includes(kind) || kinds.includes('*')),
  );
  const edits = filters.flatMap(({ path }) => {
    const edit = selectorEdit(document, [...rule.path, ...path], alignment.labels);
    return edit === undefined ? [] : [edit];
  });
  return edits.length === 0 ? undefined : { title: 'Add the selector', edits };
}

function selectorEdit(
  document: NonNullable<RulePlace['document']>,
  path: readonly (string | number)[],
  labels: Readonly<Record<string, string>>,
): TextFix['edits'][number] | undefined {
  const selector: Json | undefined = getPath(document.value, [...path, 'selector']);
  if (!isObject(selector)) return addKey(document, path, 'selector', { matchLabels: labels });
  if (get(selector, 'matchLabels') === undefined)
    return addKey(document, [...path, 'selector'], 'matchLabels', labels);
  const [[key, value] = ['', '']] = Object.entries(labels);
  return addKey(document, [...path, 'selector', 'matchLabels'], key, value);
}
