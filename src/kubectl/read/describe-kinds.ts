import type { Json } from '../../base/json.ts';
import { get, getList, getObject, getString, isObject } from '../../base/json.ts';
import type { ResourceInfo } from '../../cluster/api.ts';
import { isCustom } from '../../cluster/custom-resources.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../../kubernetes/object.ts';
import { selectorText } from './columns.ts';
import { describeNode } from './describe-node.ts';
import { describeDeployment, describePod, describeReplicaSet } from './describe-pods.ts';
import type { DescribeKind, DescribeTools } from './describe-tools.ts';
import {
  describeCronJob,
  describeDaemonSet,
  describeJob,
  describeService,
  describeStatefulSet,
} from './describe-workloads.ts';
import { type Description, goValue } from './description.ts';
import { rfc1123 } from './rfc1123.ts';

/** How kubectl describes a kind: its own form, the generic one for custom resources; undefined if it is not simulated. */
export function describerOf(info: ResourceInfo): DescribeKind | undefined {
  if (isCustom(info)) return describeGeneric;
  const key = `${info.group}/${info.kind}`;
  return Object.hasOwn(KINDS, key) ? KINDS[key] : GENERIC.has(key) ? describeGeneric : undefined;
}

const SKIPPED = new Set([
  '.metadata.managedFields',
  '.metadata.name',
  '.metadata.namespace',
  '.metadata.labels',
  '.metadata.annotations',
]);

function describeGeneric(object: KubernetesObject, { out, events }: DescribeTools): void {
  out.line(0, `Name:\t${nameOf(object)}`);
  out.line(0, `Namespace:\t${namespaceOf(object)}`);
  labelled(object, out);
  out.content(0, object, SKIPPED);
  events();
}

function labelled(object: KubernetesObject, out: Description): void {
  out.labels('Labels', object.metadata['labels']);
  out.annotations('Annotations', object.metadata['annotations']);
}

function headed(object: KubernetesObject, out: Description): void {
  out.line(0, `Name:\t${nameOf(object)}`);
  out.line(0, `Namespace:\t${namespaceOf(object)}`);
  labelled(object, out);
}

const describeNamespace: DescribeKind = (object, { out, list }) => {
  out.line(0, `Name:\t${nameOf(object)}`);
  labelled(object, out);
  out.line(0, `Status:\t${getString(object, 'status', 'phase') ?? ''}`);
  const conditions = getList(object, 'status', 'conditions');
  if (conditions.length > 0) {
    out.line(0, 'Conditions:');
    out.line(1, 'Type\tStatus\tLastTransitionTime\tReason\tMessage');
    out.line(1, '----\t------\t------------------\t------\t-------');
    for (const one of conditions)
      out.line(
        1,
        [
          text(get(one, 'type')),
          text(get(one, 'status')),
          rfc1123(getString(one, 'lastTransitionTime')),
          text(get(one, 'reason')),
          text(get(one, 'message')),
        ].join('\t'),
      );
  }
  out.line(0, '');
  quotas(list('', 'v1', 'resourcequotas'), out);
  out.line(0, '');
  limitRanges(list('', 'v1', 'limitranges'), out);
};

function quotas(found: readonly KubernetesObject[], out: Description): void {
  if (found.length === 0) {
    out.line(0, 'No resource quota.');
    return;
  }
  out.line(0, 'Resource Quotas');
  for (const quota of found) {
    out.line(1, `Name:\t${nameOf(quota)}`);
    out.line(1, 'Resource\tUsed\tHard');
    out.line(1, '--------\t---\t---');
    quotaRows(quota, out, 1);
  }
}

function quotaRows(quota: KubernetesObject, out: Description, level: number): void {
  const hard = getObject(quota, 'status', 'hard');
  for (const name of Object.keys(hard).sort())
    out.line(
      level,
      `${name}\t${goText(get(getObject(quota, 'status', 'used'), name), '0')}\t${goText(get(hard, name), '0')}`,
    );
}

function limitRanges(found: readonly KubernetesObject[], out: Description): void {
  if (found.length === 0) {
    out.line(0, 'No LimitRange resource.');
    return;
  }
  out.line(0, `Resource Limits\n ${LIMIT_COLUMNS}`);
  for (const range of found) limitRows(range, out, ' ');
}

const LIMIT_COLUMNS =
  'Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio\n ----\t--------\t---\t---\t---------------\t-------------\t-----------------------';
const LIMITS = ['min', 'max', 'defaultRequest', 'default', 'maxLimitRequestRatio'];

function limitRows(range: KubernetesObject, out: Description, prefix: string): void {
  for (const item of getList(range, 'spec', 'limits')) {
    const names = new Set(
      LIMITS.flatMap((key) => {
        const values = get(item, key);
        return isObject(values) ? Object.keys(values) : [];
      }),
    );
    for (const name of [...names].sort())
      out.line(
        0,
        `${prefix}${[
          text(get(item, 'type')),
          name,
          ...LIMITS.map((key) => goText(get(get(item, key), name), '-')),
        ].join('\t')}`,
      );
  }
}

const describeConfigMap: DescribeKind = (object, { out, events }) => {
  headed(object, out);
  out.line(0, '\nData\n====');
  const data = getObject(object, 'data');
  for (const key of Object.keys(data).sort()) out.line(0, `${key}:\n----\n${text(data[key])}\n`);
  out.line(0, '\nBinaryData\n====');
  const binary = getObject(object, 'binaryData');
  for (const key of Object.keys(binary).sort()) out.line(0, `${key}: ${bytesOf(text(binary[key]))} bytes`);
  out.line(0, '');
  events();
};

const describeSecret: DescribeKind = (object, { out }) => {
  headed(object, out);
  out.line(0, `\nType:\t${getString(object, 'type') ?? ''}`);
  out.line(0, '\nData\n====');
  const data = getObject(object, 'data');
  for (const key of Object.keys(data).sort()) out.line(0, `${key}:\t${bytesOf(text(data[key]))} bytes`);
};

/** Bytes that a base64 text stands for. */
const bytesOf = (base64: string): number => Math.floor((base64.replace(/=+$/, '').length * 3) / 4);

const describeServiceAccount: DescribeKind = (object, { out, events }) => {
  headed(object, out);
  const names = (key: string): string =>
    getList(object, key)
      .map((one) => getString(one, 'name') ?? '')
      .join(`\n\t`) || '<none>';
  out.line(0, `Image pull secrets:\t${names('imagePullSecrets')}`);
  out.line(0, `Mountable secrets:\t${names('secrets')}`);
  out.line(0, 'Tokens:\t<none>');
  events();
};

const strings = (value: Json, key: string): string => `[${getList(value, key).map(String).join(' ')}]`;

const describeRole: DescribeKind = (object, { out }) => {
  out.line(0, `Name:\t${nameOf(object)}`);
  labelled(object, out);
  out.line(0, 'PolicyRule:');
  out.line(1, 'Resources\tNon-Resource URLs\tResource Names\tVerbs');
  out.line(1, '---------\t-----------------\t--------------\t-----');
  const rows = getList(object, 'rules').flatMap((rule) => {
    const tail = `${strings(rule, 'nonResourceURLs')}\t${strings(rule, 'resourceNames')}\t${strings(rule, 'verbs')}`;
    const resources = getList(rule, 'resources').flatMap((resource) =>
      getList(rule, 'apiGroups').map((group) => (group === '' ? String(resource) : `${resource}.${group}`)),
    );
    return (resources.length === 0 ? [''] : resources).map((resource) => `${resource}\t${tail}`);
  });
  for (const row of rows.sort()) out.line(1, row);
};

const describeBinding: DescribeKind = (object, { out }) => {
  out.line(0, `Name:\t${nameOf(object)}`);
  labelled(object, out);
  out.line(0, 'Role:');
  out.line(1, `Kind:\t${text(get(get(object, 'roleRef'), 'kind'))}`);
  out.line(1, `Name:\t${text(get(get(object, 'roleRef'), 'name'))}`);
  out.line(0, 'Subjects:');
  out.line(1, 'Kind\tName\tNamespace');
  out.line(1, '----\t----\t---------');
  for (const one of getList(object, 'subjects'))
    out.line(1, `${text(get(one, 'kind'))}\t${text(get(one, 'name'))}\t${text(get(one, 'namespace'))}`);
};

const describeQuota: DescribeKind = (object, { out }) => {
  out.line(0, `Name:\t${nameOf(object)}`);
  out.line(0, `Namespace:\t${namespaceOf(object)}`);
  out.line(0, 'Resource\tUsed\tHard');
  out.line(0, '--------\t----\t----');
  quotaRows(object, out, 0);
};

const describeLimitRange: DescribeKind = (object, { out }) => {
  out.line(0, `Name:\t${nameOf(object)}`);
  out.line(0, `Namespace:\t${namespaceOf(object)}`);
  out.line(0, LIMIT_COLUMNS.replace('\n ', '\n'));
  limitRows(object, out, '');
};

const describeNetworkPolicy: DescribeKind = (object, { out }) => {
  out.line(0, `Name:\t${nameOf(object)}`);
  out.line(0, `Namespace:\t${namespaceOf(object)}`);
  out.line(0, `Created on:\t${goTime(getString(object, 'metadata', 'creationTimestamp'))}`);
  labelled(object, out);
  out.line(0, 'Spec:');
  const pods = selectorText(get(get(object, 'spec'), 'podSelector'));
  const all = pods === '<none>' ? ' (Allowing the specific traffic to all pods in this namespace)' : '';
  out.line(1, `PodSelector:     ${pods}${all}`);
  const types = getList(object, 'spec', 'policyTypes').map(String);
  for (const [type, from, to] of [
    ['Ingress', 'From', 'ingress'],
    ['Egress', 'To', 'egress'],
  ] as const) {
    const word = type.toLowerCase();
    if (!types.includes(type)) out.line(1, `Not affecting ${word} traffic`);
    else {
      out.line(1, `Allowing ${word} traffic:`);
      trafficRules(getList(object, 'spec', to), from, word, out);
    }
  }
  out.line(1, `Policy Types: ${types.join(', ')}`);
};

function trafficRules(rules: readonly Json[], peer: 'From' | 'To', word: string, out: Description): void {
  if (rules.length === 0) out.line(2, `<none> (Selected pods are isolated for ${word} connectivity)`);
  rules.forEach((rule, index) => {
    const ports = getList(rule, 'ports');
    if (ports.length === 0) out.line(2, 'To Port: <any> (traffic allowed to all ports)');
    for (const port of ports)
      out.line(2, `To Port: ${goText(get(port, 'port'), '<any>')}/${goText(get(port, 'protocol'), 'TCP')}`);
    const peers = getList(rule, peer.toLowerCase());
    if (peers.length === 0)
      out.line(2, `${peer}: <any> (traffic not restricted by ${peer === 'From' ? 'source' : 'destination'})`);
    for (const one of peers) {
      out.line(2, `${peer}:`);
      if (get(one, 'namespaceSelector') !== undefined)
        out.line(3, `NamespaceSelector: ${selectorText(get(one, 'namespaceSelector'))}`);
      if (get(one, 'podSelector') !== undefined)
        out.line(3, `PodSelector: ${selectorText(get(one, 'podSelector'))}`);
      const block = get(one, 'ipBlock');
      if (block === undefined) continue;
      out.line(3, 'IPBlock:');
      out.line(4, `CIDR: ${text(get(block, 'cidr'))}`);
      out.line(4, `Except: ${getList(block, 'except').map(String).join(', ')}`);
    }
    if (index < rules.length - 1) out.line(2, '----------');
  });
}

const KINDS: Readonly<Record<string, DescribeKind>> = {
  '/Namespace': describeNamespace,
  '/ConfigMap': describeConfigMap,
  '/Secret': describeSecret,
  '/ServiceAccount': describeServiceAccount,
  '/ResourceQuota': describeQuota,
  '/LimitRange': describeLimitRange,
  '/Pod': describePod,
  'apps/Deployment': describeDeployment,
  'apps/ReplicaSet': describeReplicaSet,
  'apps/StatefulSet': describeStatefulSet,
  'apps/DaemonSet': describeDaemonSet,
  'batch/Job': describeJob,
  'batch/CronJob': describeCronJob,
  '/Node': describeNode,
  '/Service': describeService,
  'rbac.authorization.k8s.io/Role': describeRole,
  'rbac.authorization.k8s.io/ClusterRole': describeRole,
  'rbac.authorization.k8s.io/RoleBinding': describeBinding,
  'rbac.authorization.k8s.io/ClusterRoleBinding': describeBinding,
  'networking.k8s.io/NetworkPolicy': describeNetworkPolicy,
};

/** Built-in kinds that kubectl has no form of its own for. */
const GENERIC = new Set([
  'apiextensions.k8s.io/CustomResourceDefinition',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
  'coordination.k8s.io/Lease',
  'events.k8s.io/Event',
  '/Event',
]);

const text = (value: Json | undefined): string =>
  value === undefined || value === null ? '' : String(value);
const goText = (value: Json | undefined, missing: string): string =>
  value === undefined || value === null ? missing : goValue(value);

/** Go's `time.Time` as `%s` prints it. */
const goTime = (timestamp: string | undefined): string =>
  timestamp === undefined ? '' : `${timestamp.slice(0, 10)} ${timestamp.slice(11, 19)} +0000 UTC`;
