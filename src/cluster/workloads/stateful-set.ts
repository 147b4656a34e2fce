import { get, getString } from '../../base/json.ts';
import type { Process } from '../../base/process.ts';
import type { EventId } from '../../base/units.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { nameOf } from '../../kubernetes/object.ts';
import type { WorkloadContext } from './context.ts';
import {
  count,
  counts,
  create,
  isActive,
  isReady,
  isTerminating,
  PODS,
  podOf,
  remove,
  STATEFUL_SETS,
  tell,
  writeStatus,
} from './context.ts';
import { templateHash } from './template-hash.ts';

const USER = 'statefulset-controller';
const REVISION = 'controller-revision-hash';

/** The StatefulSet controller: Pods by ordinal, one after another, the last one first on the way down. */
export function* syncStatefulSet(
  context: WorkloadContext,
  set: KubernetesObject,
  cause: EventId,
): Process<void> {
  const revision = `${nameOf(set)}-${templateHash(get(get(set, 'spec'), 'template'))}`;
  const failed = !isTerminating(set) && (yield* manage(context, set, revision, cause));
  const pods = context.ownedBy(set, 'Pod').filter(isActive);
  const ready = pods.filter(isReady).length;
  const updated = pods.filter((pod) => getString(pod, 'metadata', 'labels', REVISION) === revision).length;
  const whole = updated === count(set, 'spec', 'replicas', 1);
  const status = {
    observedGeneration: Number(get(set.metadata, 'generation') ?? 0),
    replicas: pods.length,
    ...counts({ readyReplicas: ready, currentReplicas: updated, updatedReplicas: updated }),
    availableReplicas: ready,
    currentRevision: whole ? revision : (getString(set, 'status', 'currentRevision') ?? revision),
    updateRevision: revision,
    collisionCount: 0,
  };
  yield* writeStatus(context, USER, STATEFUL_SETS, set, status, cause);
  if (failed) context.retry(set, cause);
}

/** One step towards what is wanted; whether it was refused. The next one follows when the Pod is ready. */
function* manage(
  context: WorkloadContext,
  set: KubernetesObject,
  revision: string,
  cause: EventId,
): Process<boolean> {
  const replicas = count(set, 'spec', 'replicas', 1);
  const parallel = getString(set, 'spec', 'podManagementPolicy') === 'Parallel';
  const pods = new Map(context.ownedBy(set, 'Pod').map((pod) => [nameOf(pod), pod]));
  for (let ordinal = 0; ordinal < replicas; ordinal += 1) {
    const name = `${nameOf(set)}-${ordinal}`;
    const pod = pods.get(name);
    pods.delete(name);
    if (pod !== undefined && (parallel || (isReady(pod) && !isTerminating(pod)))) continue;
    if (pod === undefined && !(yield* createPod(context, set, ordinal, revision, cause))) return true;
    if (!parallel) return false;
  }
  const extra = [...pods.values()].sort((left, right) => ordinalOf(right) - ordinalOf(left));
  const outdated = [...context.ownedBy(set, 'Pod')]
    .filter((pod) => getString(pod, 'metadata', 'labels', REVISION) !== revision)
    .filter(() => getString(set, 'spec', 'updateStrategy', 'type') !== 'OnDelete')
    .sort((left, right) => ordinalOf(right) - ordinalOf(left));
  const next = extra.length > 0 ? extra : outdated.slice(0, 1);
  for (const pod of next) yield* remove(context, USER, PODS, pod, cause);
  return false;
}

const ordinalOf = (pod: KubernetesObject): number => Number(nameOf(pod).split('-').pop() ?? 0);

function* createPod(
  context: WorkloadContext,
  set: KubernetesObject,
  ordinal: number,
  revision: string,
  cause: EventId,
): Process<boolean> {
  const name = `${nameOf(set)}-${ordinal}`;
  const labels = {
    'apps.kubernetes.io/pod-index': String(ordinal),
    [REVISION]: revision,
    'statefulset.kubernetes.io/pod-name': name,
  };
  const body = podOf(set, get(get(set, 'spec'), 'template'), {
    name,
    generateName: `${nameOf(set)}-`,
    labels,
  });
  const { failure } = yield* create(context, USER, PODS, body, cause);
  if (failure === undefined) return true;
  const message = `create Pod ${name} in StatefulSet ${nameOf(set)} failed error: ${failure.message}`;
  yield* tell(context, USER, set, { type: 'Warning', reason: 'FailedCreate', message }, cause);
  return false;
}
