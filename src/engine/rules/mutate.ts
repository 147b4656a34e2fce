import { get, getList, getString } from '../../base/json.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Rule } from '../../kyverno/policy.ts';
import type { EngineResponse, RuleExplanation, RuleResponse } from '../engine-response.ts';
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
import type { MutatedRule } from './mutate-rule.ts';
import { mutation } from './parts.ts';
import { reasonNotToMatch } from './reason-not-to-match.ts';
import { readProperties } from './report-properties.ts';
import { hasMutateStandard, respond } from './response.ts';
import { createRuleScope } from './rule-scope.ts';
import { policyApplies, unsupportedOfPolicy } from './subject.ts';

/**
 * Carries out the mutate rules of a policy, each on what the one before it left; with `applyRules: One` until the first
 * that is applied. Rules with targets have no part in it: they run in the background (lifecycle A.11; engine/mutation.go).
 */
export function mutate(
  context: PolicyContext,
  rules: readonly Rule[] = context.policy.rules,
): EngineResponse {
  const { policy, explain } = context;
  const responses: RuleResponse[] = [];
  const explanations: RuleExplanation[] = [];
  if (!policyApplies(context) || context.newObject === undefined)
    return { policy, rules: responses, explanations };
  const unsupported = unsupportedOfPolicy(context);
  let resource: KubernetesObject = context.newObject;
  for (const rule of rules) {
    if (!hasMutateStandard(rule)) continue;
    const trace = explain ? startTrace() : undefined;
    const result = evaluateRule(
      resource === context.newObject ? context : { ...context, newObject: resource },
      rule,
      resource,
      trace,
    );
    if ('response' in result) {
      responses.push(result.response);
      resource = result.patched ?? resource;
    }
    const { status, message } =
      'response' in result ? result.response : { status: 'none' as const, message: result.reason };
    if (trace) explanations.push(finishTrace(trace, rule, status, message));
    const isApplied = responses.some((response) => response.status === 'pass' || response.status === 'fail');
    if (isApplied && getString(policy.spec, 'applyRules') === 'One') break;
  }
  return {
    policy,
    rules: responses,
    explanations,
    ...(resource === context.newObject ? {} : { patched: resource }),
    ...(unsupported.length === 0 ? {} : { unsupported }),
  };
}

/** One rule: match → context → preconditions → exceptions → patches (lifecycle A.7). */
function evaluateRule(
  context: PolicyContext,
  rule: Rule,
  resource: KubernetesObject,
  trace: RuleTrace | undefined,
): MutatedRule | { readonly reason: string } {
  const reason = reasonNotToMatch(context, rule, resource, trace);
  if (reason !== undefined) return { reason };
  const scope = createRuleScope(context, getList(rule.raw, 'context'), rule.name);
  if ('error' in scope)
    return { response: respond(rule, 'mutate', 'error', `failed to load context: ${scope.error}`) };
  const explained = conditionsTrace(trace, 'preconditions', rule.path);
  const preconditions = evaluateConditions(get(rule.raw, 'preconditions'), scope, explained);
  traceConditions(trace, explained);
  traceContext(trace, rule, scope);
  if ('error' in preconditions)
    return {
      response: respond(rule, 'mutate', 'error', `failed to evaluate preconditions: ${preconditions.error}`),
    };
  if (!preconditions.holds) {
    const message = joinNonEmpty(['preconditions not met', preconditions.message], '; ');
    return { response: respond(rule, 'mutate', 'skip', message) };
  }
  const exceptions = matchExceptions(context, rule, () => scope);
  if (exceptions.length > 0) {
    const keys = exceptions.map(exceptionKey).join(', ');
    addNode(trace, { label: 'exceptions', status: 'skip', message: keys }, true);
    // Kyverno leaves no blank before the first key.
    return { response: respond(rule, 'mutate', 'skip', `rule is skipped due to policy exceptions${keys}`) };
  }
  return mutation
    .get()
    .mutateRule({ rule, context, scope, parts: readProperties(rule, scope), trace }, resource);
}
