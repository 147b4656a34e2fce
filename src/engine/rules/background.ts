import { get, getList, getString } from '../../base/json.ts';
import type { PolicyException, Rule } from '../../kyverno/policy.ts';
import type { EngineResponse, RuleExplanation, RuleResponse } from '../engine-response.ts';
import { evaluateConditions } from '../match/conditions.ts';
import { appliesTo } from '../match/match-rule.ts';
import type { PolicyContext } from '../policy-context.ts';
import { exceptionKey, matchExceptions } from './exceptions.ts';
import type { RuleTrace } from './explanation.ts';
import {
  addNode,
  conditionsTrace,
  finishTrace,
  startTrace,
  traceConditions,
  traceContext,
} from './explanation.ts';
import { reasonOfRule } from './reason-not-to-match.ts';
import { hasGenerate, hasMutateExisting, respond } from './response.ts';
import type { RuleScope } from './rule-scope.ts';
import { createRuleScope } from './rule-scope.ts';
import { policyApplies, subjectOf, unsupportedOfPolicy } from './subject.ts';

interface Filtered {
  readonly response?: RuleResponse;
  readonly reason?: string;
}

/** Exceptions come before match here, so their conditions see no context entries. */
function exceptionsOf(context: PolicyContext, rule: Rule): readonly PolicyException[] {
  if (context.exceptions.length === 0) return [];
  const scope = createRuleScope(context, []);
  return 'error' in scope ? [] : matchExceptions(context, rule, () => scope);
}

/** Answers for one rule; `none` is an empty answer (lifecycle B.2, the table's rows by number). */
function filterRule(context: PolicyContext, rule: Rule, trace: RuleTrace | undefined): Filtered {
  const generates = hasGenerate(rule);
  const ruleType = generates ? 'generate' : 'mutate';
  const answer = (status: RuleResponse['status'], message = ''): Filtered => ({
    response: respond(rule, ruleType, status, message),
  });
  const exceptions = exceptionsOf(context, rule);
  if (exceptions.length > 0) {
    const keys = exceptions.map(exceptionKey).join(', ');
    addNode(trace, { label: 'exceptions', status: 'skip', message: keys }, true);
    return answer('skip', `rule is skipped due to policy exception ${keys}`);
  }
  const { newObject, oldObject, policy } = context;
  const subject = subjectOf(context, newObject);
  const reason = reasonOfRule(rule, subject, policy.namespace, trace);
  if (reason !== undefined) {
    if (!generates || !appliesTo(rule, subjectOf(context, oldObject), policy.namespace)) return { reason };
    addNode(trace, {
      label: 'old object',
      status: 'fail',
      message: 'matched: the trigger no longer matches',
    });
    return answer('fail');
  }
  const scope = createRuleScope(context, getList(rule.raw, 'context'), rule.name);
  // Entries that cannot even be registered leave the rule out, silently.
  if ('error' in scope) return { reason: scope.error };
  return filterByConditions(context, rule, scope, trace, answer);
}

function filterByConditions(
  { oldObject, newObject, operation }: PolicyContext,
  rule: Rule,
  scope: RuleScope,
  trace: RuleTrace | undefined,
  answer: (status: RuleResponse['status'], message?: string) => Filtered,
): Filtered {
  const conditions = get(rule.raw, 'preconditions');
  const explained = conditionsTrace(trace, 'preconditions', rule.path);
  const result = evaluateConditions(conditions, scope, explained);
  traceConditions(trace, explained);
  traceContext(trace, rule, scope);
  if ('error' in result) return answer('error', `failed to evaluate conditions: ${result.error}`);
  if (result.holds) return answer('pass');
  if (oldObject) {
    // Only request.object changes; request.oldObject and the new object of the match stay as they are.
    const old = scope.withObjects(oldObject, oldObject, operation, (inner) =>
      evaluateConditions(conditions, inner),
    );
    if ('error' in old)
      return answer('error', `failed to evaluate conditions for old resource: ${old.error}`);
    if (old.holds) {
      const message =
        newObject === undefined ? 'held' : 'held: the trigger no longer meets the preconditions';
      addNode(trace, { label: 'preconditions of the old object', status: 'pass', message });
      return answer('fail', old.message);
    }
  }
  return answer('skip');
}

/**
 * Which generate and mutateExisting rules an object sets off (lifecycle B.2, C.3; engine/background.go): pass, the rule is
 * to be applied; fail, the trigger has ceased to match; skip, error and no answer: nothing happens. With
 * `applyRules: One` the first answer that is not skip is the last.
 */
export function filterBackgroundRules(context: PolicyContext): EngineResponse {
  const { policy, explain } = context;
  const rules: RuleResponse[] = [];
  const explanations: RuleExplanation[] = [];
  if (!policyApplies(context)) return { policy, rules, explanations };
  const unsupported = unsupportedOfPolicy(context);
  for (const rule of policy.rules) {
    if (!hasGenerate(rule) && !hasMutateExisting(rule)) continue;
    const trace = explain ? startTrace() : undefined;
    const { response, reason } = filterRule(context, rule, trace);
    if (trace)
      explanations.push(
        finishTrace(trace, rule, response?.status ?? 'none', response?.message || (reason ?? '')),
      );
    if (!response) continue;
    rules.push(response);
    if (response.status !== 'skip' && getString(policy.spec, 'applyRules') === 'One') break;
  }
  return { policy, rules, explanations, ...(unsupported.length === 0 ? {} : { unsupported }) };
}
