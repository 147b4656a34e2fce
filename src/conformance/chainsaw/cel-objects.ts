import { get, getList } from '../../base/json.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';

const ADMISSION_POLICIES = /^(Validating|Mutating)AdmissionPolicy(Binding)?$/;

/** Why the effect of an object is not simulated: policies in CEL, and those that the API server itself evaluates. */
export function celOf(object: KubernetesObject): string | undefined {
  if (object.apiVersion.startsWith('policies.kyverno.io/'))
    return `policies in CEL are not simulated: ${object.kind}`;
  if (ADMISSION_POLICIES.test(object.kind))
    return `the API server's own policies are not simulated: ${object.kind}`;
  if (object.kind !== 'ClusterPolicy' && object.kind !== 'Policy') return undefined;
  for (const rule of getList(object, 'spec', 'rules')) {
    if (get(get(rule, 'validate'), 'cel') !== undefined)
      return 'rules in CEL are not simulated: validate.cel';
  }
  return undefined;
}
