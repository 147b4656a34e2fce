import type { Json } from '../../base/json.ts';
import { get, getList, getString } from '../../base/json.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { toGoStruct } from '../../kyverno/go-types.ts';
import type { Rule } from '../../kyverno/policy.ts';
import type { RuleExplanation, RuleResponse, RuleStatus } from '../engine-response.ts';
import { evaluateConditions, joinNonEmpty } from '../match/conditions.ts';
import type { PolicyContext } from '../policy-context.ts';
import { exceptionKey, matchExceptions } from './exceptions.ts';
import {
  addNode,
  conditionsTrace,
  finishTrace,
  type RuleTrace,
  startTrace,
  traceConditions,
  traceContext,
} from './explanation.ts';
import { type MutatedRule, mutateRule } from './mutate-rule.ts';
import type { RuleTask } from './old-object.ts';
import { reasonNotToMatch } from './reason-not-to-match.ts';
import { readProperties } from './report-properties.ts';
import { hasMutateExisting, respond } from './response.ts';
import { createRuleScope, type RuleScope } from './rule-scope.ts';

/** What an entry of `mutate.targets` asks for, variables substituted. Empty texts are not given. */
export interface TargetSelector {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** A metav1.LabelSelector. */
  readonly selector?: Json;
}

/** An entry of `mutate.targets`, by its place in the list. */
export type ResolvedTarget =
  | { readonly index: number; readonly selector: TargetSelector }
  | { readonly index: number; readonly error: string };

/** The evaluation of one mutate-existing rule: it begins, its caller finds the targets, each of them is patched. */
export interface ExistingTask {
  readonly task: RuleTask;
  readonly targets: readonly ResolvedTarget[];
}

/** How a rule of a policy begins in the background (engine/mutation.go). `none`: it says nothing about the trigger. */
export type ExistingStart =
  | { readonly kind: 'none'; readonly reason: string; readonly trace: RuleTrace | undefined }
  | { readonly kind: 'answered'; readonly response: RuleResponse; readonly trace: RuleTrace | undefined }
  | { readonly kind: 'targets'; readonly existing: ExistingTask; readonly trace: RuleTrace | undefined };

/**
 * Begins a mutate rule for a trigger: match → context → preconditions → exceptions, then the targets' selectors. A rule
 * without targets is carried out on the trigger itself, whose result nobody stores (background/mutate/mutate.go).
 */
export function startMutateExisting(context: PolicyContext, rule: Rule): ExistingStart {
  const trace = context.explain ? startTrace() : undefined;
  const answered = (status: RuleStatus, message: string): ExistingStart => ({
    kind: 'answered',
    response: respond(rule, 'mutate', status, message),
    trace,
  });
  const reason = reasonNotToMatch(context, rule, context.newObject, trace);
  if (reason !== undefined) return { kind: 'none', reason, trace };
  const scope = createRuleScope(context, getList(rule.raw, 'context'), rule.name);
  if ('error' in scope) return answered('error', `failed to load context: ${scope.error}`);
  const preconditions = checkConditions(get(rule.raw, 'preconditions'), scope, trace, [
    ...rule.path,
    'preconditions',
  ]);
  traceContext(trace, rule, scope);
  if (preconditions !== undefined) return answered(preconditions.status, preconditions.message);
  const exceptions = matchExceptions(context, rule, () => scope);
  if (exceptions.length > 0) {
    const keys = exceptions.map(exceptionKey).join(', ');
    addNode(trace, { label: 'exceptions', status: 'skip', message: keys }, true);
    // Kyverno leaves no blank before the first key.
    return answered('skip', `rule is skipped due to policy exceptions${keys}`);
  }
  const task: RuleTask = { rule, context, scope, parts: readProperties(rule, scope), trace };
  if (!hasMutateExisting(rule)) {
    const { newObject } = context;
    return newObject === undefined
      ? { kind: 'none', reason: 'no resource', trace }
      : { kind: 'answered', response: mutateRule(task, newObject).response, trace };
  }
  return { kind: 'targets', existing: { task, targets: resolveTargets(task) }, trace };
}

/** What a block of preconditions that does not hold makes of the rule; undefined if it holds. */
function checkConditions(
  conditions: Json | undefined,
  scope: RuleScope,
  trace: RuleTrace | undefined,
  path: RuleTask['rule']['path'],
): { readonly status: 'error' | 'skip'; readonly message: string } | undefined {
  const explained = conditionsTrace(trace, 'preconditions', path);
  const result = evaluateConditions(conditions, scope, explained);
  traceConditions(trace, explained);
  if ('error' in result)
    return { status: 'error', message: `failed to evaluate preconditions: ${result.error}` };
  return result.holds
    ? undefined
    : { status: 'skip', message: joinNonEmpty(['preconditions not met', result.message], '; ') };
}

/** The selectors of `mutate.targets`; a Policy looks in its own namespace alone (handlers/mutation/load_targets.go). */
export function resolveTargets({ rule, context, scope }: RuleTask): readonly ResolvedTarget[] {
  const { namespace } = context.policy;
  return getList(get(rule.raw, 'mutate'), 'targets').map((target, index): ResolvedTarget => {
    const substituted = scope.substitute(toGoStruct('TargetSelector', target));
    if ('error' in substituted)
      return { index, error: `failed to substitute variables in target[${index}]: ${substituted.error}` };
    const field = (name: string): string => getString(substituted.value, name) ?? '';
    const selector = get(substituted.value, 'selector');
    return {
      index,
      selector: {
        apiVersion: field('apiVersion'),
        kind: field('kind'),
        namespace: namespace === '' ? field('namespace') : namespace,
        name: field('name'),
        ...(selector === undefined || selector === null ? {} : { selector }),
      },
    };
  });
}

/** The response of a rule some of whose targets could not be loaded: an error without words of its own. */
export const targetsFailed = (rule: Rule, errors: readonly string[]): RuleResponse =>
  respond(rule, 'mutate', 'error', `: ${errors.join('; ')}`);

/**
 * Patches one target: its own context entries and preconditions, then the rule's patches. Entries and `target` stay for
 * the targets that follow, as in Kyverno (handlers/mutation/mutate_existing.go).
 */
export function mutateTarget({ task }: ExistingTask, index: number, target: KubernetesObject): MutatedRule {
  const { rule, scope, trace, context } = task;
  const entry = getList(get(rule.raw, 'mutate'), 'targets')[index] ?? {};
  const path = [...rule.path, 'mutate', 'targets', index];
  scope.setTarget(target);
  const loaded = scope.addEntries(getList(entry, 'context'));
  if (loaded !== undefined)
    return { response: respond(rule, 'mutate', 'error', `failed to load context: ${loaded}`) };
  const preconditions = checkConditions(get(entry, 'preconditions'), scope, trace, [
    ...path,
    'preconditions',
  ]);
  if (preconditions !== undefined)
    return { response: respond(rule, 'mutate', preconditions.status, preconditions.message) };
  const mutated = mutateRule(task, target);
  if (mutated.patched === undefined) return mutated;
  if (Array.isArray(get(get(rule.raw, 'mutate'), 'foreach')))
    // What a foreach leaves stands in the place of the trigger from then on.
    scope.setObjects(mutated.patched, context.oldObject, context.operation);
  else scope.setTarget(mutated.patched);
  return mutated;
}

/** The explanation of a rule once all its targets are done. */
export function explainExisting(
  rule: Rule,
  trace: RuleTrace | undefined,
  responses: readonly RuleResponse[],
  reason = '',
): RuleExplanation {
  const worst =
    responses.find(({ status }) => status === 'error' || status === 'fail') ??
    responses.find(({ status }) => status === 'pass') ??
    responses[0];
  return finishTrace(trace ?? startTrace(), rule, worst?.status ?? 'none', worst?.message ?? reason);
}
