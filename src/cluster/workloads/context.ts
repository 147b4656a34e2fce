import type { Json, JsonObject } from '../../base/json.ts';
import { equal, get, getList, getObject, getString, isObject } from '../../base/json.ts';
import type { Process } from '../../base/process.ts';
import type { EventId, Milliseconds } from '../../base/units.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { nameOf, namespaceOf, uidOf } from '../../kubernetes/object.ts';
import type { ApiResponse } from '../api.ts';
import type { ControllerEnvironment } from '../controllers.ts';
import { ask } from '../controllers.ts';
import { formatTimestamp } from '../store.ts';

/** What the controllers of workloads need of the world. */
export interface WorkloadEnvironment extends ControllerEnvironment {
  /** Milliseconds since the Unix epoch, in virtual time. */
  wallClock(): number;
  /** When a CronJob's schedule falls due next after a moment of the wall clock; undefined: never, or it cannot be read. */
  nextRun(schedule: string, after: number): number | undefined;
}

/** A controller's view: the world, the objects that it controls, and a work queue. */
export interface WorkloadContext extends WorkloadEnvironment {
  /** Objects of a kind that a controller owns, oldest first. */
  ownedBy(owner: KubernetesObject, kind: string): readonly KubernetesObject[];
  /** Looks at the object again after a while; keeps no run alive. */
  later(object: KubernetesObject, delay: Milliseconds, cause: EventId): void;
  /** Notes a failure: looks again after a growing while. */
  retry(object: KubernetesObject, cause: EventId): void;
}

/** One controller: what it does about an object that changed, or whose dependents did. */
export type Sync = (context: WorkloadContext, object: KubernetesObject, cause: EventId) => Process<void>;

export const PODS = { group: '', version: 'v1', resource: 'pods' };
export const EVENTS = { group: '', version: 'v1', resource: 'events' };
export const REPLICA_SETS = { group: 'apps', version: 'v1', resource: 'replicasets' };
export const DEPLOYMENTS = { group: 'apps', version: 'v1', resource: 'deployments' };
export const STATEFUL_SETS = { group: 'apps', version: 'v1', resource: 'statefulsets' };
export const DAEMON_SETS = { group: 'apps', version: 'v1', resource: 'daemonsets' };
export const JOBS = { group: 'batch', version: 'v1', resource: 'jobs' };
export const CRON_JOBS = { group: 'batch', version: 'v1', resource: 'cronjobs' };

type Resource = typeof PODS;

export const timestamp = (context: WorkloadEnvironment): string => formatTimestamp(context.wallClock());

/** A number of an object's spec or status. */
export function count(object: Json | undefined, part: 'spec' | 'status', key: string, missing = 0): number {
  const value = get(get(object, part), key);
  return typeof value === 'number' ? value : missing;
}

export const isTerminating = (object: KubernetesObject): boolean =>
  get(object.metadata, 'deletionTimestamp') !== undefined;

/** The reference by which a controller owns what it made. */
export const ownedMetadata = (owner: KubernetesObject): JsonObject => ({
  namespace: namespaceOf(owner),
  ownerReferences: [
    {
      apiVersion: owner.apiVersion,
      kind: owner.kind,
      name: nameOf(owner),
      uid: uidOf(owner),
      controller: true,
      blockOwnerDeletion: true,
    },
  ],
});

/** The Pod of a template, with labels that its controller adds. */
export function podOf(owner: KubernetesObject, template: Json | undefined, metadata: JsonObject): Json {
  const { labels, ...rest } = metadata;
  const annotations = get(get(template, 'metadata'), 'annotations');
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...rest,
      ...ownedMetadata(owner),
      labels: { ...getObject(template, 'metadata', 'labels'), ...(isObject(labels) ? labels : {}) },
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: getObject(template, 'spec'),
  };
}

export function* create(
  context: WorkloadContext,
  user: string,
  resource: Resource,
  body: Json,
  cause: EventId,
): Process<ApiResponse> {
  const namespace = namespaceOf(body);
  return yield* ask(context.server, user, cause, { verb: 'create', resource, namespace, body });
}

export function* remove(
  context: WorkloadContext,
  user: string,
  resource: Resource,
  object: KubernetesObject,
  cause: EventId,
): Process<ApiResponse> {
  return yield* ask(context.server, user, cause, {
    verb: 'delete',
    resource,
    namespace: namespaceOf(object),
    name: nameOf(object),
    propagationPolicy: 'Background',
    preconditions: { uid: uidOf(object) },
  });
}

/** Writes an object's status, and annotations beside it, if they differ from what is stored. */
export function* writeStatus(
  context: WorkloadContext,
  user: string,
  resource: Resource,
  object: KubernetesObject,
  status: JsonObject,
  cause: EventId,
): Process<void> {
  const live = context.server.lookup(resource, namespaceOf(object), nameOf(object));
  if (live === undefined || uidOf(live) !== uidOf(object) || equal(getObject(live, 'status'), status)) return;
  yield* ask(context.server, user, cause, {
    verb: 'update',
    resource,
    subresource: 'status',
    namespace: namespaceOf(object),
    name: nameOf(object),
    body: { ...live, status },
  });
}

/** A part of a status without the counts that are zero, as Go leaves them out. */
export const counts = (values: Readonly<Record<string, number>>): JsonObject =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== 0));

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
}

/** Sets a condition: one with the same status and reason stays as it is (SetDeploymentCondition). */
export function withCondition(
  conditions: readonly Json[],
  condition: Condition,
  times: JsonObject,
): readonly Json[] {
  const old = conditions.find((one) => getString(one, 'type') === condition.type);
  if (getString(old, 'status') === condition.status && getString(old, 'reason') === condition.reason)
    return conditions;
  const since = getString(old, 'lastTransitionTime');
  const kept =
    getString(old, 'status') === condition.status && since !== undefined ? { lastTransitionTime: since } : {};
  return [...without(conditions, condition.type), { ...condition, ...times, ...kept }];
}

export const without = (conditions: readonly Json[], type: string): readonly Json[] =>
  conditions.filter((one) => getString(one, 'type') !== type);

export const conditionsOf = (object: KubernetesObject): readonly Json[] =>
  getList(object, 'status', 'conditions');

/** An Event about an object, named by its moment as client-go does. */
export function* tell(
  context: WorkloadContext,
  user: string,
  about: KubernetesObject,
  event: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string },
  cause: EventId,
): Process<void> {
  const now = timestamp(context);
  const nanoseconds = BigInt(Math.round(context.wallClock() * 1000)) * 1000n;
  const name = `${nameOf(about)}.${nanoseconds.toString(16)}`;
  const source = { component: user === 'daemon-set-controller' ? 'daemonset-controller' : user };
  yield* create(
    context,
    user,
    EVENTS,
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace: namespaceOf(about) },
      involvedObject: {
        apiVersion: about.apiVersion,
        kind: about.kind,
        name: nameOf(about),
        namespace: namespaceOf(about),
        uid: uidOf(about),
        resourceVersion: getString(about.metadata, 'resourceVersion') ?? '',
      },
      ...event,
      source,
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      reportingComponent: source.component,
      reportingInstance: '',
    },
    cause,
  );
}

export const isReady = (pod: KubernetesObject): boolean =>
  conditionsOf(pod).some((one) => getString(one, 'type') === 'Ready' && getString(one, 'status') === 'True');

/** Pods that count: not on their way out, and not at their end. */
export const isActive = (pod: KubernetesObject): boolean =>
  !isTerminating(pod) && !['Succeeded', 'Failed'].includes(getString(pod, 'status', 'phase') ?? '');
