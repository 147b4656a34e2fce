import { get, getList, getString } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { Scheduler } from '../base/scheduler.ts';
import type { EventId } from '../base/units.ts';
import type { KubernetesObject, UserInfo } from '../kubernetes/object.ts';
import { nameOf, namespaceOf, uidOf } from '../kubernetes/object.ts';
import type { ApiRequest, ApiResponse, ResourceInfo, WatchEvent } from './api.ts';
import type { SimulatedApiServer } from './api-server.ts';
import { CRD_FINALIZER, CRDS } from './custom-resources.ts';
import { GarbageCollector } from './garbage-collector.ts';
import type { ControllerLatencies } from './latencies.ts';

/** What controllers need of the world: the server, and somebody who runs their work. */
export interface ControllerEnvironment {
  readonly server: SimulatedApiServer;
  readonly scheduler: Scheduler;
  readonly latencies: ControllerLatencies;
}

const NAMESPACES = { group: '', version: 'v1', resource: 'namespaces' };
const CONFIG_MAPS = { group: '', version: 'v1', resource: 'configmaps' };
const SERVICE_ACCOUNTS = { group: '', version: 'v1', resource: 'serviceaccounts' };
const ROOT_CA = 'kube-root-ca.crt';

const serviceAccount = (name: string): UserInfo => ({
  username: `system:serviceaccount:kube-system:${name}`,
  groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
});

/** How a controller speaks to the server. */
export function* ask(
  server: SimulatedApiServer,
  user: string,
  cause: EventId,
  request: Omit<ApiRequest, 'user' | 'component' | 'fieldManager' | 'cause'>,
): Process<ApiResponse> {
  return yield* server.request({
    ...request,
    user: serviceAccount(user),
    component: 'controller-manager',
    fieldManager: 'kube-controller-manager',
    cause,
  });
}

/**
 * Starts the controllers of the controller manager that a policy's effects depend on: namespace deletion, the publisher of
 * the root CA, default service accounts, garbage collection by owner references, and the end of CRDs. Those of workloads
 * (Deployments, Jobs) are a part of their own: workloads/workloads.ts.
 */
export function startControllers(environment: ControllerEnvironment): void {
  const { server } = environment;
  const garbage = new GarbageCollector(environment);
  server.watch((event) => {
    if (event.info.group === '' && event.info.kind === 'Namespace') watchNamespace(environment, event);
    if (event.info.group === CRDS.group && event.info.resource === CRDS.resource)
      watchCrd(environment, event);
    if (event.info.group === '' && event.info.kind === 'ConfigMap') watchConfigMap(environment, event);
    garbage.see(event);
  });
}

function watchNamespace({ server, scheduler, latencies }: ControllerEnvironment, event: WatchEvent): void {
  const name = nameOf(event.object);
  if (event.type === 'ADDED') {
    scheduler.spawn(publishServiceAccount(server, name, event.event), latencies.reaction);
    scheduler.spawn(publishRootCa(server, name, event.event), latencies.reaction);
  }
  const begins =
    event.type === 'MODIFIED' &&
    get(event.object.metadata, 'deletionTimestamp') !== undefined &&
    get(event.previous?.metadata, 'deletionTimestamp') === undefined;
  if (begins)
    scheduler.spawnTimer(emptyNamespace(server, latencies, name, event.event), latencies.namespaceDeletion);
}

function watchConfigMap({ server, scheduler, latencies }: ControllerEnvironment, event: WatchEvent): void {
  if (event.type !== 'DELETED' || nameOf(event.object) !== ROOT_CA) return;
  scheduler.spawn(publishRootCa(server, namespaceOf(event.object), event.event), latencies.reaction);
}

const isTerminating = (server: SimulatedApiServer, namespace: string): boolean => {
  const found = server.lookup(NAMESPACES, '', namespace);
  return found === undefined || get(found.metadata, 'deletionTimestamp') !== undefined;
};

function* publishServiceAccount(
  server: SimulatedApiServer,
  namespace: string,
  cause: EventId,
): Process<void> {
  if (isTerminating(server, namespace) || server.lookup(SERVICE_ACCOUNTS, namespace, 'default') !== undefined)
    return;
  const body = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } };
  yield* ask(server, 'service-account-controller', cause, {
    verb: 'create',
    resource: SERVICE_ACCOUNTS,
    namespace,
    body,
  });
}

function* publishRootCa(server: SimulatedApiServer, namespace: string, cause: EventId): Process<void> {
  if (isTerminating(server, namespace) || server.lookup(CONFIG_MAPS, namespace, ROOT_CA) !== undefined)
    return;
  const annotations = {
    'kubernetes.io/description':
      'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
  };
  const metadata = { name: ROOT_CA, namespace, annotations };
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'ca.crt': '' } };
  yield* ask(server, 'root-ca-cert-publisher', cause, {
    verb: 'create',
    resource: CONFIG_MAPS,
    namespace,
    body,
  });
}

/** The namespace controller: deletes what is in the namespace, looks again while something is left, then lets it go. */
function* emptyNamespace(
  server: SimulatedApiServer,
  latencies: ControllerLatencies,
  namespace: string,
  cause: EventId,
): Process<void> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    for (const info of storedKinds(server, namespace))
      yield* ask(server, 'namespace-controller', cause, {
        verb: 'deletecollection',
        resource: info,
        namespace,
      });
    const found = server.lookup(NAMESPACES, '', namespace);
    if (found === undefined) return;
    if (storedKinds(server, namespace).length === 0) {
      const body: KubernetesObject = { ...found, spec: { finalizers: [] } };
      yield* ask(server, 'namespace-controller', cause, {
        verb: 'update',
        resource: NAMESPACES,
        subresource: 'finalize',
        name: namespace,
        body,
      });
      return;
    }
    yield latencies.namespaceDeletion;
  }
}

/** After so many looks the studio leaves a namespace that finalizers hold; the real controller never gives up. */
const MAX_ROUNDS = 20;

function storedKinds(server: SimulatedApiServer, namespace: string): readonly ResourceInfo[] {
  const seen = new Set<string>();
  return server.discovery().resources.filter((info) => {
    const key = `${info.group}/${info.resource}`;
    if (!info.namespaced || !info.verbs.includes('deletecollection') || seen.has(key)) return false;
    seen.add(key);
    return server.listAll(info, namespace).length > 0;
  });
}

/** A CRD that is deleted takes its objects along, past admission, and then goes itself. */
function watchCrd({ server, scheduler, latencies }: ControllerEnvironment, event: WatchEvent): void {
  const marked = event.type === 'MODIFIED' && get(event.object.metadata, 'deletionTimestamp') !== undefined;
  if (marked && getList(event.object, 'metadata', 'finalizers').includes(CRD_FINALIZER))
    scheduler.spawn(finishCrd(server, event), latencies.reaction);
}

function* finishCrd(server: SimulatedApiServer, event: WatchEvent): Process<void> {
  const resource = {
    group: getString(event.object, 'spec', 'group') ?? '',
    resource: getString(event.object, 'spec', 'names', 'plural') ?? '',
  };
  server.purge(resource, event.event);
  const live = server.lookup(event.info, '', nameOf(event.object));
  if (live === undefined || uidOf(live) !== uidOf(event.object)) return;
  const finalizers = getList(live, 'metadata', 'finalizers').filter((item) => item !== CRD_FINALIZER);
  const body = { ...live, metadata: { ...live.metadata, finalizers } };
  yield* server.request({
    verb: 'update',
    resource: event.info,
    name: nameOf(live),
    body,
    user: { username: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] },
    component: 'api-server',
    fieldManager: 'kube-apiserver',
    cause: event.event,
  });
}
