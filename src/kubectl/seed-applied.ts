import type { EventId } from '../base/units.ts';
import type { SimulatedApiServer } from '../cluster/api-server.ts';
import type { KubernetesObject, UserInfo } from '../kubernetes/object.ts';
import { withLastApplied } from './last-applied.ts';

/**
 * Puts objects into the cluster as if `kubectl apply` had done so before the first step: with its annotation and as its
 * field manager, at once and past admission. Objects of kinds that nobody serves are handed back.
 */
export function seedApplied(
  server: SimulatedApiServer,
  objects: readonly KubernetesObject[],
  user: UserInfo,
  cause?: EventId,
): readonly KubernetesObject[] {
  return server.seed(objects.map(withLastApplied), {
    user,
    component: 'client',
    fieldManager: 'kubectl-client-side-apply',
    ...(cause === undefined ? {} : { cause }),
  });
}
