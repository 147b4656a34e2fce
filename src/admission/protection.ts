import { get } from '../base/json.ts';
import type { AdmissionRequest, AdmissionResponse } from '../kubernetes/admission-review.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { KYVERNO_NAMESPACE } from '../kyverno/configuration.ts';
import { labelOf, MANAGED_BY } from '../kyverno/labels.ts';

const NAMESPACE_CONTROLLER = 'system:serviceaccount:kube-system:namespace-controller';
const KYVERNO_ACCOUNTS = `system:serviceaccount:${KYVERNO_NAMESPACE}:`;

const isManaged = (object: KubernetesObject | undefined): boolean =>
  object !== undefined && get(object, 'metadata') !== undefined && labelOf(object, MANAGED_BY) === 'kyverno';

/**
 * With `--protectManagedResources` only Kyverno itself may write what carries its label; whoever the webhook `name` asks for
 * is refused, before any filter (webhooks/handlers/protect.go).
 */
export function protect(request: AdmissionRequest, name: string): AdmissionResponse | undefined {
  const { object, oldObject, operation, userInfo } = request;
  if (!isManaged(object) && !isManaged(oldObject)) return undefined;
  if (userInfo.username.startsWith(KYVERNO_ACCOUNTS)) return undefined;
  if (operation === 'DELETE' && userInfo.username === NAMESPACE_CONTROLLER) return undefined;
  const message = `admission webhook "${name}" denied the request: A kyverno managed resource can only be modified by kyverno`;
  return { allowed: false, denied: { webhook: name, message, code: 400 }, warnings: [] };
}
