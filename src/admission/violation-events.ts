import type { EngineResponse, RuleResponse } from '../engine/engine-response.ts';
import type { ObjectRef } from '../kubernetes/object.ts';
import { refOf } from '../kubernetes/object.ts';
import { eventSubject, type KyvernoEvent } from '../kyverno/kubernetes-event.ts';
import type { Policy } from '../kyverno/policy.ts';

/** Reference of a policy for `regarding`. */
export const policyRef = (policy: Policy): ObjectRef => refOf(policy.object);

const isBad = ({ status }: RuleResponse): boolean => status === 'fail' || status === 'error';

/** Events of a denial: one a rule, on the policy alone; the object may never exist (lifecycle H.1). */
export function blockedEvents(responses: readonly EngineResponse[], object: ObjectRef): KyvernoEvent[] {
  return responses.flatMap(({ policy, rules }) =>
    rules
      .filter(isBad)
      .map(({ rule, status, message }) =>
        violation(
          policyRef(policy),
          object,
          'Resource Blocked',
          `${eventSubject(object)}: [${rule.name}] ${status} (blocked); ${message}`,
        ),
      ),
  );
}

/** Events of what was let through all the same: on the policy, and on the object for every rule of that policy. */
export function passedEvents(responses: readonly EngineResponse[], object: ObjectRef): KyvernoEvent[] {
  return responses.flatMap(({ policy, rules }) => {
    if (!rules.some(isBad)) return [];
    const onPolicy = rules
      .filter(isBad)
      .map(({ rule, status, message }) =>
        violation(
          policyRef(policy),
          object,
          'Resource Passed',
          `${eventSubject(object)}: [${rule.name}] ${status}; ${message}`,
        ),
      );
    const onObject = rules.map(({ rule, status, message }) =>
      violation(
        object,
        undefined,
        'Resource Passed',
        `policy ${policy.key}/${rule.name} ${status}: ${message}`,
      ),
    );
    return [...onPolicy, ...onObject];
  });
}

/** Events of success, where they are wanted. */
export function appliedEvents(responses: readonly EngineResponse[], object: ObjectRef): KyvernoEvent[] {
  return responses.flatMap(({ policy, rules }) =>
    rules.length === 0 || rules.some(({ status }) => status !== 'pass')
      ? []
      : {
          type: 'Normal' as const,
          reason: 'PolicyApplied' as const,
          action: 'Resource Passed' as const,
          reportingComponent: 'kyverno-admission' as const,
          message: `${eventSubject(object)}: pass`,
          regarding: policyRef(policy),
          related: object,
        },
  );
}

function violation(
  regarding: ObjectRef,
  related: ObjectRef | undefined,
  action: KyvernoEvent['action'],
  message: string,
): KyvernoEvent {
  return {
    type: 'Warning',
    reason: 'PolicyViolation',
    action,
    reportingComponent: 'kyverno-admission',
    message,
    regarding,
    ...(related === undefined ? {} : { related }),
  };
}
