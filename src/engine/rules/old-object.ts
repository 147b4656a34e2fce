import { get, getString } from '../../base/json.ts';
import { gvkOf } from '../../kubernetes/object.ts';
import type { Rule } from '../../kyverno/policy.ts';
import { evaluateConditions } from '../match/conditions.ts';
import { appliesTo } from '../match/match-rule.ts';
import type { AdmissionInfo, PolicyContext } from '../policy-context.ts';
import type { RuleTrace } from './explanation.ts';
import type { ResponseParts } from './response.ts';
import type { RuleScope } from './rule-scope.ts';

/** What a handler works with: a rule that matches, whose preconditions hold and that no exception takes out. */
export interface RuleTask {
  readonly rule: Rule;
  readonly context: PolicyContext;
  readonly scope: RuleScope;
  /** What every response of the rule carries. */
  readonly parts: ResponseParts;
  readonly trace: RuleTrace | undefined;
}

/** Without an operation, a request without new object counts as a deletion. */
export const isDelete = ({ operation, newObject }: PolicyContext): boolean =>
  operation === '' ? newObject === undefined : operation === 'DELETE';

export const isUpdate = ({ operation, newObject, oldObject }: PolicyContext): boolean =>
  operation === 'UPDATE' || (newObject !== undefined && oldObject !== undefined);

/** Whether the rule, or else its policy, enforces. Overrides by namespace do not count here. */
export function enforces({ rule, context }: RuleTask): boolean {
  const action =
    getString(rule.raw, 'validate', 'failureAction') ??
    getString(context.policy.spec, 'validationFailureAction');
  return action === 'Enforce' || action === 'enforce';
}

/** Somebody who is nobody: a rule that matches by user is not held against the old object. */
const NOBODY: AdmissionInfo = {
  userInfo: {
    username: 'kyverno:kyverno-invalid-controller',
    uid: 'kyverno:invaliduid',
    groups: ['kyverno:invalidgroup'],
  },
  roles: ['kyverno:invalidrole'],
  clusterRoles: ['kyverno:invalidrole'],
};

/**
 * Runs a handler for the old object as if it were being created. A rule with `operations` that lack CREATE never matches
 * it, so that a new violation stands (corrections.md part a, A.9; handlers/validation/utils.go).
 */
export function withOldObject<T>(task: RuleTask, run: (old: RuleTask) => T): T | 'not matched' {
  const { rule, context, scope } = task;
  const { newObject: _, oldObject, ...rest } = context;
  if (!oldObject) return 'not matched';
  const { oldObject: __, ...asCreated }: PolicyContext = {
    ...rest,
    newObject: oldObject,
    operation: 'CREATE',
  };
  return scope.withObjects(oldObject, undefined, 'CREATE', (inner) => {
    const preconditions = evaluateConditions(get(rule.raw, 'preconditions'), inner);
    const subject = {
      resource: oldObject,
      kind: gvkOf(oldObject),
      subresource: '',
      operation: 'CREATE' as const,
      admissionInfo: NOBODY,
      namespaceLabels: context.namespaceLabels,
    };
    if ('error' in preconditions || !preconditions.holds) return 'not matched';
    if (!appliesTo(rule, subject, context.policy.namespace)) return 'not matched';
    return run({ ...task, context: asCreated, scope: inner });
  });
}
