import type { Json } from '../../base/json.ts';
import { get, getList, getObject, getString, isObject } from '../../base/json.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../../kubernetes/object.ts';
import { selectorText } from './columns.ts';
import type { DescribeTools } from './describe-tools.ts';
import type { Description } from './description.ts';
import { rfc1123 } from './rfc1123.ts';

const number = (value: Json | undefined, missing = 0): number =>
  typeof value === 'number' ? value : missing;
const text = (value: Json | undefined, missing = ''): string =>
  value === undefined || value === null || value === '' ? missing : String(value);

/** `kubectl describe deployment` (kubectl, describeDeployment). */
export function describeDeployment(object: KubernetesObject, { out, events, list }: DescribeTools): void {
  const [spec, status] = [getObject(object, 'spec'), getObject(object, 'status')];
  out.line(0, `Name:\t${nameOf(object)}`);
  out.line(0, `Namespace:\t${namespaceOf(object)}`);
  out.line(0, `CreationTimestamp:\t${rfc1123(getString(object, 'metadata', 'creationTimestamp'))}`);
  out.labels('Labels', object.metadata['labels']);
  out.annotations('Annotations', object.metadata['annotations']);
  out.line(0, `Selector:\t${selectorText(get(spec, 'selector'))}`);
  const desired = number(get(spec, 'replicas'), 1);
  out.line(
    0,
    `Replicas:\t${desired} desired | ${number(get(status, 'updatedReplicas'))} updated | ${number(get(status, 'replicas'))} total | ${number(get(status, 'availableReplicas'))} available | ${number(get(status, 'unavailableReplicas'))} unavailable`,
  );
  out.line(0, `StrategyType:\t${getString(spec, 'strategy', 'type') ?? 'RollingUpdate'}`);
  out.line(0, `MinReadySeconds:\t${number(get(spec, 'minReadySeconds'))}`);
  const rolling = get(getObject(spec, 'strategy'), 'rollingUpdate');
  if (isObject(rolling))
    out.line(
      0,
      `RollingUpdateStrategy:\t${text(get(rolling, 'maxUnavailable'))} max unavailable, ${text(get(rolling, 'maxSurge'))} max surge`,
    );
  podTemplate(get(spec, 'template'), out);
  const conditions = getList(status, 'conditions');
  if (conditions.length > 0) {
    out.line(0, 'Conditions:\n  Type\tStatus\tReason');
    out.line(1, '----\t------\t------');
    for (const one of conditions)
      out.line(1, `${text(get(one, 'type'))} \t${text(get(one, 'status'))}\t${text(get(one, 'reason'))}`);
  }
  const uid = getString(object, 'metadata', 'uid');
  const owned = list('apps', 'v1', 'replicasets')
    .filter((set) => getList(set, 'metadata', 'ownerReferences').some((one) => get(one, 'uid') === uid))
    .sort((a, b) => revision(b) - revision(a));
  const [newest, ...old] = owned;
  out.line(0, `OldReplicaSets:\t${old.length === 0 ? '<none>' : old.map(replicaSetText).join(', ')}`);
  out.line(0, `NewReplicaSet:\t${newest === undefined ? '<none>' : replicaSetText(newest)}`);
  events();
}

const revision = (set: KubernetesObject): number =>
  Number(getString(set, 'metadata', 'annotations', 'deployment.kubernetes.io/revision') ?? 0);
const replicaSetText = (set: KubernetesObject): string =>
  `${nameOf(set)} (${number(get(getObject(set, 'status'), 'replicas'))}/${number(get(getObject(set, 'spec'), 'replicas'))} replicas created)`;

/** `kubectl describe replicaset` (kubectl, describeReplicaSet). */
export function describeReplicaSet(object: KubernetesObject, { out, events, list }: DescribeTools): void {
  const [spec, status] = [getObject(object, 'spec'), getObject(object, 'status')];
  out.line(0, `Name:\t${nameOf(object)}`);
  out.line(0, `Namespace:\t${namespaceOf(object)}`);
  out.line(0, `Selector:\t${selectorText(get(spec, 'selector'))}`);
  out.labels('Labels', object.metadata['labels']);
  out.annotations('Annotations', object.metadata['annotations']);
  const owner = controllerOf(object);
  if (owner !== undefined) out.line(0, `Controlled By:\t${owner}`);
  out.line(
    0,
    `Replicas:\t${number(get(status, 'replicas'))} current / ${number(get(spec, 'replicas'), 1)} desired`,
  );
  out.line(0, `Pods Status:\t${podsStatus(object, list)}`);
  podTemplate(get(spec, 'template'), out);
  events();
}

/** How many of the Pods that an object owns are in which phase. */
export function podsStatus(owner: KubernetesObject, list: DescribeTools['list']): string {
  const uid = getString(owner, 'metadata', 'uid');
  const counts: Record<string, number> = { Running: 0, Pending: 0, Succeeded: 0, Failed: 0 };
  for (const pod of list('', 'v1', 'pods')) {
    if (!getList(pod, 'metadata', 'ownerReferences').some((one) => get(one, 'uid') === uid)) continue;
    const phase = getString(pod, 'status', 'phase') ?? '';
    if (Object.hasOwn(counts, phase)) counts[phase] = (counts[phase] ?? 0) + 1;
  }
  return `${counts['Running']} Running / ${counts['Pending']} Waiting / ${counts['Succeeded']} Succeeded / ${counts['Failed']} Failed`;
}

/** `Kind/name` of the controller that owns an object. */
export function controllerOf(object: KubernetesObject): string | undefined {
  const owner = getList(object, 'metadata', 'ownerReferences').find((one) => get(one, 'controller') === true);
  return owner === undefined ? undefined : `${text(get(owner, 'kind'))}/${text(get(owner, 'name'))}`;
}

/** `kubectl describe pod` (kubectl, describePod). */
export function describePod(object: KubernetesObject, { out, events }: DescribeTools): void {
  const [spec, status] = [getObject(object, 'spec'), getObject(object, 'status')];
  out.line(0, `Name:\t${nameOf(object)}`);
  out.line(0, `Namespace:\t${namespaceOf(object)}`);
  out.line(0, `Priority:\t${number(get(spec, 'priority'))}`);
  const account = getString(spec, 'serviceAccountName');
  if (account) out.line(0, `Service Account:\t${account}`);
  const node = getString(spec, 'nodeName') ?? '';
  const host = getString(status, 'hostIP') ?? '';
  out.line(0, `Node:\t${node === '' ? '<none>' : `${node}/${host}`}`);
  const started = getString(status, 'startTime');
  if (started !== undefined) out.line(0, `Start Time:\t${rfc1123(started)}`);
  out.labels('Labels', object.metadata['labels']);
  out.annotations('Annotations', object.metadata['annotations']);
  out.line(0, `Status:\t${getString(status, 'phase') ?? ''}`);
  const reason = getString(status, 'reason');
  if (reason) out.line(0, `Reason:\t${reason}`);
  const message = getString(status, 'message');
  if (message) out.line(0, `Message:\t${message}`);
  out.line(0, `IP:\t${getString(status, 'podIP') ?? ''}`);
  const addresses = getList(status, 'podIPs');
  out.line(0, addresses.length === 0 ? 'IPs:\t<none>' : 'IPs:');
  for (const one of addresses) out.line(1, `IP:\t${text(get(one, 'ip'))}`);
  const owner = controllerOf(object);
  if (owner !== undefined) out.line(0, `Controlled By:\t${owner}`);
  const inits = getList(spec, 'initContainers');
  if (inits.length > 0)
    containers('Init Containers', inits, getList(status, 'initContainerStatuses'), out, '');
  containers('Containers', getList(spec, 'containers'), getList(status, 'containerStatuses'), out, '');
  const conditions = getList(status, 'conditions');
  if (conditions.length > 0) {
    out.line(0, 'Conditions:\n  Type\tStatus');
    for (const one of conditions) out.line(1, `${text(get(one, 'type'))} \t${text(get(one, 'status'))} `);
  }
  volumes(getList(spec, 'volumes'), out, '');
  out.line(0, `QoS Class:\t${getString(status, 'qosClass') ?? 'BestEffort'}`);
  out.labels('Node-Selectors', get(spec, 'nodeSelector'));
  tolerations(getList(spec, 'tolerations'), out, '');
  events();
}

/** `Pod Template:` of what makes Pods (kubectl, DescribePodTemplate). */
export function podTemplate(template: Json | undefined, out: Description): void {
  out.line(0, 'Pod Template:');
  const metadata = getObject(template, 'metadata');
  out.labels('  Labels', get(metadata, 'labels'));
  const annotations = get(metadata, 'annotations');
  if (isObject(annotations) && Object.keys(annotations).length > 0)
    out.annotations('  Annotations', annotations);
  const spec = getObject(template, 'spec');
  const account = getString(spec, 'serviceAccountName');
  if (account) out.line(0, `  Service Account:\t${account}`);
  const inits = getList(spec, 'initContainers');
  if (inits.length > 0) containers('Init Containers', inits, [], out, '  ');
  containers('Containers', getList(spec, 'containers'), [], out, '  ');
  volumes(getList(spec, 'volumes'), out, '  ');
  out.labels('  Node-Selectors', get(spec, 'nodeSelector'));
  tolerations(getList(spec, 'tolerations'), out, '  ');
}

function containers(
  label: string,
  all: readonly Json[],
  statuses: readonly Json[],
  out: Description,
  space: string,
): void {
  out.line(0, `${space}${label}:`);
  for (const container of all) {
    const name = getString(container, 'name') ?? '';
    const status = statuses.find((one) => get(one, 'name') === name);
    out.line(1, `${space === '' ? '' : ' '}${name}:`);
    if (status !== undefined) out.line(2, `Container ID:\t${text(get(status, 'containerID'))}`);
    out.line(2, `Image:\t${text(get(container, 'image'))}`);
    if (status !== undefined) out.line(2, `Image ID:\t${text(get(status, 'imageID'))}`);
    ports('Port', getList(container, 'ports'), 'containerPort', out);
    ports('Host Port', getList(container, 'ports'), 'hostPort', out);
    words('Command', getList(container, 'command'), out);
    words('Args', getList(container, 'args'), out);
    if (status !== undefined) containerState(status, out);
    quantities('Limits', get(get(container, 'resources'), 'limits'), out);
    quantities('Requests', get(get(container, 'resources'), 'requests'), out);
    environment(getList(container, 'env'), out);
    mounts(getList(container, 'volumeMounts'), out);
  }
}

function ports(label: string, all: readonly Json[], key: string, out: Description): void {
  const texts = all.map((port) => `${number(get(port, key))}/${text(get(port, 'protocol'), 'TCP')}`);
  out.line(2, `${label}${texts.length > 1 ? 's' : ''}:\t${texts.length === 0 ? '<none>' : texts.join(', ')}`);
}

function words(label: string, all: readonly Json[], out: Description): void {
  if (all.length === 0) return;
  out.line(2, `${label}:`);
  for (const word of all) for (const line of String(word).split('\n')) out.line(3, line);
}

function containerState(status: Json, out: Description): void {
  const state = get(status, 'state');
  const [name = 'waiting'] = isObject(state) ? Object.keys(state) : [];
  const inner = get(state, name);
  out.line(2, `State:\t${name.slice(0, 1).toUpperCase()}${name.slice(1)}`);
  const reason = getString(inner, 'reason');
  if (reason) out.line(3, `Reason:\t${reason}`);
  const started = getString(inner, 'startedAt');
  if (started) out.line(3, `Started:\t${rfc1123(started)}`);
  const ready = get(status, 'ready') === true;
  out.line(2, `Ready:\t${ready ? 'True' : 'False'}`);
  out.line(2, `Restart Count:\t${number(get(status, 'restartCount'))}`);
}

function quantities(label: string, values: Json | undefined, out: Description): void {
  if (!isObject(values) || Object.keys(values).length === 0) return;
  out.line(2, `${label}:`);
  for (const key of Object.keys(values).sort()) out.line(3, `${key}:\t${text(values[key])}`);
}

function environment(env: readonly Json[], out: Description): void {
  out.line(2, env.length === 0 ? 'Environment:\t<none>' : 'Environment:');
  for (const one of env) {
    const from = get(one, 'valueFrom');
    const key = (kind: string): Json | undefined => get(from, kind);
    const value = isObject(key('configMapKeyRef'))
      ? `<set to the key '${text(get(key('configMapKeyRef'), 'key'))}' of config map '${text(get(key('configMapKeyRef'), 'name'))}'>  Optional: false`
      : isObject(key('secretKeyRef'))
        ? `<set to the key '${text(get(key('secretKeyRef'), 'key'))}' in secret '${text(get(key('secretKeyRef'), 'name'))}'>  Optional: false`
        : isObject(key('fieldRef'))
          ? ` (${text(get(key('fieldRef'), 'apiVersion'), 'v1')}:${text(get(key('fieldRef'), 'fieldPath'))})`
          : text(get(one, 'value'));
    out.line(3, `${text(get(one, 'name'))}:\t${value}`);
  }
}

function mounts(all: readonly Json[], out: Description): void {
  out.line(2, all.length === 0 ? 'Mounts:\t<none>' : 'Mounts:');
  const path = (one: Json): string => text(get(one, 'mountPath'));
  for (const one of [...all].sort((a, b) => (path(a) < path(b) ? -1 : 1))) {
    const flags = [get(one, 'readOnly') === true ? 'ro' : 'rw'];
    if (getString(one, 'subPath')) flags.push(`path="${text(get(one, 'subPath'))}"`);
    out.line(3, `${path(one)} from ${text(get(one, 'name'))} (${flags.join(',')})`);
  }
}

const VOLUME_TYPES: Readonly<Record<string, string>> = {
  configMap: 'ConfigMap (a volume populated by a ConfigMap)',
  secret: 'Secret (a volume populated by a Secret)',
  emptyDir: "EmptyDir (a temporary directory that shares a pod's lifetime)",
  hostPath: 'HostPath (bare host directory volume)',
  persistentVolumeClaim:
    'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
  projected: 'Projected (a volume that contains injected data from multiple sources)',
};

function volumes(all: readonly Json[], out: Description, space: string): void {
  out.line(0, all.length === 0 ? `${space}Volumes:\t<none>` : `${space}Volumes:`);
  for (const volume of all) {
    out.line(1, `${space === '' ? '' : ' '}${text(get(volume, 'name'))}:`);
    const type = isObject(volume) ? Object.keys(volume).find((key) => key !== 'name') : undefined;
    const source = type === undefined ? undefined : get(volume, type);
    out.line(2, `Type:\t${type === undefined ? '<unknown>' : (VOLUME_TYPES[type] ?? '<unknown>')}`);
    switch (type) {
      case 'configMap':
        out.line(2, `Name:\t${text(get(source, 'name'))}`);
        out.line(2, `Optional:\t${get(source, 'optional') === true}`);
        break;
      case 'secret':
        out.line(2, `SecretName:\t${text(get(source, 'secretName'))}`);
        out.line(2, `Optional:\t${get(source, 'optional') === true}`);
        break;
      case 'emptyDir':
        out.line(2, `Medium:\t${text(get(source, 'medium'))}`);
        out.line(2, `SizeLimit:\t${text(get(source, 'sizeLimit'), '<unset>')}`);
        break;
      case 'hostPath':
        out.line(2, `Path:\t${text(get(source, 'path'))}`);
        out.line(2, `HostPathType:\t${text(get(source, 'type'))}`);
        break;
      case 'persistentVolumeClaim':
        out.line(2, `ClaimName:\t${text(get(source, 'claimName'))}`);
        out.line(2, `ReadOnly:\t${get(source, 'readOnly') === true}`);
        break;
    }
  }
}

function tolerations(all: readonly Json[], out: Description, space: string): void {
  out.write(0, `${space}Tolerations:\t`);
  if (all.length === 0) out.line(0, '<none>');
  all.forEach((one, index) => {
    if (index > 0) out.write(0, `${space}\t`);
    const value = text(get(one, 'value'));
    const effect = text(get(one, 'effect'));
    const seconds = get(one, 'tolerationSeconds');
    const exists = text(get(one, 'operator')) === 'Exists' && value === '' ? ' op=Exists' : '';
    out.line(
      0,
      `${text(get(one, 'key'))}${value === '' ? '' : `=${value}`}${effect === '' ? '' : `:${effect}`}${exists}${seconds === undefined ? '' : ` for ${text(seconds)}s`}`,
    );
  });
}
