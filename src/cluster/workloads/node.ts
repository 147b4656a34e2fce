import type { Json, JsonObject } from '../../base/json.ts';
import { get, getList, getObject, getString, isObject } from '../../base/json.ts';
import { nameSuffix, seededRandom, uuid } from '../../base/random.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { nameOf, namespaceOf, uidOf } from '../../kubernetes/object.ts';
import type { ApiServer } from '../api.ts';
import { ownedMetadata, podOf } from './context.ts';
import { NODE, podStatus } from './kubelet.ts';
import { fnv, templateHash } from './template-hash.ts';

/*
 * What a cluster has from the start and no trace tells of: the simulated node, and ReplicaSets and Pods of Deployments whose
 * program is the simulation itself. They are made when somebody reads them.
 */

const DEPLOYMENTS = { group: 'apps', version: 'v1', resource: 'deployments' };
const NAMESPACES = { group: '', version: 'v1', resource: 'namespaces' };
/** Derived objects came with the cluster; nobody has written them since. */
const FIRST_VERSION = '500';
const HASH = 'pod-template-hash';
const REVISION = 'deployment.kubernetes.io/revision';

type Reader = Pick<ApiServer, 'lookup' | 'listAll'>;

/** The container of each of Kyverno's Deployments as the chart names it; others are called as their Deployment. */
const CONTAINERS: Readonly<Record<string, { readonly name: string; readonly image: string }>> = {
  'kyverno-admission-controller': { name: 'kyverno', image: 'kyverno' },
  'kyverno-background-controller': { name: 'controller', image: 'background-controller' },
  'kyverno-cleanup-controller': { name: 'controller', image: 'cleanup-controller' },
  'kyverno-reports-controller': { name: 'controller', image: 'reports-controller' },
};

/** The node. Its name and what it says of itself tell that no machine is behind it. */
export function nodesOf(server: Reader, kubernetes: string): readonly KubernetesObject[] {
  const created = createdAt(server);
  const condition = (type: string, status: string, reason: string, message: string): JsonObject => ({
    type,
    status,
    lastHeartbeatTime: created,
    lastTransitionTime: created,
    reason,
    message,
  });
  const room = {
    cpu: '8',
    'ephemeral-storage': '100Gi',
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: '16Gi',
    pods: '110',
  };
  return [
    {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name: NODE,
        uid: uidFrom(NODE),
        resourceVersion: FIRST_VERSION,
        creationTimestamp: created,
        labels: {
          'beta.kubernetes.io/arch': 'amd64',
          'beta.kubernetes.io/os': 'linux',
          'kubernetes.io/arch': 'amd64',
          'kubernetes.io/hostname': NODE,
          'kubernetes.io/os': 'linux',
          'node-role.kubernetes.io/control-plane': '',
        },
        annotations: { 'node.alpha.kubernetes.io/ttl': '0' },
      },
      spec: { podCIDR: '10.244.0.0/24', podCIDRs: ['10.244.0.0/24'] },
      status: {
        addresses: [
          { type: 'InternalIP', address: NODE_ADDRESS },
          { type: 'Hostname', address: NODE },
        ],
        allocatable: room,
        capacity: room,
        conditions: [
          condition(
            'MemoryPressure',
            'False',
            'KubeletHasSufficientMemory',
            'kubelet has sufficient memory available',
          ),
          condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
          condition(
            'PIDPressure',
            'False',
            'KubeletHasSufficientPID',
            'kubelet has sufficient PID available',
          ),
          condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
        ],
        daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
        nodeInfo: {
          architecture: 'amd64',
          bootID: '',
          containerRuntimeVersion: 'simulated://0',
          kernelVersion: 'simulated',
          kubeProxyVersion: '',
          kubeletVersion: kubernetes,
          machineID: '',
          operatingSystem: 'linux',
          osImage: 'Simulated',
          systemUUID: '',
        },
      },
    },
  ];
}

/** An address that belongs to nobody (RFC 5737). */
const NODE_ADDRESS = '192.0.2.1';

/** The ReplicaSet of each Deployment of a namespace whose program is the simulation itself. */
export const replicaSetsOf = (server: Reader, namespace: string): readonly KubernetesObject[] =>
  server.listAll(DEPLOYMENTS, namespace).filter(isOwn).map(replicaSetOf);

/** Their Pods: as many as replicas are asked for, all of them running. */
export const podsOf = (server: Reader, namespace: string): readonly KubernetesObject[] =>
  server.listAll(DEPLOYMENTS, namespace).filter(isOwn).flatMap(podsOfDeployment);

/** Whether the simulation is what a Deployment of Kyverno's namespace runs. */
export const isOwn = (deployment: KubernetesObject): boolean => Object.hasOwn(CONTAINERS, nameOf(deployment));

function replicaSetOf(deployment: KubernetesObject): KubernetesObject {
  const template = get(get(deployment, 'spec'), 'template');
  const hash = hashOf(template);
  const name = `${nameOf(deployment)}-${hash}`;
  const replicas = replicasOf(deployment);
  const labels = { ...getObject(template, 'metadata', 'labels'), [HASH]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      ...ownedMetadata(deployment),
      uid: uidFrom(`${uidOf(deployment)}/${name}`),
      resourceVersion: FIRST_VERSION,
      generation: 1,
      creationTimestamp: get(deployment.metadata, 'creationTimestamp') ?? null,
      labels,
      annotations: {
        'deployment.kubernetes.io/desired-replicas': String(replicas),
        'deployment.kubernetes.io/max-replicas': String(replicas + 1),
        [REVISION]: '1',
      },
    },
    spec: {
      replicas,
      selector: {
        matchLabels: { ...getObject(deployment, 'spec', 'selector', 'matchLabels'), [HASH]: hash },
      },
      template: {
        metadata: { ...getObject(template, 'metadata'), labels },
        spec: templateSpec(deployment),
      },
    },
    status: {
      replicas,
      ...(replicas === 0
        ? {}
        : { fullyLabeledReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas }),
      observedGeneration: 1,
    },
  };
}

/** The base leaves out what is defaulted: it must not count, for the first write of the Deployment brings it. */
function hashOf(template: Json | undefined): string {
  const containers = getList(template, 'spec', 'containers').map((one) =>
    ['name', 'image', 'args'].map((key) => get(one, key) ?? null),
  );
  const metadata = ['labels', 'annotations'].map((key) => get(get(template, 'metadata'), key) ?? null);
  return templateHash([...containers, metadata]);
}

function podsOfDeployment(deployment: KubernetesObject): readonly KubernetesObject[] {
  const set = replicaSetOf(deployment);
  const pods: KubernetesObject[] = [];
  for (let index = 0; index < Math.min(replicasOf(deployment), MOST); index += 1) {
    const random = seededRandom(fnv(`${nameOf(set)}/${index}`));
    const name = `${nameOf(set)}-${nameSuffix(random)}`;
    const created = getString(deployment.metadata, 'creationTimestamp') ?? '';
    const made = podOf(set, get(get(set, 'spec'), 'template'), { generateName: `${nameOf(set)}-` });
    const metadata: JsonObject = {
      ...getObject(made, 'metadata'),
      name,
      uid: uuid(random),
      resourceVersion: FIRST_VERSION,
      generation: 1,
      creationTimestamp: created,
    };
    const spec = { ...getObject(made, 'spec'), nodeName: NODE };
    const pod: KubernetesObject = { apiVersion: 'v1', kind: 'Pod', metadata, spec };
    pods.push({ ...pod, status: { ...podStatus(pod, false, created), qosClass: 'Burstable' } });
  }
  return pods;
}

/** More replicas than anybody looks at: a number that is too big is not drawn out. */
const MOST = 100;

function replicasOf(deployment: KubernetesObject): number {
  const replicas = get(get(deployment, 'spec'), 'replicas');
  return typeof replicas === 'number' ? replicas : 1;
}

/** The Pods' spec, with the container that the cluster's base leaves out. */
function templateSpec(deployment: KubernetesObject): JsonObject {
  const spec = getObject(deployment, 'spec', 'template', 'spec');
  const known = CONTAINERS[nameOf(deployment)] ?? { name: nameOf(deployment), image: nameOf(deployment) };
  const version = getString(deployment, 'metadata', 'labels', 'app.kubernetes.io/version') ?? '';
  const image = `reg.kyverno.io/kyverno/${known.image}:v${version}`;
  const containers = getList(spec, 'containers').filter((one: Json) => isObject(one));
  const listed = containers.length === 0 ? [{ name: known.name }] : containers;
  return {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    ...spec,
    containers: listed.map((one) => ({ image, ...(isObject(one) ? one : {}) })),
  };
}

/** The namespaces of a new cluster are as old as the cluster. */
const createdAt = (server: Reader): string =>
  getString(
    server.lookup(NAMESPACES, '', 'kube-system') ?? server.lookup(NAMESPACES, '', 'default'),
    'metadata',
    'creationTimestamp',
  ) ?? '';

const uidFrom = (text: string): string => uuid(seededRandom(fnv(text)));

/** The Pods in a namespace that belong to a Deployment's ReplicaSets and that nobody asks for any more. */
export function surplusPods(server: Reader, deployment: KubernetesObject): readonly KubernetesObject[] {
  const wanted = new Set(isOwn(deployment) ? podsOfDeployment(deployment).map(nameOf) : []);
  const prefix = `${nameOf(deployment)}-`;
  return server
    .listAll({ group: '', version: 'v1', resource: 'pods' }, namespaceOf(deployment))
    .filter(
      (pod) =>
        getList(pod.metadata, 'ownerReferences').some((owner) =>
          (getString(owner, 'name') ?? '').startsWith(prefix),
        ) && !wanted.has(nameOf(pod)),
    );
}
