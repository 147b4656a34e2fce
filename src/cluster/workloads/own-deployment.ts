import { get, getObject } from '../../base/json.ts';
import type { Process } from '../../base/process.ts';
import type { EventId } from '../../base/units.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { WorkloadContext } from './context.ts';
import { count, counts, DEPLOYMENTS, PODS, remove, writeStatus } from './context.ts';
import { isOwn, surplusPods } from './node.ts';

const USER = 'deployment-controller';

/** Whether the status of one of Kyverno's Deployments says another number than its spec. */
export const isOutdated = (object: KubernetesObject): boolean =>
  object.kind === 'Deployment' &&
  isOwn(object) &&
  count(object, 'spec', 'replicas', 1) !== count(object, 'status', 'replicas');

/**
 * A Deployment whose program is the simulation itself: its status follows its replicas at once. Its Pods are made when read;
 * those that somebody wrote to, and that are not asked for any more, are deleted.
 */
export function* syncOwn(
  context: WorkloadContext,
  deployment: KubernetesObject,
  cause: EventId,
): Process<void> {
  const replicas = count(deployment, 'spec', 'replicas', 1);
  const old = getObject(deployment, 'status');
  if (isOutdated(deployment)) {
    const status = {
      ...counts({
        replicas,
        updatedReplicas: replicas,
        readyReplicas: replicas,
        availableReplicas: replicas,
        observedGeneration: Number(get(deployment.metadata, 'generation') ?? 0),
      }),
      ...(get(old, 'conditions') === undefined ? {} : { conditions: get(old, 'conditions') ?? [] }),
    };
    yield* writeStatus(context, USER, DEPLOYMENTS, deployment, status, cause);
  }
  for (const pod of surplusPods(context.server, deployment))
    yield* remove(context, 'replicaset-controller', PODS, pod, cause);
}
