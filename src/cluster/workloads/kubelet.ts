import type { Json, JsonObject } from '../../base/json.ts';
import { get, getList, getObject, getString } from '../../base/json.ts';
import type { Process } from '../../base/process.ts';
import type { EventId } from '../../base/units.ts';
import type { KubernetesObject, UserInfo } from '../../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../../kubernetes/object.ts';
import type { WorkloadContext } from './context.ts';
import { isActive, isTerminating, PODS, timestamp } from './context.ts';

/** The one node of a simulated cluster; its name says that there is no machine behind it. */
export const NODE = 'simulated-node';

const KUBELET: UserInfo = {
  username: `system:node:${NODE}`,
  groups: ['system:nodes', 'system:authenticated'],
};

/**
 * Stands in for scheduler and kubelet: says at once that a Pod's containers run. Nothing is pulled, started or probed, so
 * that no Pod ever fails; the containers of a Job's Pods end by themselves.
 */
export function* syncPod(context: WorkloadContext, pod: KubernetesObject, cause: EventId): Process<void> {
  if (!isActive(pod)) return;
  const phase = getString(pod, 'status', 'phase') ?? '';
  const ends = getList(pod.metadata, 'ownerReferences').some((owner) => getString(owner, 'kind') === 'Job');
  if (phase === 'Running' && !ends) return;
  const live = context.server.lookup(PODS, namespaceOf(pod), nameOf(pod));
  if (live === undefined || isTerminating(live)) return;
  if (!getString(live, 'spec', 'nodeName') && !hasRoom(context)) {
    yield* notScheduled(context, live, cause);
    return;
  }
  yield* context.server.request({
    verb: 'update',
    resource: PODS,
    subresource: 'status',
    namespace: namespaceOf(pod),
    name: nameOf(pod),
    body: {
      ...live,
      // The scheduler's binding is part of the stand-in's write.
      spec: { ...getObject(live, 'spec'), nodeName: getString(live, 'spec', 'nodeName') ?? NODE },
      status: podStatus(live, phase === 'Running', timestamp(context)),
    },
    user: KUBELET,
    component: 'controller-manager',
    fieldManager: 'kubelet',
    cause,
  });
}

const NODES_RESOURCE = { group: '', version: 'v1', resource: 'nodes' };

/** Whether the node takes Pods: it does until it is cordoned. */
const hasRoom = ({ server }: WorkloadContext): boolean =>
  get(get(server.lookup(NODES_RESOURCE, '', NODE), 'spec'), 'unschedulable') !== true;

const UNSCHEDULABLE =
  '0/1 nodes are available: 1 node(s) were unschedulable. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';

/** The scheduler's condition and Event for a Pod that no node takes. */
function* notScheduled(context: WorkloadContext, pod: KubernetesObject, cause: EventId): Process<void> {
  const told = getList(pod, 'status', 'conditions').some(
    (one) => getString(one, 'type') === 'PodScheduled' && getString(one, 'reason') === 'Unschedulable',
  );
  if (told) return;
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    lastProbeTime: null,
    lastTransitionTime: timestamp(context),
    reason: 'Unschedulable',
    message: UNSCHEDULABLE,
  };
  yield* context.server.request({
    verb: 'update',
    resource: PODS,
    subresource: 'status',
    namespace: namespaceOf(pod),
    name: nameOf(pod),
    body: { ...pod, status: { ...getObject(pod, 'status'), conditions: [condition] } },
    user: SCHEDULER,
    component: 'controller-manager',
    fieldManager: 'kube-scheduler',
    cause,
  });
}

const SCHEDULER: UserInfo = {
  username: 'system:kube-scheduler',
  groups: ['system:authenticated'],
};

/** What a kubelet says of a Pod whose containers run, or have ended. */
export function podStatus(pod: KubernetesObject, ended: boolean, now: string): JsonObject {
  const ready = ended ? 'False' : 'True';
  const since = getString(pod, 'status', 'startTime') ?? now;
  const conditions = [
    ['PodReadyToStartContainers', ready],
    ['Initialized', 'True'],
    ['Ready', ready],
    ['ContainersReady', ready],
    ['PodScheduled', 'True'],
  ].map(([type = '', status = '']) => ({
    type,
    status,
    lastProbeTime: null,
    lastTransitionTime: now,
    observedGeneration: Number(get(pod.metadata, 'generation') ?? 1),
    ...(ended && type !== 'Initialized' && type !== 'PodScheduled' ? { reason: 'PodCompleted' } : {}),
  }));
  const containerStatuses = getList(pod, 'spec', 'containers').map((one) =>
    containerStatus(one, ended, since, now),
  );
  return {
    ...getObject(pod, 'status'),
    phase: ended ? 'Succeeded' : 'Running',
    conditions,
    startTime: since,
    containerStatuses,
  };
}

const containerStatus = (container: Json, ended: boolean, since: string, now: string): JsonObject => ({
  name: getString(container, 'name') ?? '',
  image: getString(container, 'image') ?? '',
  imageID: '',
  lastState: {},
  ready: !ended,
  restartCount: 0,
  started: !ended,
  state: ended
    ? { terminated: { exitCode: 0, reason: 'Completed', startedAt: since, finishedAt: now } }
    : { running: { startedAt: since } },
});

/** How many Pods of a set are wanted where each node has one. */
export const NODES = 1;
