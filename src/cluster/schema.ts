import type { Json, JsonObject } from '../base/json.ts';
import { equal, get, getList, getObject, getString, isObject, setKey } from '../base/json.ts';
import { labelKeyErrors, labelValueErrors } from '../kubernetes/label-selector.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../kubernetes/object.ts';
import type { ResourceInfo } from './api.ts';
import { base64 } from './base64.ts';
import { CRD_FINALIZER } from './custom-resources.ts';
import { nameErrors } from './names.ts';
import { pods, quotas, services } from './parts.ts';
import type { FieldError } from './status.ts';
import { invalidValue, required } from './status.ts';
import { withMetadata } from './store.ts';

/**
 * What the server does to an object between decoding and storage, as far as the built-in kinds of the stories need it:
 * defaults, what it sets on creation, validation. One table a concern, keyed by `group/Kind`; full schemas can join them.
 */

type Change = (object: KubernetesObject) => KubernetesObject;

const keyOf = (info: ResourceInfo): string => `${info.group}/${info.kind}`;

/** Defaults that decoding sets, before admission sees the object. */
const DEFAULTS: Readonly<Record<string, Change>> = {
  '/Namespace': (object) =>
    withMetadata(object, {
      labels: { ...getObject(object, 'metadata', 'labels'), 'kubernetes.io/metadata.name': nameOf(object) },
    }),
  '/ConfigMap': withoutEmptyMaps,
  '/Secret': (object) => {
    const plain = get(object, 'stringData');
    const { stringData: _, ...rest } = object;
    const merged: Record<string, Json> = { ...getObject(object, 'data') };
    if (isObject(plain))
      for (const key of Object.keys(plain)) setKey(merged, key, base64(String(plain[key] ?? '')));
    return {
      ...rest,
      apiVersion: object.apiVersion,
      kind: object.kind,
      metadata: object.metadata,
      ...(isObject(plain) || get(object, 'data') !== undefined ? { data: merged } : {}),
      type: getString(object, 'type') ?? 'Opaque',
    };
  },
  '/Service': (object) => services.get().withServiceDefaults(object),
  '/LimitRange': (object) => quotas.get().withRangeDefaults(object),
  'networking.k8s.io/NetworkPolicy': (object) => {
    const spec = getObject(object, 'spec');
    if (!isObject(get(object, 'spec')) || getList(spec, 'policyTypes').length > 0) return object;
    const egress = getList(spec, 'egress').length > 0;
    return { ...object, spec: { ...spec, policyTypes: egress ? ['Ingress', 'Egress'] : ['Ingress'] } };
  },
  'rbac.authorization.k8s.io/RoleBinding': defaultBinding,
  'rbac.authorization.k8s.io/ClusterRoleBinding': defaultBinding,
};

/** Kinds that are Pods or make Pods. */
const PODS: ReadonlySet<string> = new Set([
  '/Pod',
  '/PodTemplate',
  '/ReplicationController',
  'apps/DaemonSet',
  'apps/Deployment',
  'apps/ReplicaSet',
  'apps/StatefulSet',
  'batch/CronJob',
  'batch/Job',
]);

/** Typed maps without entries are left out when the object is written again. */
function withoutEmptyMaps(object: KubernetesObject): KubernetesObject {
  const entries = Object.entries(object).filter(
    ([key, value]) => key === 'metadata' || !isObject(value) || Object.keys(value).length > 0,
  );
  return {
    ...Object.fromEntries(entries),
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: object.metadata,
  };
}

function defaultBinding(object: KubernetesObject): KubernetesObject {
  const roleRef = getObject(object, 'roleRef');
  const subjects = get(object, 'subjects');
  return {
    ...object,
    roleRef: { ...roleRef, apiGroup: getString(roleRef, 'apiGroup') || 'rbac.authorization.k8s.io' },
    ...(Array.isArray(subjects) ? { subjects: subjects.map(defaultSubject) } : {}),
  };
}

function defaultSubject(subject: Json): Json {
  if (!isObject(subject) || getString(subject, 'apiGroup')) return subject;
  const kind = getString(subject, 'kind');
  return kind === 'User' || kind === 'Group'
    ? { ...subject, apiGroup: 'rbac.authorization.k8s.io' }
    : subject;
}

/** What a registry sets when it creates an object, after mutating admission. */
const ON_CREATE: Readonly<Record<string, Change>> = {
  '/Namespace': (object) => {
    const finalizers = getList(object, 'spec', 'finalizers');
    return {
      ...object,
      spec: {
        ...getObject(object, 'spec'),
        finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'],
      },
      status: { phase: 'Active' },
    };
  },
  // Established at once: the moment between a CRD's creation and its service is left out.
  'apiextensions.k8s.io/CustomResourceDefinition': (object) => ({
    ...withMetadata(object, { finalizers: [CRD_FINALIZER] }),
    status: establishedStatus(object),
  }),
  '/Service': (object) => services.get().withAllocations(object),
  '/Pod': (object) => ({
    ...object,
    status: { phase: 'Pending', qosClass: pods.get().qosClass(object) },
  }),
};

/** What the naming and establishing controllers write of a CRD whose names nobody else has. */
function establishedStatus(crd: KubernetesObject): JsonObject {
  const names = getObject(crd, 'spec', 'names');
  const kind = getString(names, 'kind') ?? '';
  const lastTransitionTime = getString(crd, 'metadata', 'creationTimestamp');
  const condition = (type: string, reason: string, message: string): JsonObject => ({
    ...(lastTransitionTime === undefined ? {} : { lastTransitionTime }),
    message,
    reason,
    status: 'True',
    type,
  });
  return {
    acceptedNames: {
      ...names,
      listKind: getString(names, 'listKind') ?? `${kind}List`,
      singular: getString(names, 'singular') ?? kind.toLowerCase(),
    },
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
    storedVersions: getList(crd, 'spec', 'versions')
      .filter((version) => get(version, 'storage') === true)
      .map((version) => getString(version, 'name') ?? ''),
  };
}

/** Built-in kinds whose registries count generations; custom resources always do. */
const COUNTS_GENERATIONS = new Set([
  '/Pod',
  '/ReplicationController',
  'apps/DaemonSet',
  'apps/Deployment',
  'apps/ReplicaSet',
  'apps/StatefulSet',
  'batch/CronJob',
  'batch/Job',
  'networking.k8s.io/Ingress',
  'networking.k8s.io/IngressClass',
  'networking.k8s.io/NetworkPolicy',
  'policy/PodDisruptionBudget',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
  'flowcontrol.apiserver.k8s.io/FlowSchema',
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration',
]);

const has = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

/** The object with the defaults of its kind; empty maps and lists of the metadata go, as they do in a typed round trip. */
export function withDefaults(object: KubernetesObject, info: ResourceInfo): KubernetesObject {
  const clean = withMetadata(object, {
    labels: nonEmpty(get(object.metadata, 'labels')),
    annotations: nonEmpty(get(object.metadata, 'annotations')),
    finalizers: nonEmpty(get(object.metadata, 'finalizers')),
    ownerReferences: nonEmpty(get(object.metadata, 'ownerReferences')),
  });
  if (PODS.has(keyOf(info))) return pods.get().withPodDefaults(clean);
  const change = has(DEFAULTS, keyOf(info));
  return change === undefined ? clean : change(clean);
}

const nonEmpty = (value: Json | undefined): Json | undefined =>
  value === null || (typeof value === 'object' && Object.keys(value).length === 0) ? undefined : value;

/** The object as its registry starts it: own fields set, no status from outside. */
export function preparedForCreate(
  object: KubernetesObject,
  info: ResourceInfo,
  custom: boolean,
): KubernetesObject {
  const bare =
    info.subresources.includes('status') || info.kind === 'Namespace' ? without(object, 'status') : object;
  const change = has(ON_CREATE, keyOf(info));
  const prepared = change === undefined ? bare : change(bare);
  return custom || COUNTS_GENERATIONS.has(keyOf(info)) ? withMetadata(prepared, { generation: 1 }) : prepared;
}

/**
 * The object as it may replace `old`: what only the server sets stays, the status too, a changed spec counts up. Ephemeral
 * containers come through their subresource, which changes nothing else.
 */
export function preparedForUpdate(
  old: KubernetesObject,
  object: KubernetesObject,
  info: ResourceInfo,
  subresource: string,
): KubernetesObject {
  if (subresource === 'status') {
    const status = get(object, 'status');
    const rest = boundPod(without(old, 'status'), object, info);
    const kept = status === undefined ? rest : { ...rest, status };
    return withMetadata(kept, {
      resourceVersion: get(object.metadata, 'resourceVersion'),
      managedFields: get(object.metadata, 'managedFields'),
      // The Deployment's strategy lets annotations through: its controller writes the revision beside the status.
      ...(keyOf(info) === 'apps/Deployment' ? { annotations: get(object.metadata, 'annotations') } : {}),
    });
  }
  if (subresource === 'ephemeralcontainers') {
    const ephemeralContainers = get(get(object, 'spec'), 'ephemeralContainers');
    const spec = { ...getObject(old, 'spec'), ...(ephemeralContainers && { ephemeralContainers }) };
    const grown = withMetadata({ ...old, spec }, { managedFields: get(object.metadata, 'managedFields') });
    const generation = get(old.metadata, 'generation');
    return typeof generation === 'number' && !equal(get(old, 'spec'), spec)
      ? withMetadata(grown, { generation: generation + 1 })
      : grown;
  }
  const hasStatus = info.subresources.includes('status') || info.kind === 'Namespace';
  const status = get(old, 'status');
  const bare = hasStatus ? without(object, 'status') : object;
  const merged: KubernetesObject = hasStatus && status !== undefined ? { ...bare, status } : bare;
  // A namespace's finalizers change through the subresource only.
  const settled =
    info.group === '' &&
    info.kind === 'Namespace' &&
    subresource !== 'finalize' &&
    get(old, 'spec') !== undefined
      ? { ...merged, spec: getObject(old, 'spec') }
      : merged;
  const kept = withMetadata(settled, {
    uid: get(old.metadata, 'uid'),
    creationTimestamp: get(old.metadata, 'creationTimestamp'),
    deletionTimestamp: get(old.metadata, 'deletionTimestamp'),
    deletionGracePeriodSeconds: get(old.metadata, 'deletionGracePeriodSeconds'),
    generation: get(old.metadata, 'generation'),
  });
  const generation = get(old.metadata, 'generation');
  return typeof generation === 'number' && !equal(content(old, hasStatus), content(kept, hasStatus))
    ? withMetadata(kept, { generation: generation + 1 })
    : kept;
}

/** A Pod gets its node by a binding, which the stand-in for scheduler and kubelet sends with the first status. */
function boundPod(old: KubernetesObject, object: KubernetesObject, info: ResourceInfo): KubernetesObject {
  const nodeName = getString(object, 'spec', 'nodeName');
  if (keyOf(info) !== '/Pod' || nodeName === undefined || getString(old, 'spec', 'nodeName')) return old;
  return { ...old, spec: { ...getObject(old, 'spec'), nodeName } };
}

function content(object: KubernetesObject, withoutStatus: boolean): JsonObject {
  const { metadata: _, ...rest } = object;
  return withoutStatus ? without(rest, 'status') : rest;
}

function without<T extends JsonObject>(object: T, key: string): T {
  if (!Object.hasOwn(object, key)) return object;
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key)) as T;
}

/** Everything validation has against a new object, in the order in which the server lists it. */
export function createErrors(object: KubernetesObject, info: ResourceInfo): readonly FieldError[] {
  return [...nameErrors(info, nameOf(object)), ...metadataErrors(object), ...kindErrors(object, info)];
}

/** Everything validation has against an update. */
export function updateErrors(
  old: KubernetesObject,
  object: KubernetesObject,
  info: ResourceInfo,
): readonly FieldError[] {
  return [...metadataErrors(object), ...kindErrors(object, info), ...immutableErrors(old, object, info)];
}

function metadataErrors(object: KubernetesObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  const labels = getObject(object, 'metadata', 'labels');
  for (const key of Object.keys(labels)) {
    for (const problem of labelKeyErrors(key)) errors.push(invalidValue('metadata.labels', key, problem));
    const value = labels[key];
    if (typeof value !== 'string') continue;
    for (const problem of labelValueErrors(value))
      errors.push(invalidValue('metadata.labels', value, problem));
  }
  for (const key of Object.keys(getObject(object, 'metadata', 'annotations'))) {
    for (const problem of labelKeyErrors(key.toLowerCase()))
      errors.push(invalidValue('metadata.annotations', key, problem));
  }
  return errors;
}

const CONFIG_KEY = /^[-._a-zA-Z0-9]+$/;
const CONFIG_KEY_TEXT =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

function kindErrors(object: KubernetesObject, info: ResourceInfo): readonly FieldError[] {
  switch (keyOf(info)) {
    case '/ConfigMap':
    case '/Secret':
      return [...Object.keys(getObject(object, 'data')), ...Object.keys(getObject(object, 'binaryData'))]
        .filter((key) => !CONFIG_KEY.test(key))
        .map((key) => invalidValue(`data[${key}]`, key, CONFIG_KEY_TEXT));
    case 'rbac.authorization.k8s.io/RoleBinding':
    case 'rbac.authorization.k8s.io/ClusterRoleBinding':
      return getString(object, 'roleRef', 'name') ? [] : [required('roleRef.name')];
    case '/Pod':
      return getList(object, 'spec', 'containers').length > 0
        ? pods.get().podErrors(object)
        : [required('spec.containers')];
    default:
      return PODS.has(keyOf(info)) ? pods.get().podErrors(object) : [];
  }
}

function immutableErrors(
  old: KubernetesObject,
  object: KubernetesObject,
  info: ResourceInfo,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  const immutable = 'field is immutable';
  if (nameOf(old) !== nameOf(object)) errors.push(invalidValue('metadata.name', nameOf(object), immutable));
  if (namespaceOf(old) !== namespaceOf(object))
    errors.push(invalidValue('metadata.namespace', namespaceOf(object), immutable));
  const key = keyOf(info);
  if (key.endsWith('Binding') && info.group === 'rbac.authorization.k8s.io') {
    if (!equal(get(old, 'roleRef'), get(object, 'roleRef')))
      errors.push(invalidValue('roleRef', getObject(object, 'roleRef'), 'cannot change roleRef'));
  }
  if ((key === '/ConfigMap' || key === '/Secret') && get(old, 'immutable') === true) {
    if (!equal(get(old, 'data'), get(object, 'data')))
      errors.push({
        reason: 'FieldValueForbidden',
        field: 'data',
        message: 'Forbidden: field is immutable when `immutable` is set',
      });
  }
  if (key === '/Secret' && !equal(get(old, 'type'), get(object, 'type')))
    errors.push(invalidValue('type', getString(object, 'type') ?? '', immutable));
  return errors;
}
