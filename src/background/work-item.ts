import type { EventId } from '../base/units.ts';
import type { KubernetesObject, ObjectRef } from '../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../kubernetes/object.ts';
import type { Policy } from '../kyverno/policy.ts';
import type { RuleContext, UpdateRequestSpec, UpdateRequestStatus } from '../kyverno/update-request.ts';
import type { LogSubject } from './log-lines.ts';

/** An UpdateRequest in one attempt. */
export interface WorkItem {
  readonly object: KubernetesObject;
  readonly name: string;
  readonly spec: UpdateRequestSpec;
  readonly status: UpdateRequestStatus;
  /** Absent when the policy is gone. */
  readonly policy: Policy | undefined;
  /** The attempt's event. */
  readonly attempt: EventId;
  /** Virtual time of the last list for this UpdateRequest; shared between its attempts. */
  readonly pace: { lastList: number | undefined };
}

/** What log lines about an attempt may mention. */
export function subjectOf(
  item: WorkItem,
  context: RuleContext | undefined,
  trigger?: KubernetesObject,
  target?: ObjectRef,
): LogSubject {
  const ref = context?.trigger;
  const { apiVersion = '', kind = '', namespace = '', name = '' } = ref ?? {};
  return {
    name: item.name,
    policy: item.spec.policy.split('/').pop() ?? '',
    rule: context?.rule ?? '',
    resourceVersion: String(item.object.metadata['resourceVersion'] ?? ''),
    trigger: trigger === undefined ? `${namespace}/${name}` : `${namespaceOf(trigger)}/${nameOf(trigger)}`,
    resource: `${apiVersion}/${kind}/${namespace}/${name}`,
    resourceName: trigger === undefined ? name : nameOf(trigger),
    target:
      target === undefined
        ? ''
        : `${target.apiVersion}/${target.kind}/${target.namespace ?? ''}/${target.name}`,
  };
}
