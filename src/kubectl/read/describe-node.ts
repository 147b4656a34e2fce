import { get, getList, getObject, getString, isObject, type Json } from '../../base/json.ts';
import { type Amounts, amountsOf, plus, podAmounts } from '../../cluster/pod-resources.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../../kubernetes/object.ts';
import { approximateQuantity, formatQuantity, quantityOf } from '../../kubernetes/quantity.ts';
import { since } from './age.ts';
import type { DescribeTools } from './describe-tools.ts';
import { type Description, goValue } from './description.ts';
import { rfc1123 } from './rfc1123.ts';

const ROLE = 'node-role.kubernetes.io/';

/** `kubectl describe node` (kubectl, describeNode). */
export function describeNode(object: KubernetesObject, { out, now, events, listAll }: DescribeTools): void {
  const [spec, status] = [getObject(object, 'spec'), getObject(object, 'status')];
  const name = nameOf(object);
  out.line(0, `Name:\t${name}`);
  const roles = Object.keys(getObject(object, 'metadata', 'labels'))
    .filter((key) => key.startsWith(ROLE) && key.length > ROLE.length)
    .map((key) => key.slice(ROLE.length));
  out.line(0, `Roles:\t${roles.length === 0 ? '<none>' : roles.sort().join(',')}`);
  out.labels('Labels', object.metadata['labels']);
  out.annotations('Annotations', object.metadata['annotations']);
  out.line(0, `CreationTimestamp:\t${rfc1123(getString(object, 'metadata', 'creationTimestamp'))}`);
  taints(getList(spec, 'taints'), out);
  out.line(0, `Unschedulable:\t${get(spec, 'unschedulable') === true}`);
  const lease = listAll('coordination.k8s.io', 'v1', 'leases').find(
    (one) => nameOf(one) === name && namespaceOf(one) === 'kube-node-lease',
  );
  if (lease === undefined)
    out.line(0, `Lease:\tFailed to get lease: leases.coordination.k8s.io ${JSON.stringify(name)} not found`);
  else {
    out.line(0, 'Lease:');
    out.line(1, `HolderIdentity:\t${getString(lease, 'spec', 'holderIdentity') ?? '<unset>'}`);
    out.line(1, `AcquireTime:\t${rfc1123(getString(lease, 'spec', 'acquireTime')) || '<unset>'}`);
    out.line(1, `RenewTime:\t${rfc1123(getString(lease, 'spec', 'renewTime')) || '<unset>'}`);
  }
  conditions(getList(status, 'conditions'), out);
  out.line(0, 'Addresses:');
  for (const one of getList(status, 'addresses'))
    out.line(1, `${goValue(get(one, 'type'))}:\t${goValue(get(one, 'address'))}`);
  room('Capacity', get(status, 'capacity'), out);
  room('Allocatable', get(status, 'allocatable'), out);
  systemInfo(getObject(status, 'nodeInfo'), out);
  if (getString(spec, 'podCIDR')) out.line(0, `PodCIDR:\t${getString(spec, 'podCIDR') ?? ''}`);
  const ranges = getList(spec, 'podCIDRs').map(String);
  if (ranges.length > 0) out.line(0, `PodCIDRs:\t${ranges.join(',')}`);
  if (getString(spec, 'providerID')) out.line(0, `ProviderID:\t${getString(spec, 'providerID') ?? ''}`);
  const pods = listAll('', 'v1', 'pods').filter(
    (pod) =>
      getString(pod, 'spec', 'nodeName') === name &&
      !['Succeeded', 'Failed'].includes(getString(pod, 'status', 'phase') ?? ''),
  );
  resources(pods, amountsOf(get(status, 'allocatable') ?? get(status, 'capacity')), now, out);
  events();
}

function taints(all: readonly Json[], out: Description): void {
  out.write(0, 'Taints:\t');
  if (all.length === 0) out.line(0, '<none>');
  all.forEach((taint, index) => {
    if (index > 0) out.write(0, '\t');
    const value = getString(taint, 'value') ?? '';
    out.line(
      0,
      `${getString(taint, 'key') ?? ''}${value === '' ? '' : `=${value}`}:${getString(taint, 'effect') ?? ''}`,
    );
  });
}

function conditions(all: readonly Json[], out: Description): void {
  if (all.length === 0) return;
  out.line(0, 'Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage');
  out.line(1, '----\t------\t-----------------\t------------------\t------\t-------');
  for (const one of all) {
    const time = (key: string): string => rfc1123(getString(one, key));
    const text = (key: string): string => getString(one, key) ?? '';
    out.line(
      1,
      `${text('type')} \t${text('status')} \t${time('lastHeartbeatTime')} \t${time('lastTransitionTime')} \t${text('reason')} \t${text('message')}`,
    );
  }
}

function room(title: string, values: Json | undefined, out: Description): void {
  if (!isObject(values) || Object.keys(values).length === 0) return;
  out.line(0, `${title}:`);
  for (const key of Object.keys(values).sort()) out.line(0, `  ${key}:\t${goValue(values[key])}`);
}

function systemInfo(info: Json, out: Description): void {
  out.line(0, 'System Info:');
  for (const [title, key] of [
    ['Machine ID', 'machineID'],
    ['System UUID', 'systemUUID'],
    ['Boot ID', 'bootID'],
    ['Kernel Version', 'kernelVersion'],
    ['OS Image', 'osImage'],
    ['Operating System', 'operatingSystem'],
    ['Architecture', 'architecture'],
    ['Container Runtime Version', 'containerRuntimeVersion'],
    ['Kubelet Version', 'kubeletVersion'],
    ['Kube-Proxy Version', 'kubeProxyVersion'],
  ] as const)
    out.line(0, `  ${title}:\t${getString(info, key) ?? ''}`);
}

/** What the Pods of a node ask for, each and together (kubectl, describeNodeResource). */
function resources(pods: readonly KubernetesObject[], all: Amounts, now: number, out: Description): void {
  const share = (amounts: Amounts, key: string): string => {
    const [value, of] = [amounts.get(key) ?? quantityOf(0n), all.get(key)];
    const whole = of === undefined ? 0 : approximateQuantity(of);
    const percent = whole === 0 ? 0 : Math.trunc((approximateQuantity(value) / whole) * 100);
    return `${formatQuantity(value)} (${percent}%)`;
  };
  out.line(0, `Non-terminated Pods:\t(${pods.length} in total)`);
  out.line(1, 'Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge');
  out.line(1, '---------\t----\t\t------------\t----------\t---------------\t-------------\t---');
  let [requests, limits]: [Amounts, Amounts] = [new Map(), new Map()];
  for (const pod of pods) {
    const [asked, most] = [podAmounts(pod, 'requests'), podAmounts(pod, 'limits')];
    requests = plus(requests, asked);
    limits = plus(limits, most);
    const shares = ['cpu', 'memory'].map((key) => `${share(asked, key)}\t${share(most, key)}`).join('\t');
    const age = since(getString(pod, 'metadata', 'creationTimestamp'), now);
    out.line(1, `${namespaceOf(pod)}\t${nameOf(pod)}\t\t${shares}\t${age}`);
  }
  out.line(0, 'Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)');
  out.line(1, 'Resource\tRequests\tLimits');
  out.line(1, '--------\t--------\t------');
  const huge = [...all.keys()].filter((key) => key.startsWith('hugepages-')).sort();
  for (const key of ['cpu', 'memory', 'ephemeral-storage', ...huge])
    out.line(1, `${key}\t${share(requests, key)}\t${share(limits, key)}`);
}
