import { get, getList, getObject, type PathSegment } from '../base/json.ts';
import { isSet, toGoStruct } from './go-types.ts';
import { matchConditions } from './parts.ts';
import type { Policy } from './policy.ts';
import { checkRule } from './validation/check-rule.ts';
import type { PolicyValidationEnvironment } from './validation/environment.ts';
import { aggregate, child, item } from './validation/field-error.ts';
import { checkGenerateUpdate } from './validation/immutable-generate.ts';
import { checkKinds } from './validation/kinds.ts';
import { checkOverrides } from './validation/overrides.ts';
import { checkFields, hasVerifyImages } from './validation/policy-fields.ts';
import type { Problem } from './validation/problem.ts';
import { checkVariables } from './validation/rule-variables.ts';
import { actionWarnings } from './validation/rule-warnings.ts';

export type {
  PolicyValidationEnvironment,
  RulePermissions,
  VariableInText,
  VariableLanguage,
} from './validation/environment.ts';

/** What Kyverno's policy webhook says of a policy. Warnings come with a refusal as well. */
export interface PolicyValidation {
  /** Text of the refusal, without the webhook's prefix; absent if the policy is accepted. */
  readonly error?: string;
  readonly warnings: readonly string[];
  /** Place in the policy document that the refusal is about. */
  readonly path?: readonly PathSegment[];
}

const SPEC = { text: 'spec', path: ['spec'] } as const;

/**
 * Checks a policy as Kyverno's webhook does on creation and update, texts included (lifecycle F; pkg/validation/policy).
 * `oldPolicy` is the policy before an update. What the CRD's schema checks is not part, nor are CEL expressions of rules.
 */
export function validatePolicy(
  policy: Policy,
  oldPolicy: Policy | undefined,
  environment: PolicyValidationEnvironment,
): PolicyValidation {
  const warnings: string[] = [];
  const refuse = ({ text, path }: Problem): PolicyValidation => ({ error: text, warnings, path });
  if (policy.kind === 'ClusterPolicy' && typeof policy.object.metadata['namespace'] === 'string') {
    const text = 'A clusterpolicy should not have the namespace defined';
    return { error: text, warnings: [text], path: ['metadata', 'namespace'] };
  }
  const spec = toGoStruct('Spec', policy.spec);
  const background = get(spec, 'background') !== false;
  warnings.push(...actionWarnings(spec));
  const conditions = checkMatchConditions(policy, environment);
  if (conditions !== undefined) return refuse(conditions);
  const early = checkVariables(policy, background, environment.variables);
  if (early !== undefined) return refuse(early);
  const fields = checkFields(policy, spec, {
    namespaced: policy.kind === 'Policy',
    policyNamespace: policy.namespace,
    isClusterScoped: environment.isClusterScoped ?? (() => false),
    hasVariables: (text) => environment.variables.find(text).length > 0,
  });
  warnings.push(...fields.warnings);
  const wrong = aggregate(fields.problems) ?? checkWhole(policy, background);
  if (wrong !== undefined) return refuse(wrong);
  if (oldPolicy !== undefined) {
    const { error, warning, path } = checkGenerateUpdate(policy.spec, oldPolicy.spec);
    if (error !== undefined || warning !== undefined) {
      warnings.push(
        `no synchronization will be performed to the old target resource upon policy updates: ${warning ?? ''}`,
      );
      return error === undefined ? { warnings } : { error, warnings, path: path ?? ['spec', 'rules'] };
    }
  }
  const kinds = checkKinds(policy.rules, background, environment);
  if (kinds !== undefined)
    return 'problem' in kinds ? refuse(kinds.problem) : { warnings: [...warnings, kinds.warning] };
  for (const [index, rule] of policy.rules.entries()) {
    const found = checkRule(policy, rule, index, environment);
    warnings.push(...found.warnings);
    if (found.problem !== undefined) return refuse(found.problem);
  }
  return { warnings };
}

/** Whether the match conditions compile (lifecycle F.1, 4). */
function checkMatchConditions(
  policy: Policy,
  { behaviour }: PolicyValidationEnvironment,
): Problem | undefined {
  if (!behaviour.compilesMatchConditions) return undefined;
  const conditions = getList(policy.spec, 'webhookConfiguration', 'matchConditions');
  const found = conditions.length === 0 ? undefined : matchConditions.get().conditionErrors(policy);
  if (found === undefined) return undefined;
  const path = ['spec', 'webhookConfiguration', 'matchConditions', found.index, 'expression'];
  return { text: found.text, path };
}

/** What concerns the policy as a whole (lifecycle F.1, 7 to 9). */
function checkWhole(policy: Policy, background: boolean): Problem | undefined {
  const rules = getList(policy.spec, 'rules');
  if (policy.kind === 'ClusterPolicy') {
    for (const [index, rule] of rules.entries()) {
      const validate = child(item(child(SPEC, 'rules'), index), 'validate');
      const path = child(validate, 'validationFailureActionOverrides', ['failureActionOverrides']);
      const found = checkOverrides(getList(getObject(rule, 'validate'), 'failureActionOverrides'), path);
      if (found !== undefined) return found;
    }
    const found = checkOverrides(
      getList(policy.spec, 'validationFailureActionOverrides'),
      child(SPEC, 'validationFailureActionOverrides'),
    );
    if (found !== undefined) return found;
  }
  const admission = get(policy.spec, 'admission') !== false;
  if (admission) return undefined;
  if (!background)
    return {
      text: 'disabling both admission and background processing is not allowed',
      path: ['spec', 'admission'],
    };
  const isMore = rules.some(
    (rule) =>
      isSet('Mutation', get(rule, 'mutate')) ||
      isSet('Generation', get(rule, 'generate')) ||
      hasVerifyImages(rule),
  );
  return isMore
    ? {
        text: 'disabling admission processing is only allowed with validation policies',
        path: ['spec', 'admission'],
      }
    : undefined;
}
