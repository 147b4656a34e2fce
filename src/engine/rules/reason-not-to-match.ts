import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Rule } from '../../kyverno/policy.ts';
import { appliesTo, matchRule } from '../match/match-rule.ts';
import type { MatchSubject } from '../match/subject.ts';
import type { PolicyContext } from '../policy-context.ts';
import { addNode, type RuleTrace, traceMatch } from './explanation.ts';
import { subjectOf } from './subject.ts';

/** Why the rule does not match the object, in Kyverno's words; the explanation gets its rows. On DELETE the old object is looked at. */
export function reasonNotToMatch(
  context: PolicyContext,
  rule: Rule,
  resource: KubernetesObject | undefined,
  trace: RuleTrace | undefined,
): string | undefined {
  const { admissionInfo, configuration, policy } = context;
  if (admissionInfo) {
    const { userInfo, roles, clusterRoles } = admissionInfo;
    if (configuration.isExcluded(userInfo.username, userInfo.groups, roles, clusterRoles)) {
      addNode(trace, { label: 'match', status: 'fail', message: 'excluded by configuration' }, true);
      return 'excluded by configuration';
    }
  }
  return reasonOfRule(rule, subjectOf(context, resource), policy.namespace, trace);
}

/** Why the rule's blocks leave the subject out. The words are for the explanation alone: nobody else pays for them. */
export function reasonOfRule(
  rule: Rule,
  subject: MatchSubject,
  policyNamespace: string,
  trace: RuleTrace | undefined,
): string | undefined {
  if (!trace) return appliesTo(rule, subject, policyNamespace) ? undefined : 'not matched';
  const reason = matchRule(rule, subject, policyNamespace);
  traceMatch(trace, rule, subject, reason);
  return reason;
}
