import type { Json } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import { seededRandom } from '../base/random.ts';
import { eventId, milliseconds, revisionId } from '../base/units.ts';
import type { UserInfo } from '../kubernetes/object.ts';
import type { Recorder } from '../trace/recorder.ts';
import type { Admission, ApiRequest, ApiResponse, WatchEvent } from './api.ts';
import { createApiServer, type SimulatedApiServer } from './api-server.ts';
import type { ClusterBase } from './cluster-base.ts';
import { startControllers } from './controllers.ts';
import { API_SERVER_LATENCIES, CONTROLLER_LATENCIES } from './latencies.ts';

/** A server with a clock and a recorder of its own, for tests. */
export interface TestCluster {
  readonly server: SimulatedApiServer;
  readonly events: Record<string, unknown>[];
  readonly watched: WatchEvent[];
  now(): number;
  /** Runs work to its end at once and counts the time it takes. */
  run<T>(process: Process<T>): T;
  /** Lets everything happen that is due until then, or at all. */
  settle(until?: number): void;
  send(request: Partial<ApiRequest> & Pick<ApiRequest, 'verb'>): ApiResponse;
  create(body: Json, more?: Partial<ApiRequest>): ApiResponse;
  admitWith(admission: Admission): void;
}

export const ADMIN: UserInfo = { username: 'admin', groups: ['system:masters', 'system:authenticated'] };
export const ALICE: UserInfo = { username: 'alice', groups: ['system:authenticated', 'devs'] };
export const CONFIG_MAPS = { group: '', version: 'v1', resource: 'configmaps' };
export const NAMESPACES = { group: '', version: 'v1', resource: 'namespaces' };

const namespaces = ['default', 'kube-system', 'a', 'b'].map((name) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
}));

/** The controllers of the controller manager may do everything. */
const rbac = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'all' },
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'controllers' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'all' },
    subjects: [{ kind: 'Group', name: 'system:serviceaccounts:kube-system' }],
  },
];

/** A cluster with four namespaces, or with what a base holds. */
export function testCluster(
  base: Pick<ClusterBase, 'objects' | 'schemas'> = { objects: [...namespaces, ...rbac] },
): TestCluster {
  let time = 0;
  let admission: Admission | undefined;
  const events: Record<string, unknown>[] = [];
  const watched: WatchEvent[] = [];
  let revisions = 0;
  const open = (event: object): ReturnType<Recorder['open']> =>
    eventId(events.push({ ...event, time, end: time }) - 1);
  const recorder: Recorder = {
    record: open,
    open,
    close: (id, patch) => {
      Object.assign(events[id] ?? {}, patch, { end: time });
    },
    couldAlso: () => undefined,
    addRevision: () => revisionId(revisions++),
    addEvaluation: () => {
      throw new Error('the cluster evaluates nothing');
    },
    extendEvaluation: () => undefined,
  };
  const server = createApiServer({
    recorder,
    random: seededRandom(1),
    now: () => milliseconds(time),
    wallClock: () => Date.UTC(2026, 8, 1) + time,
    admission: () => admission,
    latencies: API_SERVER_LATENCIES,
  });
  server.watch((event) => watched.push(event));
  server.load(base);
  const tasks: { at: number; work: Process<unknown> }[] = [];
  const spawn = (work: Process<unknown>, delay = 0): void => {
    tasks.push({ at: time + delay, work });
  };
  const step = (): void => {
    tasks.sort((left, right) => left.at - right.at);
    const task = tasks.shift();
    if (task === undefined) return;
    time = task.at;
    const next = task.work.next();
    if (next.done !== true) spawn(task.work, next.value);
  };
  startControllers({
    server,
    scheduler: { now: () => milliseconds(time), spawn, spawnTimer: spawn },
    latencies: CONTROLLER_LATENCIES,
  });
  const run = <T>(process: Process<T>): T => {
    let result: { value: T } | undefined;
    function* outer(): Process<void> {
      result = { value: yield* process };
    }
    spawn(outer());
    while (result === undefined) step();
    return result.value;
  };
  const settle = (until = Number.POSITIVE_INFINITY): void => {
    while (tasks.some((task) => task.at <= until)) step();
  };
  const send: TestCluster['send'] = (request) =>
    run(
      server.request({
        resource: CONFIG_MAPS,
        namespace: 'a',
        user: ADMIN,
        component: 'client',
        fieldManager: 'test',
        ...request,
      }),
    );
  return {
    server,
    events,
    watched,
    now: () => time,
    run,
    settle,
    send,
    create: (body, more) => send({ verb: 'create', body, ...more }),
    admitWith: (next) => {
      admission = next;
    },
  };
}

export const configMap = (name: string, data: Record<string, string> = {}, metadata: object = {}): Json => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});
