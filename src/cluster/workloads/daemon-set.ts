import { get, getString } from '../../base/json.ts';
import type { Process } from '../../base/process.ts';
import type { EventId } from '../../base/units.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { nameOf } from '../../kubernetes/object.ts';
import type { WorkloadContext } from './context.ts';
import {
  counts,
  create,
  DAEMON_SETS,
  isActive,
  isReady,
  isTerminating,
  PODS,
  podOf,
  remove,
  tell,
  writeStatus,
} from './context.ts';
import { NODES } from './kubelet.ts';
import { templateHash } from './template-hash.ts';

const USER = 'daemon-set-controller';
const REVISION = 'controller-revision-hash';

/** The DaemonSet controller: a Pod for the node. Node selectors and taints are not looked at. */
export function* syncDaemonSet(
  context: WorkloadContext,
  set: KubernetesObject,
  cause: EventId,
): Process<void> {
  const template = get(get(set, 'spec'), 'template');
  const hash = templateHash(template);
  const isCurrent = (pod: KubernetesObject): boolean =>
    getString(pod, 'metadata', 'labels', REVISION) === hash;
  let failed = false;
  if (!isTerminating(set)) {
    const pods = context.ownedBy(set, 'Pod').filter(isActive);
    for (const pod of pods.filter((one) => !isCurrent(one))) yield* remove(context, USER, PODS, pod, cause);
    if (!pods.some(isCurrent)) {
      const labels = {
        [REVISION]: hash,
        'pod-template-generation': String(get(set.metadata, 'generation') ?? 1),
      };
      const body = podOf(set, template, { generateName: `${nameOf(set)}-`, labels });
      const { failure } = yield* create(context, USER, PODS, body, cause);
      failed = failure !== undefined;
      const message = `Error creating: ${failure?.message ?? ''}`;
      if (failed)
        yield* tell(context, USER, set, { type: 'Warning', reason: 'FailedCreate', message }, cause);
    }
  }
  const pods = context.ownedBy(set, 'Pod').filter(isActive);
  const ready = pods.filter(isReady).length;
  const status = {
    currentNumberScheduled: pods.length,
    numberMisscheduled: 0,
    desiredNumberScheduled: NODES,
    numberReady: ready,
    ...counts({
      observedGeneration: Number(get(set.metadata, 'generation') ?? 0),
      updatedNumberScheduled: pods.filter(isCurrent).length,
      numberAvailable: ready,
      numberUnavailable: NODES - ready,
    }),
  };
  yield* writeStatus(context, USER, DAEMON_SETS, set, status, cause);
  if (failed) context.retry(set, cause);
}
