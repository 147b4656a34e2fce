import type { Json } from '../../base/json.ts';
import { get, getList, getString } from '../../base/json.ts';
import { oncePerObject } from '../../base/remember.ts';
import type { Rule } from '../../kyverno/policy.ts';
import type {
  EngineResponse,
  RuleExplanation,
  RuleResponse,
  UnsupportedFeature,
} from '../engine-response.ts';
import { evaluateConditions, joinNonEmpty } from '../match/conditions.ts';
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
import type { RuleTask } from './old-object.ts';
import { assertions, podSecurity } from './parts.ts';
import { reasonNotToMatch } from './reason-not-to-match.ts';
import { readProperties } from './report-properties.ts';
import { hasValidate, respond, says } from './response.ts';
import { createRuleScope } from './rule-scope.ts';
import { policyApplies, unsupportedOfPolicy } from './subject.ts';
import { validateRule } from './validate-rule.ts';

/** Sub-types of validate that are not simulated. */
const NOT_SIMULATED = ['manifests', 'cel'] as const;

/** What each lacks here. */
const LACKING: Readonly<Record<string, string>> = {
  'validate.manifests': 'it needs signatures and their keys',
  'validate.cel': 'it needs the CEL of ValidatingAdmissionPolicies',
  verifyImages: 'it needs a registry',
};

/** An assertion tree, where the version evaluates them (1.13 to 1.18); it comes before all other sub-types. */
const asserts = ({ behaviour }: PolicyContext, rule: Rule): boolean =>
  behaviour.evaluatesAssertions && (get(get(rule.raw, 'validate'), 'assert') ?? null) !== null;

const isVerification = (image: Json): boolean =>
  get(image, 'verifyDigest') !== false || get(image, 'required') !== false;

/** What a validate rule asks for that is not simulated, in the order in which Kyverno looks for it. */
const unsupportedOf = oncePerObject((rule: Rule): { readonly feature: UnsupportedFeature | undefined } => ({
  feature: findUnsupported(rule),
}));

function findUnsupported(rule: Rule): UnsupportedFeature | undefined {
  const validate = get(rule.raw, 'validate');
  const found = NOT_SIMULATED.find((field) => says(get(validate, field)));
  const what = hasValidate(rule)
    ? found && `validate.${found}`
    : getList(rule.raw, 'verifyImages').some(isVerification)
      ? 'verifyImages'
      : undefined;
  if (what === undefined) return undefined;
  return {
    rule: rule.name,
    what,
    message: `Rule ${rule.name} uses ${what}, which is not simulated: ${LACKING[what] ?? 'it is left out'}. The rule has no result here.`,
    path: [...rule.path, ...what.split('.')],
  };
}

interface Evaluated {
  /** Most rules answer once; an assertion tree answers once for each place where it does not hold. */
  readonly responses?: readonly RuleResponse[];
  readonly reason?: string;
  readonly unsupported?: UnsupportedFeature;
}

/** One rule: match → context → preconditions → exceptions → handler (lifecycle A.7). */
function evaluateRule(context: PolicyContext, rule: Rule, trace: RuleTrace | undefined): Evaluated {
  const reason = reasonNotToMatch(context, rule, context.newObject ?? context.oldObject, trace);
  if (reason !== undefined) return { reason };
  const unsupported = asserts(context, rule) ? undefined : unsupportedOf(rule).feature;
  if (!hasValidate(rule) && !unsupported) return {};
  const scope = createRuleScope(context, getList(rule.raw, 'context'), rule.name);
  if ('error' in scope)
    return answered(respond(rule, 'validate', 'error', `failed to load context: ${scope.error}`));
  const explained = conditionsTrace(trace, 'preconditions', rule.path);
  const preconditions = evaluateConditions(get(rule.raw, 'preconditions'), scope, explained);
  traceConditions(trace, explained);
  traceContext(trace, rule, scope);
  if ('error' in preconditions)
    return answered(
      respond(rule, 'validate', 'error', `failed to evaluate preconditions: ${preconditions.error}`),
    );
  if (!preconditions.holds) {
    const message = joinNonEmpty(['preconditions not met', preconditions.message], '; ');
    return answered(respond(rule, 'validate', 'skip', message));
  }
  if (unsupported) {
    addNode(
      trace,
      { label: unsupported.what, status: 'none', message: unsupported.message, path: unsupported.path },
      true,
    );
    return { unsupported };
  }
  return handle({ rule, context, scope, parts: readProperties(rule, scope), trace });
}

const answered = (response: RuleResponse | undefined): Evaluated =>
  response === undefined ? {} : { responses: [response] };

/** From 1.19 on `validate.assert` is a field without effect. */
function tracePassedOver({ rule, trace }: RuleTask): void {
  if (trace === undefined || (get(get(rule.raw, 'validate'), 'assert') ?? null) === null) return;
  const path = [...rule.path, 'validate', 'assert'];
  addNode(trace, { label: 'assert', status: 'none', message: 'without effect in this version', path }, true);
}

/** Exceptions, then the handler of the rule's kind. */
function handle(task: RuleTask): Evaluated {
  const { rule, context, scope, trace } = task;
  const exceptions = matchExceptions(context, rule, () => scope);
  if (!asserts(context, rule) && says(get(get(rule.raw, 'validate'), 'podSecurity')))
    return answered(podSecurity.get().validatePodSecurity(task, exceptions));
  if (exceptions.length === 0 && !asserts(context, rule)) tracePassedOver(task);
  if (exceptions.length === 0)
    return asserts(context, rule)
      ? { responses: assertions.get().validateAssert(task) }
      : answered(validateRule(task));
  const keys = exceptions.map(exceptionKey).join(', ');
  addNode(trace, { label: 'exceptions', status: 'skip', message: keys }, true);
  // Kyverno leaves no blank before the first key.
  const names = exceptions.map(({ name }) => name).join(',');
  return answered(
    respond(rule, 'validate', 'skip', `rule is skipped due to policy exceptions${keys}`, {
      ...task.parts,
      properties: { ...task.parts.properties, exceptions: names },
    }),
  );
}

/**
 * Evaluates the validate rules of a policy for one object, in the order of the policy; with `applyRules: One` until the
 * first one that passes or fails (lifecycle A.7, A.9).
 */
export function validate(
  context: PolicyContext,
  rules: readonly Rule[] = context.policy.rules,
): EngineResponse {
  const { policy, explain } = context;
  const responses: RuleResponse[] = [];
  const explanations: RuleExplanation[] = [];
  const unsupported: UnsupportedFeature[] = [];
  if (!policyApplies(context)) return { policy, rules: responses, explanations };
  unsupported.push(...unsupportedOfPolicy(context));
  for (const rule of rules) {
    const trace = explain ? startTrace() : undefined;
    const result = evaluateRule(context, rule, trace);
    if (result.unsupported) unsupported.push(result.unsupported);
    const [first] = result.responses ?? [];
    responses.push(...(result.responses ?? []));
    if (trace && (rule.type === 'validate' || rule.type === 'verifyImages'))
      explanations.push(
        finishTrace(trace, rule, first?.status ?? 'none', first?.message ?? result.reason ?? ''),
      );
    const settled = responses.some(({ status }) => status === 'pass' || status === 'fail');
    if (settled && getString(policy.spec, 'applyRules') === 'One') break;
  }
  return { policy, rules: responses, explanations, ...(unsupported.length === 0 ? {} : { unsupported }) };
}
