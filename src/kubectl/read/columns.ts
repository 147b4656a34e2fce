import type { Json } from '../../base/json.ts';
import { get, getList, getObject, getPath, getString, isObject } from '../../base/json.ts';
import type { ResourceInfo } from '../../cluster/api.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { ageText, since } from './age.ts';
import { parseJsonPath, valuesAt } from './json-path.ts';

/** A column of a table: its header and a cell. `wide`: shown with `-o wide` alone. */
export interface Column {
  readonly name: string;
  readonly wide: boolean;
  cell(object: KubernetesObject, now: number): string;
}

const column = (
  name: string,
  cell: (object: KubernetesObject, now: number) => string,
  wide = false,
): Column => ({ name, wide, cell });

/** A column of a CRD: a JSONPath; dates become ages, what is missing an empty cell (apiextensions, tableconvertor). */
export function pathColumn(name: string, path: string, type: string, wide = false): Column {
  const parsed = parseJsonPath(path.startsWith('{') ? path : `{${path}}`);
  return column(
    name,
    (object, now) => {
      if ('error' in parsed) return '<none>';
      const [value] = valuesAt(parsed.template, object);
      if (value === undefined || value === null) return type === 'date' ? '<unknown>' : '';
      if (type === 'date') return typeof value === 'string' ? since(value, now) : '<unknown>';
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
    },
    wide,
  );
}

/** Columns after NAME of a custom resource whose CRD is in the cluster; undefined if there is no such CRD. */
export function crdColumns(
  crd: KubernetesObject | undefined,
  version: string,
): readonly Column[] | undefined {
  if (crd === undefined) return undefined;
  const found = getList(crd, 'spec', 'versions').find((one) => getString(one, 'name') === version);
  const columns = getList(found, 'additionalPrinterColumns');
  if (columns.length === 0) return undefined;
  return columns.map((one) =>
    pathColumn(
      (getString(one, 'name') ?? '').toUpperCase(),
      getString(one, 'jsonPath') ?? '',
      getString(one, 'type') ?? 'string',
      Number(get(one, 'priority') ?? 0) > 0,
    ),
  );
}

export const AGE = column('AGE', (object, now) =>
  since(getString(object, 'metadata', 'creationTimestamp'), now),
);
const CREATED_AT = column('CREATED AT', (object) => getString(object, 'metadata', 'creationTimestamp') ?? '');

const text = (value: Json | undefined, missing = '<none>'): string =>
  value === undefined || value === null || value === '' ? missing : String(value);
const number = (object: Json, ...path: readonly string[]): number => Number(getPath(object, path) ?? 0);
const count = (value: Json | undefined): number =>
  Array.isArray(value) ? value.length : isObject(value) ? Object.keys(value).length : 0;
const at =
  (...path: readonly string[]) =>
  (object: KubernetesObject): string =>
    text(getPath(object, path));

/** `a=b,c=d`, sorted; `<none>` if there is none. */
export function labelsText(labels: Json | undefined): string {
  if (!isObject(labels)) return '<none>';
  const pairs = Object.keys(labels)
    .sort()
    .map((key) => `${key}=${String(labels[key] ?? '')}`);
  return pairs.length === 0 ? '<none>' : pairs.join(',');
}

/** A label selector as kubectl prints it. */
export function selectorText(selector: Json | undefined): string {
  if (!isObject(selector)) return '<none>';
  const labels = get(selector, 'matchLabels');
  const pairs = isObject(labels) ? (labelsText(labels) === '<none>' ? [] : [labelsText(labels)]) : [];
  const expressions = getList(selector, 'matchExpressions').map((one) => {
    const key = getString(one, 'key') ?? '';
    const values = getList(one, 'values').map(String).join(',');
    switch (getString(one, 'operator')) {
      case 'In':
        return `${key} in (${values})`;
      case 'NotIn':
        return `${key} notin (${values})`;
      case 'Exists':
        return key;
      default:
        return `!${key}`;
    }
  });
  const all = [...pairs, ...expressions];
  return all.length === 0 ? '<none>' : all.join(',');
}

const containersOf = (object: KubernetesObject): readonly Json[] =>
  getList(object, 'spec', 'template', 'spec', 'containers');
const CONTAINERS = column(
  'CONTAINERS',
  (object) =>
    containersOf(object)
      .map((one) => getString(one, 'name') ?? '')
      .join(','),
  true,
);
const IMAGES = column(
  'IMAGES',
  (object) =>
    containersOf(object)
      .map((one) => getString(one, 'image') ?? '')
      .join(','),
  true,
);
const SELECTOR = column('SELECTOR', (object) => selectorText(getPath(object, ['spec', 'selector'])), true);
const WORKLOAD = [CONTAINERS, IMAGES, SELECTOR];

/** Why a Pod is as it is (kubectl, printPod): what its containers say goes before the phase. */
function podStatus(pod: KubernetesObject): string {
  if (getString(pod, 'metadata', 'deletionTimestamp') !== undefined) return 'Terminating';
  let reason = text(getPath(pod, ['status', 'reason']), text(getPath(pod, ['status', 'phase']), ''));
  let runs = false;
  for (const one of [...getList(pod, 'status', 'containerStatuses')].reverse()) {
    const state = getObject(one, 'state');
    const why = getString(state, 'waiting', 'reason') || getString(state, 'terminated', 'reason');
    if (why) reason = why;
    else if (isObject(state['terminated']))
      reason = `ExitCode:${text(getPath(state, ['terminated', 'exitCode']), '0')}`;
    else if (get(one, 'ready') === true && isObject(state['running'])) runs = true;
  }
  return reason === 'Completed' && runs ? 'Running' : reason;
}

/** What a Job has come to (kubectl, printJob). */
function jobStatus(job: KubernetesObject): string {
  const holds = (type: string): boolean =>
    getList(job, 'status', 'conditions').some(
      (one) => get(one, 'type') === type && get(one, 'status') === 'True',
    );
  if (holds('Complete')) return 'Complete';
  if (holds('Failed')) return 'Failed';
  if (getString(job, 'metadata', 'deletionTimestamp') !== undefined) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(holds) ?? 'Running';
}

const POD: readonly Column[] = [
  column('READY', (object) => {
    const ready = getList(object, 'status', 'containerStatuses').filter(
      (one) => get(one, 'ready') === true,
    ).length;
    return `${ready}/${getList(object, 'spec', 'containers').length}`;
  }),
  column('STATUS', podStatus),
  column('RESTARTS', (object) =>
    String(
      getList(object, 'status', 'containerStatuses').reduce<number>(
        (sum, one) => sum + Number(get(one, 'restartCount') ?? 0),
        0,
      ),
    ),
  ),
  AGE,
  column('IP', at('status', 'podIP'), true),
  column('NODE', at('spec', 'nodeName'), true),
  column('NOMINATED NODE', at('status', 'nominatedNodeName'), true),
  column('READINESS GATES', () => '<none>', true),
];

const SUBJECT_COLUMNS = (['User', 'Group', 'ServiceAccount'] as const).map((kind) =>
  column(
    `${kind.toUpperCase()}S`,
    (object) =>
      getList(object, 'subjects')
        .filter((one) => getString(one, 'kind') === kind)
        .map(
          (one) =>
            (kind === 'ServiceAccount' ? `${getString(one, 'namespace')}/` : '') + getString(one, 'name'),
        )
        .join(', '),
    true,
  ),
);

const ROLE_REF = column(
  'ROLE',
  (object) =>
    `${text(getPath(object, ['roleRef', 'kind']), '')}/${text(getPath(object, ['roleRef', 'name']), '')}`,
);

const WEBHOOKS = column('WEBHOOKS', (object) => String(getList(object, 'webhooks').length));

/** Resources of a quota: those asked for, and those that are limits. */
function quota(object: KubernetesObject, limits: boolean): string {
  const hard = getObject(object, 'status', 'hard');
  const used = getObject(object, 'status', 'used');
  return Object.keys(hard)
    .sort()
    .filter((name) => name.startsWith('limits.') === limits)
    .map((name) => `${name}: ${text(used[name], '0')}/${text(hard[name], '')}`)
    .join(', ');
}

const PORTS = column('PORT(S)', (object) => {
  const ports = getList(object, 'spec', 'ports').map((one) => {
    const node = get(one, 'nodePort');
    return `${text(get(one, 'port'), '')}${node === undefined ? '' : `:${String(node)}`}/${text(get(one, 'protocol'), 'TCP')}`;
  });
  return ports.length === 0 ? '<none>' : ports.join(',');
});

const EVENT: readonly Column[] = [
  column('LAST SEEN', (object, now) =>
    since(
      getString(object, 'series', 'lastObservedTime') ??
        getString(object, 'lastTimestamp') ??
        getString(object, 'deprecatedLastTimestamp') ??
        getString(object, 'eventTime') ??
        getString(object, 'metadata', 'creationTimestamp'),
      now,
    ),
  ),
  column('TYPE', (object) => text(get(object, 'type'), '')),
  column('REASON', (object) => text(get(object, 'reason'), '')),
  column('OBJECT', (object) => {
    const ref = getObject(
      object,
      get(object, 'involvedObject') === undefined ? 'regarding' : 'involvedObject',
    );
    return `${text(ref['kind'], '').toLowerCase()}/${text(ref['name'], '')}`;
  }),
  column('SUBOBJECT', (object) => text(getPath(object, ['involvedObject', 'fieldPath']), ''), true),
  column(
    'SOURCE',
    (object) => text(get(object, 'reportingComponent') ?? get(object, 'reportingController'), ''),
    true,
  ),
  column('MESSAGE', (object) => text(get(object, 'message') ?? get(object, 'note'), '').trim()),
  column('FIRST SEEN', (object, now) => since(getString(object, 'eventTime'), now), true),
  column('COUNT', (object) => String(Math.max(1, number(object, 'count'))), true),
  column('NAME', (object) => text(getPath(object, ['metadata', 'name']), ''), true),
];

const ROLE = 'node-role.kubernetes.io/';

const address = (node: KubernetesObject, type: string): string =>
  text(
    get(
      getList(node, 'status', 'addresses').find((one) => getString(one, 'type') === type),
      'address',
    ),
  );

const NODE: readonly Column[] = [
  column('STATUS', (object) => {
    const ready = getList(object, 'status', 'conditions').find((one) => getString(one, 'type') === 'Ready');
    const status = ready === undefined ? 'Unknown' : get(ready, 'status') === 'True' ? 'Ready' : 'NotReady';
    return getPath(object, ['spec', 'unschedulable']) === true ? `${status},SchedulingDisabled` : status;
  }),
  column('ROLES', (object) => {
    const roles = Object.keys(getObject(object, 'metadata', 'labels'))
      .filter((key) => key.startsWith(ROLE) && key.length > ROLE.length)
      .map((key) => key.slice(ROLE.length));
    return roles.length === 0 ? '<none>' : roles.sort().join(',');
  }),
  AGE,
  column('VERSION', at('status', 'nodeInfo', 'kubeletVersion')),
  column('INTERNAL-IP', (object) => address(object, 'InternalIP'), true),
  column('EXTERNAL-IP', (object) => address(object, 'ExternalIP'), true),
  column('OS-IMAGE', at('status', 'nodeInfo', 'osImage'), true),
  column('KERNEL-VERSION', at('status', 'nodeInfo', 'kernelVersion'), true),
  column('CONTAINER-RUNTIME', at('status', 'nodeInfo', 'containerRuntimeVersion'), true),
];

const BUILT_IN: Readonly<Record<string, readonly Column[]>> = {
  namespaces: [column('STATUS', (object) => text(getPath(object, ['status', 'phase']), '')), AGE],
  configmaps: [
    column('DATA', (object) => String(count(get(object, 'data')) + count(get(object, 'binaryData')))),
    AGE,
  ],
  secrets: [
    column('TYPE', (object) => text(get(object, 'type'), '')),
    column('DATA', (object) => String(count(get(object, 'data')))),
    AGE,
  ],
  serviceaccounts: [column('SECRETS', (object) => String(count(get(object, 'secrets')))), AGE],
  pods: POD,
  nodes: NODE,
  services: [
    column('TYPE', (object) => text(getPath(object, ['spec', 'type']), 'ClusterIP')),
    column('CLUSTER-IP', at('spec', 'clusterIP')),
    column('EXTERNAL-IP', (object) =>
      getPath(object, ['spec', 'type']) === 'LoadBalancer'
        ? '<pending>'
        : text(getPath(object, ['spec', 'externalName'])),
    ),
    PORTS,
    AGE,
    column('SELECTOR', (object) => labelsText(getPath(object, ['spec', 'selector'])), true),
  ],
  resourcequotas: [
    column('REQUEST', (object) => quota(object, false)),
    column('LIMIT', (object) => quota(object, true)),
    AGE,
  ],
  limitranges: [CREATED_AT],
  events: EVENT,
  'deployments.apps': [
    column(
      'READY',
      (object) => `${number(object, 'status', 'readyReplicas')}/${number(object, 'spec', 'replicas')}`,
    ),
    column('UP-TO-DATE', (object) => String(number(object, 'status', 'updatedReplicas'))),
    column('AVAILABLE', (object) => String(number(object, 'status', 'availableReplicas'))),
    AGE,
    ...WORKLOAD,
  ],
  'replicasets.apps': [
    column('DESIRED', (object) => String(number(object, 'spec', 'replicas'))),
    column('CURRENT', (object) => String(number(object, 'status', 'replicas'))),
    column('READY', (object) => String(number(object, 'status', 'readyReplicas'))),
    AGE,
    ...WORKLOAD,
  ],
  'statefulsets.apps': [
    column(
      'READY',
      (object) => `${number(object, 'status', 'readyReplicas')}/${number(object, 'spec', 'replicas')}`,
    ),
    AGE,
    CONTAINERS,
    IMAGES,
  ],
  'daemonsets.apps': [
    column('DESIRED', (object) => String(number(object, 'status', 'desiredNumberScheduled'))),
    column('CURRENT', (object) => String(number(object, 'status', 'currentNumberScheduled'))),
    column('READY', (object) => String(number(object, 'status', 'numberReady'))),
    column('UP-TO-DATE', (object) => String(number(object, 'status', 'updatedNumberScheduled'))),
    column('AVAILABLE', (object) => String(number(object, 'status', 'numberAvailable'))),
    column('NODE SELECTOR', (object) =>
      labelsText(getPath(object, ['spec', 'template', 'spec', 'nodeSelector'])),
    ),
    AGE,
    ...WORKLOAD,
  ],
  'jobs.batch': [
    column('STATUS', jobStatus),
    column(
      'COMPLETIONS',
      (object) =>
        `${number(object, 'status', 'succeeded')}/${Math.max(1, number(object, 'spec', 'completions'))}`,
    ),
    column('DURATION', (object, now) => {
      const start = getString(object, 'status', 'startTime');
      const end = getString(object, 'status', 'completionTime');
      if (start === undefined) return '';
      return ageText((end === undefined ? now : Date.parse(end)) - Date.parse(start));
    }),
    AGE,
    ...WORKLOAD,
  ],
  'cronjobs.batch': [
    column('SCHEDULE', at('spec', 'schedule')),
    column('TIMEZONE', at('spec', 'timeZone')),
    column('SUSPEND', (object) => (getPath(object, ['spec', 'suspend']) === true ? 'True' : 'False')),
    column('ACTIVE', (object) => String(getList(object, 'status', 'active').length)),
    column('LAST SCHEDULE', (object, now) => {
      const last = getString(object, 'status', 'lastScheduleTime');
      return last === undefined ? '<none>' : since(last, now);
    }),
    AGE,
  ],
  'networkpolicies.networking.k8s.io': [
    column('POD-SELECTOR', (object) => selectorText(getPath(object, ['spec', 'podSelector']))),
    AGE,
  ],
  'ingresses.networking.k8s.io': [
    column('CLASS', at('spec', 'ingressClassName')),
    column('HOSTS', (object) => {
      const hosts = getList(object, 'spec', 'rules').map((one) => text(get(one, 'host'), '*'));
      return hosts.length === 0 ? '*' : hosts.join(',');
    }),
    column('ADDRESS', () => ''),
    column('PORTS', (object) => (getList(object, 'spec', 'tls').length > 0 ? '80, 443' : '80')),
    AGE,
  ],
  'roles.rbac.authorization.k8s.io': [CREATED_AT],
  'clusterroles.rbac.authorization.k8s.io': [CREATED_AT],
  'rolebindings.rbac.authorization.k8s.io': [ROLE_REF, AGE, ...SUBJECT_COLUMNS],
  'clusterrolebindings.rbac.authorization.k8s.io': [ROLE_REF, AGE, ...SUBJECT_COLUMNS],
  'validatingwebhookconfigurations.admissionregistration.k8s.io': [WEBHOOKS, AGE],
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': [WEBHOOKS, AGE],
  'customresourcedefinitions.apiextensions.k8s.io': [CREATED_AT],
  'leases.coordination.k8s.io': [
    column('HOLDER', (object) => text(getPath(object, ['spec', 'holderIdentity']), '')),
    AGE,
  ],
  'poddisruptionbudgets.policy': [
    column('MIN AVAILABLE', (object) => text(getPath(object, ['spec', 'minAvailable']), 'N/A')),
    column('MAX UNAVAILABLE', (object) => text(getPath(object, ['spec', 'maxUnavailable']), 'N/A')),
    column('ALLOWED DISRUPTIONS', (object) => String(number(object, 'status', 'disruptionsAllowed'))),
    AGE,
  ],
};

/** Events have no NAME column in front. */
export const isEvents = ({ resource }: Pick<ResourceInfo, 'resource'>): boolean => resource === 'events';

/** Columns of a built-in kind after NAME; undefined if it is not one that prints more than its age. */
export function builtInColumns({ resource, group }: ResourceInfo): readonly Column[] | undefined {
  if (resource === 'events') return EVENT;
  const key = group === '' ? resource : `${resource}.${group}`;
  return Object.hasOwn(BUILT_IN, key) ? BUILT_IN[key] : undefined;
}
