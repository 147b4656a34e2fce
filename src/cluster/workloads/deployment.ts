import type { Json, JsonObject } from '../../base/json.ts';
import { get, getObject, getString } from '../../base/json.ts';
import type { Process } from '../../base/process.ts';
import type { EventId } from '../../base/units.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../../kubernetes/object.ts';
import { ask } from '../controllers.ts';
import type { Condition, WorkloadContext } from './context.ts';
import {
  conditionsOf,
  count,
  counts,
  create,
  DEPLOYMENTS,
  isTerminating,
  ownedMetadata,
  REPLICA_SETS,
  tell,
  timestamp,
  withCondition,
  without,
  writeStatus,
} from './context.ts';
import { templateHash } from './template-hash.ts';

const USER = 'deployment-controller';
const REVISION = 'deployment.kubernetes.io/revision';
const HASH = 'pod-template-hash';

interface Sets {
  readonly current: KubernetesObject | undefined;
  readonly old: readonly KubernetesObject[];
}

/** The Deployment controller: a ReplicaSet for each template, scaled up and down as the strategy allows. */
export function* syncDeployment(
  context: WorkloadContext,
  deployment: KubernetesObject,
  cause: EventId,
): Process<void> {
  const paused = get(get(deployment, 'spec'), 'paused') === true;
  let problem: string | undefined;
  if (!isTerminating(deployment)) {
    let sets = setsOf(context, deployment);
    if (sets.current === undefined && !paused) problem = yield* createSet(context, deployment, sets, cause);
    sets = setsOf(context, deployment);
    yield* scale(context, deployment, sets, cause);
    yield* annotate(context, deployment, sets.current, cause);
  }
  yield* writeStatus(context, USER, DEPLOYMENTS, deployment, statusOf(context, deployment, problem), cause);
  if (problem !== undefined) context.retry(deployment, cause);
}

function setsOf(context: WorkloadContext, deployment: KubernetesObject): Sets {
  const hash = templateHash(get(get(deployment, 'spec'), 'template'));
  const all = context.ownedBy(deployment, 'ReplicaSet').filter((set) => !isTerminating(set));
  const current = all.find((set) => getString(set, 'metadata', 'labels', HASH) === hash);
  return { current, old: all.filter((set) => set !== current) };
}

const revisionOf = (object: KubernetesObject | undefined): number =>
  Number(getString(object, 'metadata', 'annotations', REVISION) ?? 0);

const wanted = (object: KubernetesObject): number => count(object, 'spec', 'replicas', 1);
const sum = (sets: readonly KubernetesObject[], value: (set: KubernetesObject) => number): number =>
  sets.reduce((total, set) => total + value(set), 0);
const present = ({ current, old }: Sets): readonly KubernetesObject[] =>
  current === undefined ? old : [...old, current];

/** How many Pods may be too many, and too few, while a rolling update lasts. */
function tolerances(deployment: KubernetesObject): { surge: number; unavailable: number } {
  const rolling = getObject(deployment, 'spec', 'strategy', 'rollingUpdate');
  const replicas = wanted(deployment);
  const surge = resolve(get(rolling, 'maxSurge') ?? '25%', replicas, Math.ceil);
  const unavailable = resolve(get(rolling, 'maxUnavailable') ?? '25%', replicas, Math.floor);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

function resolve(value: Json, of: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = typeof value === 'string' ? Number.parseInt(value, 10) : 0;
  return Number.isNaN(percent) ? 0 : round((percent * of) / 100);
}

const recreates = (deployment: KubernetesObject): boolean =>
  getString(deployment, 'spec', 'strategy', 'type') === 'Recreate';

/** How many Pods the new ReplicaSet may have beside the old ones. */
function allowed(deployment: KubernetesObject, sets: Sets): number {
  const others = sum(sets.old, wanted);
  if (recreates(deployment))
    return sum(sets.old, (set) => count(set, 'status', 'replicas')) > 0 ? 0 : wanted(deployment);
  const room = wanted(deployment) + tolerances(deployment).surge - others;
  const has = sets.current === undefined ? 0 : wanted(sets.current);
  return Math.max(Math.min(wanted(deployment), room), Math.min(has, wanted(deployment)));
}

function* createSet(
  context: WorkloadContext,
  deployment: KubernetesObject,
  sets: Sets,
  cause: EventId,
): Process<string | undefined> {
  const template = getObject(deployment, 'spec', 'template');
  const hash = templateHash(template);
  const labels = { ...getObject(template, 'metadata', 'labels'), [HASH]: hash };
  const name = `${nameOf(deployment)}-${hash}`;
  const replicas = allowed(deployment, sets);
  const selector = getObject(deployment, 'spec', 'selector');
  const body = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      ...ownedMetadata(deployment),
      labels,
      annotations: annotationsOf(deployment, Math.max(0, ...sets.old.map(revisionOf)) + 1),
    },
    spec: {
      replicas,
      selector: { ...selector, matchLabels: { ...getObject(selector, 'matchLabels'), [HASH]: hash } },
      template: { ...template, metadata: { ...getObject(template, 'metadata'), labels } },
    },
  };
  const { failure } = yield* create(context, USER, REPLICA_SETS, body, cause);
  if (failure !== undefined) {
    const message = `Failed to create new replica set "${name}": ${failure.message}`;
    yield* tell(
      context,
      USER,
      deployment,
      { type: 'Warning', reason: 'ReplicaSetCreateError', message },
      cause,
    );
    return message;
  }
  if (replicas > 0) yield* tellScaled(context, deployment, name, 0, replicas, cause);
  return undefined;
}

/** Annotations that a ReplicaSet takes from its Deployment. */
function annotationsOf(deployment: KubernetesObject, revision: number): JsonObject {
  const own = Object.entries(getObject(deployment, 'metadata', 'annotations')).filter(
    ([key]) => key !== REVISION && key !== 'kubectl.kubernetes.io/last-applied-configuration',
  );
  const surge = recreates(deployment) ? 0 : tolerances(deployment).surge;
  return {
    ...Object.fromEntries(own),
    'deployment.kubernetes.io/desired-replicas': String(wanted(deployment)),
    'deployment.kubernetes.io/max-replicas': String(wanted(deployment) + surge),
    [REVISION]: String(revision),
  };
}

function* scale(
  context: WorkloadContext,
  deployment: KubernetesObject,
  sets: Sets,
  cause: EventId,
): Process<void> {
  const { current, old } = sets;
  const newest = current ?? (old.length > 0 ? old[old.length - 1] : undefined);
  if (current === undefined) return;
  if (newest !== undefined) {
    const target = allowed(deployment, sets);
    const revision = Math.max(0, ...old.map(revisionOf));
    yield* scaleTo(context, deployment, current, target, cause, Math.max(revisionOf(current), revision + 1));
  }
  let spare = recreates(deployment) ? sum(old, wanted) : spareOf(deployment, sets);
  for (const set of old) {
    const less = Math.min(wanted(set), Math.max(0, spare));
    spare -= less;
    if (less > 0) yield* scaleTo(context, deployment, set, wanted(set) - less, cause);
  }
}

/** How many old Pods may go: the unhealthy ones, and what is available beyond the least number. */
function spareOf(deployment: KubernetesObject, sets: Sets): number {
  const ready = (set: KubernetesObject): number => count(set, 'status', 'availableReplicas');
  const least = wanted(deployment) - tolerances(deployment).unavailable;
  const all = present(sets);
  const unhealthyNew = sets.current === undefined ? 0 : wanted(sets.current) - ready(sets.current);
  const most = sum(all, wanted) - least - unhealthyNew;
  const unhealthyOld = sum(sets.old, (set) => Math.max(0, wanted(set) - ready(set)));
  return Math.max(0, Math.min(most, unhealthyOld + Math.max(0, sum(all, ready) - least)));
}

function* scaleTo(
  context: WorkloadContext,
  deployment: KubernetesObject,
  set: KubernetesObject,
  replicas: number,
  cause: EventId,
  revision = revisionOf(set),
): Process<void> {
  const annotations = {
    ...getObject(set, 'metadata', 'annotations'),
    ...annotationsOf(deployment, revision),
  };
  const before = wanted(set);
  if (before === replicas && revisionOf(set) === revision) return;
  const { failure } = yield* ask(context.server, USER, cause, {
    verb: 'update',
    resource: REPLICA_SETS,
    namespace: namespaceOf(set),
    name: nameOf(set),
    body: {
      ...set,
      metadata: { ...set.metadata, annotations },
      spec: { ...getObject(set, 'spec'), replicas },
    },
  });
  if (failure !== undefined) context.retry(deployment, cause);
  else if (before !== replicas) yield* tellScaled(context, deployment, nameOf(set), before, replicas, cause);
}

function* tellScaled(
  context: WorkloadContext,
  deployment: KubernetesObject,
  set: string,
  from: number,
  to: number,
  cause: EventId,
): Process<void> {
  const message = `Scaled ${from < to ? 'up' : 'down'} replica set ${set} from ${from} to ${to}`;
  yield* tell(context, USER, deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message }, cause);
}

/** The Deployment bears the revision of its ReplicaSet. */
function* annotate(
  context: WorkloadContext,
  deployment: KubernetesObject,
  current: KubernetesObject | undefined,
  cause: EventId,
): Process<void> {
  if (current === undefined || revisionOf(current) === revisionOf(deployment)) return;
  const live = context.server.lookup(DEPLOYMENTS, namespaceOf(deployment), nameOf(deployment));
  if (live === undefined) return;
  const annotations = {
    ...getObject(live, 'metadata', 'annotations'),
    [REVISION]: String(revisionOf(current)),
  };
  yield* ask(context.server, USER, cause, {
    verb: 'update',
    resource: DEPLOYMENTS,
    subresource: 'status',
    namespace: namespaceOf(live),
    name: nameOf(live),
    body: { ...live, metadata: { ...live.metadata, annotations } },
  });
}

function statusOf(
  context: WorkloadContext,
  deployment: KubernetesObject,
  problem: string | undefined,
): JsonObject {
  const sets = setsOf(context, deployment);
  const all = present(sets);
  const of = (key: string): number => sum(all, (set) => count(set, 'status', key));
  const replicas = of('replicas');
  const available = of('availableReplicas');
  const updated = sets.current === undefined ? 0 : count(sets.current, 'status', 'replicas');
  const numbers = counts({
    observedGeneration: Number(get(deployment.metadata, 'generation') ?? 0),
    replicas,
    updatedReplicas: updated,
    readyReplicas: of('readyReplicas'),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sum(all, wanted) - available),
  });
  const now = timestamp(context);
  const times = { lastUpdateTime: now, lastTransitionTime: now };
  const conditions = [
    availability(deployment, available),
    ...progress(deployment, sets, problem, { replicas, available, updated }),
  ].reduce((list, condition) => withCondition(list, condition, times), conditionsOf(deployment));
  const failing = all.map((set) => failureOf(set)).find((one) => one !== undefined);
  return {
    ...numbers,
    conditions:
      failing === undefined
        ? without(conditions, 'ReplicaFailure')
        : withCondition(conditions, failing, times),
  };
}

function availability(deployment: KubernetesObject, available: number): Condition {
  const { unavailable } = tolerances(deployment);
  const least = wanted(deployment) - (recreates(deployment) ? 0 : unavailable);
  return available >= least
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

function progress(
  deployment: KubernetesObject,
  { current }: Sets,
  problem: string | undefined,
  now: { readonly replicas: number; readonly available: number; readonly updated: number },
): readonly Condition[] {
  if (problem !== undefined)
    return [{ type: 'Progressing', status: 'False', reason: 'ReplicaSetCreateError', message: problem }];
  if (current === undefined) return [];
  const whole = wanted(deployment);
  const name = nameOf(current);
  if (now.updated === whole && now.replicas === whole && now.available === whole)
    return [
      {
        type: 'Progressing',
        status: 'True',
        reason: 'NewReplicaSetAvailable',
        message: `ReplicaSet "${name}" has successfully progressed.`,
      },
    ];
  const moved = now.updated > 0 || now.replicas > 0;
  return [
    moved
      ? {
          type: 'Progressing',
          status: 'True',
          reason: 'ReplicaSetUpdated',
          message: `ReplicaSet "${name}" is progressing.`,
        }
      : {
          type: 'Progressing',
          status: 'True',
          reason: 'NewReplicaSetCreated',
          message: `Created new replica set "${name}"`,
        },
  ];
}

function failureOf(set: KubernetesObject): Condition | undefined {
  const found = conditionsOf(set).find((one) => getString(one, 'type') === 'ReplicaFailure');
  if (found === undefined) return undefined;
  return {
    type: 'ReplicaFailure',
    status: 'True',
    reason: getString(found, 'reason') ?? '',
    message: getString(found, 'message') ?? '',
  };
}
