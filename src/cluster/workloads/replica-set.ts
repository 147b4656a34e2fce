import { get, getObject, getString } from '../../base/json.ts';
import type { Process } from '../../base/process.ts';
import type { EventId } from '../../base/units.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { nameOf } from '../../kubernetes/object.ts';
import type { WorkloadContext } from './context.ts';
import {
  conditionsOf,
  count,
  counts,
  create,
  isActive,
  isReady,
  isTerminating,
  PODS,
  podOf,
  REPLICA_SETS,
  remove,
  tell,
  timestamp,
  withCondition,
  without,
  writeStatus,
} from './context.ts';

const USER = 'replicaset-controller';

/** The ReplicaSet controller: as many Pods as wanted; what keeps it from that becomes an Event and a condition. */
export function* syncReplicaSet(
  context: WorkloadContext,
  set: KubernetesObject,
  cause: EventId,
): Process<void> {
  const failure = isTerminating(set) ? undefined : yield* manage(context, set, cause);
  const pods = context.ownedBy(set, 'Pod').filter(isActive);
  const ready = pods.filter(isReady).length;
  const old = conditionsOf(set);
  const failed = old.some((one) => getString(one, 'type') === 'ReplicaFailure');
  const conditions =
    failure === undefined
      ? without(old, 'ReplicaFailure')
      : failed
        ? old
        : withCondition(
            old,
            { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: failure },
            { lastTransitionTime: timestamp(context) },
          );
  const labels = Object.entries(getObject(set, 'spec', 'template', 'metadata', 'labels'));
  const labelled = pods.filter((pod) =>
    labels.every(([key, value]) => get(get(pod.metadata, 'labels'), key) === value),
  );
  const status = {
    replicas: pods.length,
    ...counts({
      fullyLabeledReplicas: labelled.length,
      readyReplicas: ready,
      availableReplicas: ready,
      observedGeneration: Number(get(set.metadata, 'generation') ?? 0),
    }),
    ...(conditions.length === 0 ? {} : { conditions }),
  };
  yield* writeStatus(context, USER, REPLICA_SETS, set, status, cause);
  if (failure !== undefined) context.retry(set, cause);
}

/** Creates and deletes Pods; the text of the first refusal. Batches start with one and double while all goes well. */
function* manage(
  context: WorkloadContext,
  set: KubernetesObject,
  cause: EventId,
): Process<string | undefined> {
  const pods = context.ownedBy(set, 'Pod').filter(isActive);
  const wanted = count(set, 'spec', 'replicas', 1);
  for (const pod of toDelete(pods, pods.length - wanted)) yield* remove(context, USER, PODS, pod, cause);
  const body = podOf(set, get(get(set, 'spec'), 'template'), { generateName: `${nameOf(set)}-` });
  for (let missing = wanted - pods.length; missing > 0; missing -= 1) {
    const { failure } = yield* create(context, USER, PODS, body, cause);
    if (failure === undefined) continue;
    const message = `Error creating: ${failure.message}`;
    yield* tell(context, USER, set, { type: 'Warning', reason: 'FailedCreate', message }, cause);
    return failure.message;
  }
  return undefined;
}

/** Pods that are not ready go first, then the youngest. */
function toDelete(pods: readonly KubernetesObject[], number: number): readonly KubernetesObject[] {
  if (number <= 0) return [];
  const unready = pods.filter((pod) => !isReady(pod));
  const ready = pods.filter(isReady).reverse();
  return [...unready, ...ready].slice(0, number);
}
