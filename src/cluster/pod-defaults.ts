import type { Json, JsonObject } from '../base/json.ts';
import { get, getObject, getString, isObject } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';

/*
 * Defaults of Pods and of what makes Pods, as the server's decoder sets them (k8s.io/kubernetes, pkg/apis/core/v1,
 * apps/v1, batch/v1 defaults.go). Fields of rare volume types are left as they are written.
 */

type Change = (value: JsonObject) => JsonObject;

/** The object, and what it does not say itself. A null says nothing. */
const filled = (object: JsonObject, defaults: JsonObject): JsonObject => ({
  ...object,
  ...Object.fromEntries(
    Object.entries(defaults).filter(([key]) => get(object, key) === undefined || get(object, key) === null),
  ),
});

/** The object with a field changed, if the field is an object. */
function within(object: JsonObject, key: string, change: Change): JsonObject {
  const value = get(object, key);
  return isObject(value) ? { ...object, [key]: change(value) } : object;
}

/** The object with each member of a list changed. */
function each(object: JsonObject, key: string, change: Change): JsonObject {
  const list = get(object, key);
  return Array.isArray(list)
    ? { ...object, [key]: list.map((item: Json) => (isObject(item) ? change(item) : item)) }
    : object;
}

/** What a typed object leaves out when it is written again: empty lists, and maps without entries. */
function compact(value: Json): Json {
  if (Array.isArray(value)) return value.map(compact);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !isLeftOut(key, item))
      .map(([key, item]) => [key, compact(item)]),
  );
}

const KEPT_LISTS = new Set(['containers', 'nodeSelectorTerms', 'sources', 'preferences']);
const MAPS = new Set([
  'annotations',
  'labels',
  'limits',
  'matchLabels',
  'nodeSelector',
  'overhead',
  'requests',
]);

const isLeftOut = (key: string, value: Json): boolean =>
  value === null ||
  (Array.isArray(value)
    ? value.length === 0 && !KEPT_LISTS.has(key)
    : isObject(value) && MAPS.has(key) && Object.keys(value).length === 0);

/** `latest`, written or meant, is pulled always. */
function pullPolicy(image: string): string {
  const at = image.indexOf('@');
  const named = at < 0 ? image : image.slice(0, at);
  const colon = named.lastIndexOf(':');
  const tag = colon > named.lastIndexOf('/') ? named.slice(colon + 1) : at < 0 ? 'latest' : '';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

const httpGet: Change = (get) => filled(get, { path: '/', scheme: 'HTTP' });

const probe: Change = (one) =>
  within(
    filled(one, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }),
    'httpGet',
    httpGet,
  );

const fieldRef: Change = (holder) =>
  within(holder, 'fieldRef', (field) => filled(field, { apiVersion: 'v1' }));

const lifecycle: Change = (hooks) =>
  ['postStart', 'preStop'].reduce(
    (now, key) => within(now, key, (hook) => within(hook, 'httpGet', httpGet)),
    hooks,
  );

function container(one: JsonObject): JsonObject {
  const whole = filled(one, {
    imagePullPolicy: pullPolicy(getString(one, 'image') ?? ''),
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  });
  const ported = each(whole, 'ports', (port) => filled(port, { protocol: 'TCP' }));
  const named = each(ported, 'env', (variable) => within(variable, 'valueFrom', fieldRef));
  const probed = ['livenessProbe', 'readinessProbe', 'startupProbe'].reduce(
    (now, key) => within(now, key, probe),
    named,
  );
  return within(probed, 'lifecycle', lifecycle);
}

const MODE = { defaultMode: 420 };
const downward: Change = (source) => each(source, 'items', fieldRef);

function volume(one: JsonObject): JsonObject {
  const { name: _, ...sources } = one;
  if (Object.values(sources).every((source) => source === null)) return { ...one, emptyDir: {} };
  const moded = ['configMap', 'secret', 'downwardAPI', 'projected'].reduce(
    (now, key) => within(now, key, (source) => filled(source, MODE)),
    one,
  );
  const typed = within(moded, 'hostPath', (source) => filled(source, { type: '' }));
  const referring = within(typed, 'downwardAPI', downward);
  return within(referring, 'projected', (projected) =>
    each(projected, 'sources', (source) =>
      within(
        within(source, 'serviceAccountToken', (token) => filled(token, { expirationSeconds: 3600 })),
        'downwardAPI',
        downward,
      ),
    ),
  );
}

/** The old name of the service account goes along with the new one. */
function withServiceAccount(spec: JsonObject): JsonObject {
  const name = getString(spec, 'serviceAccountName') || getString(spec, 'serviceAccount');
  return name ? { ...spec, serviceAccount: name, serviceAccountName: name } : spec;
}

const onHostPorts: Change = (one) =>
  each(one, 'ports', (port) => {
    const number = get(port, 'containerPort');
    return number === undefined ? port : filled(port, { hostPort: number });
  });

function podSpec(written: JsonObject): JsonObject {
  const spec = getObject({ spec: compact(written) }, 'spec');
  const contained = ['containers', 'initContainers', 'ephemeralContainers'].reduce(
    (now, key) => each(now, key, container),
    each(spec, 'volumes', volume),
  );
  const ported = get(spec, 'hostNetwork') === true ? each(contained, 'containers', onHostPorts) : contained;
  return withServiceAccount(
    filled(ported, {
      dnsPolicy: 'ClusterFirst',
      restartPolicy: 'Always',
      schedulerName: 'default-scheduler',
      securityContext: {},
      terminationGracePeriodSeconds: 30,
    }),
  );
}

/** Limits that stand alone are requests as well. */
const requestsFromLimits: Change = (one) =>
  within(one, 'resources', (resources) => {
    const limits = get(resources, 'limits');
    return isObject(limits)
      ? { ...resources, requests: { ...limits, ...getObject(resources, 'requests') } }
      : resources;
  });

const pod: Change = (object) =>
  within(object, 'spec', (spec) =>
    ['containers', 'initContainers'].reduce(
      (now, key) => each(now, key, requestsFromLimits),
      filled(podSpec(spec), { enableServiceLinks: true }),
    ),
  );

const template: Change = (spec) =>
  within(spec, 'template', (one) =>
    within(
      within(one, 'metadata', (metadata) => getObject({ metadata: compact(metadata) }, 'metadata')),
      'spec',
      podSpec,
    ),
  );

const rolling =
  (defaults: JsonObject): Change =>
  (strategy) => {
    const typed = filled(strategy, { type: 'RollingUpdate' });
    return get(typed, 'type') === 'RollingUpdate'
      ? { ...typed, rollingUpdate: filled(getObject(typed, 'rollingUpdate'), defaults) }
      : typed;
  };

/** A workload's spec: its own defaults, its strategy's, its template's. */
const workload =
  (defaults: JsonObject, strategyKey: string, strategy: Change): Change =>
  (object) =>
    within(object, 'spec', (spec) =>
      within(template(filled(spec, { ...defaults, [strategyKey]: {} })), strategyKey, strategy),
    );

const JOB = {
  backoffLimit: 6,
  completionMode: 'NonIndexed',
  parallelism: 1,
  podReplacementPolicy: 'TerminatingOrFailed',
  suspend: false,
};

const job: Change = (spec) => {
  const alone = get(spec, 'completions') === undefined && get(spec, 'parallelism') === undefined;
  return template(filled(spec, alone ? { completions: 1, ...JOB } : JOB));
};

const CRON_JOB = {
  concurrencyPolicy: 'Allow',
  failedJobsHistoryLimit: 1,
  successfulJobsHistoryLimit: 3,
  suspend: false,
};

const RETAIN = { whenDeleted: 'Retain', whenScaled: 'Retain' };

const KINDS: Readonly<Record<string, Change>> = {
  Pod: pod,
  PodTemplate: template,
  ReplicationController: (object) =>
    within(object, 'spec', (spec) => template(filled(spec, { replicas: 1 }))),
  ReplicaSet: (object) => within(object, 'spec', (spec) => template(filled(spec, { replicas: 1 }))),
  Deployment: workload(
    { progressDeadlineSeconds: 600, replicas: 1, revisionHistoryLimit: 10 },
    'strategy',
    rolling({ maxSurge: '25%', maxUnavailable: '25%' }),
  ),
  DaemonSet: workload(
    { revisionHistoryLimit: 10 },
    'updateStrategy',
    rolling({ maxSurge: 0, maxUnavailable: 1 }),
  ),
  StatefulSet: workload(
    {
      persistentVolumeClaimRetentionPolicy: RETAIN,
      podManagementPolicy: 'OrderedReady',
      replicas: 1,
      revisionHistoryLimit: 10,
    },
    'updateStrategy',
    rolling({ partition: 0 }),
  ),
  Job: (object) => within(object, 'spec', job),
  CronJob: (object) =>
    within(object, 'spec', (spec) =>
      within(filled(spec, CRON_JOB), 'jobTemplate', (one) => within(one, 'spec', template)),
    ),
};

/** A Pod, or what makes Pods, with everything that its author left to the server. Other objects stay as they are. */
export function withPodDefaults(object: KubernetesObject): KubernetesObject {
  const change = Object.hasOwn(KINDS, object.kind) ? KINDS[object.kind] : undefined;
  if (change === undefined) return object;
  const { apiVersion, kind, metadata } = object;
  return { ...change(object), apiVersion, kind, metadata };
}
