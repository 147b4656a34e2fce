import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Rule } from '../../kyverno/policy.ts';
import { matchRule } from '../match/match-rule.ts';
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
  const subject = subjectOf(context, resource);
  const reason = matchRule(rule, subject, policy.namespace);
  traceMatch(trace, rule, subject, reason);
  return reason;
}
