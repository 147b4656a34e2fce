import type { GroupVersionKind } from '../object.ts';

/** How a field is patched, from the `patchStrategy` and `patchMergeKey` tags of Kubernetes' Go types. */
export interface FieldPatch {
  /** Type of the field's value, or of its elements; undefined where nothing below is tagged. */
  readonly type: string | undefined;
  readonly strategy: 'merge' | 'replace' | undefined;
  /** Empty for lists of scalars. */
  readonly mergeKey: string;
  /** The keys of the list as a map (`x-kubernetes-list-map-keys`), the merge key first; only kustomize looks at all of them. */
  readonly mapKeys: readonly string[];
  readonly retainKeys: boolean;
}

/**
 * The tagged fields of the built-in types: `<type> [strategies [merge key]]`, `-` for a type without tagged fields.
 * Fields that are not named have no tag: objects merge, lists are replaced (tolerations, envFrom, …).
 */
const TYPES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ObjectMeta: { ownerReferences: '- merge uid', finalizers: '- merge' },
  Conditions: { conditions: '- merge type' },
  Template: { metadata: 'ObjectMeta', spec: 'PodSpec' },
  PodSpec: {
    volumes: '- merge,retainKeys name',
    initContainers: 'Container merge name',
    containers: 'Container merge name',
    ephemeralContainers: 'Container merge name',
    imagePullSecrets: '- merge name',
    hostAliases: '- merge ip',
    topologySpreadConstraints: '- merge topologyKey,whenUnsatisfiable',
    schedulingGates: '- merge name',
    resourceClaims: '- merge,retainKeys name',
  },
  Container: {
    ports: '- merge containerPort,protocol',
    env: '- merge name',
    volumeMounts: '- merge mountPath',
    volumeDevices: '- merge devicePath',
  },
  Pod: { metadata: 'ObjectMeta', spec: 'PodSpec', status: 'PodStatus' },
  PodStatus: {
    conditions: '- merge type',
    podIPs: '- merge ip',
    hostIPs: '- merge ip',
    resourceClaimStatuses: '- merge,retainKeys name',
  },
  PodTemplate: { metadata: 'ObjectMeta', template: 'Template' },
  WithTemplate: { metadata: 'ObjectMeta', spec: 'WithTemplateSpec', status: 'Conditions' },
  WithTemplateSpec: { template: 'Template' },
  Deployment: { metadata: 'ObjectMeta', spec: 'DeploymentSpec', status: 'Conditions' },
  DeploymentSpec: { template: 'Template', strategy: '- retainKeys' },
  CronJob: { metadata: 'ObjectMeta', spec: 'CronJobSpec' },
  CronJobSpec: { jobTemplate: 'JobTemplate' },
  JobTemplate: { metadata: 'ObjectMeta', spec: 'WithTemplateSpec' },
  Plain: { metadata: 'ObjectMeta' },
  WithConditions: { metadata: 'ObjectMeta', status: 'Conditions' },
  Service: { metadata: 'ObjectMeta', spec: 'ServiceSpec', status: 'Conditions' },
  ServiceSpec: { ports: '- merge port,protocol' },
  ServiceAccount: { metadata: 'ObjectMeta', secrets: '- merge name' },
  Node: { metadata: 'ObjectMeta', spec: 'NodeSpec', status: 'NodeStatus' },
  NodeSpec: { podCIDRs: '- merge' },
  NodeStatus: { conditions: '- merge type', addresses: '- merge type' },
  PodDisruptionBudget: { metadata: 'ObjectMeta', spec: 'PodDisruptionBudgetSpec', status: 'Conditions' },
  PodDisruptionBudgetSpec: { selector: '- replace' },
  WebhookConfiguration: { metadata: 'ObjectMeta', webhooks: 'Webhook merge name' },
  Webhook: { matchConditions: '- merge name' },
  AdmissionPolicy: { metadata: 'ObjectMeta', spec: 'AdmissionPolicySpec', status: 'Conditions' },
  AdmissionPolicySpec: { matchConditions: '- merge name', variables: '- merge name' },
};

const CORE =
  'Pod PodTemplate Service ServiceAccount Node Namespace:WithConditions ReplicationController:WithTemplate ' +
  'PersistentVolumeClaim:WithConditions PersistentVolume:Plain ConfigMap:Plain Secret:Plain Endpoints:Plain Event:Plain ' +
  'LimitRange:Plain ResourceQuota:Plain Binding:Plain ComponentStatus:WithConditions';

/** Built-in kinds by API group: `Kind` or `Kind:Type`. */
const KINDS: Readonly<Record<string, string>> = {
  '': CORE,
  apps: 'Deployment DaemonSet:WithTemplate StatefulSet:WithTemplate ReplicaSet:WithTemplate ControllerRevision:Plain',
  batch: 'Job:WithTemplate CronJob',
  autoscaling: 'HorizontalPodAutoscaler:WithConditions',
  policy: 'PodDisruptionBudget',
  'networking.k8s.io':
    'NetworkPolicy:WithConditions Ingress:Plain IngressClass:Plain IPAddress:Plain ServiceCIDR:WithConditions',
  'rbac.authorization.k8s.io': 'Role:Plain RoleBinding:Plain ClusterRole:Plain ClusterRoleBinding:Plain',
  'admissionregistration.k8s.io':
    'ValidatingWebhookConfiguration:WebhookConfiguration MutatingWebhookConfiguration:WebhookConfiguration ' +
    'ValidatingAdmissionPolicy:AdmissionPolicy ValidatingAdmissionPolicyBinding:Plain MutatingAdmissionPolicy:AdmissionPolicy ' +
    'MutatingAdmissionPolicyBinding:Plain',
  'storage.k8s.io':
    'StorageClass:Plain VolumeAttachment:Plain CSIDriver:Plain CSINode:Plain CSIStorageCapacity:Plain VolumeAttributesClass:Plain',
  'scheduling.k8s.io': 'PriorityClass:Plain',
  'coordination.k8s.io': 'Lease:Plain LeaseCandidate:Plain',
  'discovery.k8s.io': 'EndpointSlice:Plain',
  'events.k8s.io': 'Event:Plain',
  'node.k8s.io': 'RuntimeClass:Plain',
  'certificates.k8s.io': 'CertificateSigningRequest:Plain ClusterTrustBundle:Plain',
  'flowcontrol.apiserver.k8s.io': 'FlowSchema:WithConditions PriorityLevelConfiguration:WithConditions',
  'resource.k8s.io': 'ResourceClaim:Plain ResourceClaimTemplate:Plain DeviceClass:Plain ResourceSlice:Plain',
  'apiregistration.k8s.io': 'APIService:WithConditions',
  'apiextensions.k8s.io': 'CustomResourceDefinition:Plain',
};

/**
 * The schema type of a built-in kind, or undefined: then the API server refuses strategic merge patches (415) and kubectl
 * falls back to merge patches.
 */
export function strategicTypeOf(gvk: Pick<GroupVersionKind, 'group' | 'kind'>): string | undefined {
  const kinds = Object.hasOwn(KINDS, gvk.group) ? KINDS[gvk.group] : undefined;
  const entry = kinds?.split(' ').find((text) => text === gvk.kind || text.startsWith(`${gvk.kind}:`));
  return entry?.split(':').at(-1);
}

const UNTAGGED: FieldPatch = {
  type: undefined,
  strategy: undefined,
  mergeKey: '',
  mapKeys: [],
  retainKeys: false,
};

/** The table's texts are read once each: there are few of them. */
const read = new Map<string, FieldPatch>();

/** How `field` of a value of `type` is patched. */
export function fieldPatch(type: string | undefined, field: string): FieldPatch {
  const fields = type !== undefined && Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  const text = fields !== undefined && Object.hasOwn(fields, field) ? fields[field] : undefined;
  if (text === undefined) return UNTAGGED;
  const known = read.get(text) ?? readFieldPatch(text);
  read.set(text, known);
  return known;
}

function readFieldPatch(text: string): FieldPatch {
  const [fieldType, strategies = '', keys = ''] = text.split(' ');
  const named = strategies.split(',');
  const mapKeys = keys === '' ? [] : keys.split(',');
  return {
    type: fieldType === '-' ? undefined : fieldType,
    strategy: named.includes('merge') ? 'merge' : named.includes('replace') ? 'replace' : undefined,
    mergeKey: mapKeys[0] ?? '',
    mapKeys,
    retainKeys: named.includes('retainKeys'),
  };
}
