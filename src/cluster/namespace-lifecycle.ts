import { get } from '../base/json.ts';
import type { Operation } from '../kubernetes/admission-review.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf } from '../kubernetes/object.ts';
import type { ApiRequest, ResourceInfo, StatusFailure } from './api.ts';
import { forbidden, notFound } from './status.ts';
import type { Store } from './store.ts';

const NAMESPACES = { group: '', resource: 'namespaces' };
const IMMORTAL = ['default', 'kube-system', 'kube-public'];

/**
 * The admission plugin NamespaceLifecycle, which runs before any webhook: objects need a namespace that exists and, to be
 * created, one that is not going away; three namespaces cannot be deleted.
 */
export function namespaceRefusal(
  store: Store,
  request: ApiRequest,
  info: ResourceInfo,
  operation: Operation,
  object: KubernetesObject | undefined,
): StatusFailure | undefined {
  const isNamespace = info.group === '' && info.kind === 'Namespace';
  if (isNamespace && operation === 'DELETE' && IMMORTAL.includes(nameOf(object)))
    return forbidden(info, nameOf(object), 'this namespace may not be deleted');
  if (!info.namespaced || operation === 'DELETE') return undefined;
  const namespace = request.namespace ?? '';
  const found = store.get(NAMESPACES, '', namespace)?.object;
  if (found === undefined) return notFound(NAMESPACES, namespace);
  if (operation !== 'CREATE' || get(found.metadata, 'deletionTimestamp') === undefined) return undefined;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  return forbidden(info, nameOf(object), why, [cause]);
}
