import type { Json, JsonObject } from '../base/json.ts';
import { isObject, setKey } from '../base/json.ts';
import { base64 } from '../cluster/base64.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Failure } from './failure.ts';
import { textFailure } from './failure.ts';
import { flag, flagList } from './flags.ts';
import type { Session } from './session.ts';

/** What a subcommand of `kubectl create` makes, and what it puts before a failure's text. */
export type Generated =
  | { readonly object: KubernetesObject; readonly prefix: string }
  | { readonly failure: Failure }
  /** A flag whose effect is not simulated. */
  | { readonly unsupported: string };

type Generator = (session: Session, name: string, words: readonly string[]) => Generated;

const RBAC = 'rbac.authorization.k8s.io';

const GENERATORS: Readonly<Record<string, Generator>> = {
  namespace: (_session, name) => made('v1', 'Namespace', { name }, {}),
  ns: (_session, name) => made('v1', 'Namespace', { name }, {}),
  configmap: configMap,
  cm: configMap,
  secret,
  serviceaccount: serviceAccount,
  sa: serviceAccount,
  deployment,
  deploy: deployment,
  cronjob: cronJob,
  cj: cronJob,
  role,
  clusterrole: clusterRole,
  rolebinding: roleBinding,
  clusterrolebinding: clusterRoleBinding,
  quota,
  resourcequota: quota,
};

/** The object that `kubectl create <type> <name> …` stands for; undefined for types that are not simulated. */
export function generate(session: Session, words: readonly string[]): Generated | undefined {
  const [type = '', ...rest] = words;
  const generator = Object.hasOwn(GENERATORS, type) ? GENERATORS[type] : undefined;
  if (generator === undefined) return undefined;
  if (type === 'secret') return generator(session, '', rest);
  if (rest.length !== 1)
    return {
      failure: textFailure(
        `exactly one NAME is required, got ${rest.length}\nSee 'kubectl create ${type} -h' for help and examples`,
      ),
    };
  return generator(session, rest[0] ?? '', rest);
}

function made(
  apiVersion: string,
  kind: string,
  metadata: JsonObject,
  content: JsonObject,
  prefix = '',
): Generated {
  return { object: { apiVersion, kind, ...content, metadata }, prefix };
}

const namespaced = (session: Session, name: string): JsonObject => ({ name, namespace: session.namespace });

function configMap(session: Session, name: string): Generated {
  const data = literals(session);
  if ('failure' in data || 'unsupported' in data) return data;
  const content = Object.keys(data.values).length === 0 ? {} : { data: data.values };
  return made('v1', 'ConfigMap', namespaced(session, name), content, 'failed to create configmap: ');
}

function secret(session: Session, _name: string, words: readonly string[]): Generated {
  const [type = '', name = ''] = words;
  if (type !== 'generic') return { unsupported: `kubectl create secret ${type}` };
  const data = literals(session);
  if ('failure' in data || 'unsupported' in data) return data;
  const encoded: Record<string, Json> = {};
  for (const key of Object.keys(data.values)) setKey(encoded, key, base64(String(data.values[key] ?? '')));
  const secretType = flag(session.args, 'type');
  const content = {
    ...(Object.keys(encoded).length === 0 ? {} : { data: encoded }),
    ...(secretType === undefined ? {} : { type: secretType }),
  };
  return made('v1', 'Secret', namespaced(session, name), content, 'failed to create secret ');
}

function literals(
  session: Session,
): { readonly values: JsonObject } | { readonly failure: Failure } | { readonly unsupported: string } {
  for (const name of ['from-file', 'from-env-file'])
    if (flag(session.args, name) !== undefined) return { unsupported: `--${name}` };
  const values: Record<string, Json> = {};
  for (const literal of flagList(session.args, 'from-literal')) {
    const equals = literal.indexOf('=');
    if (equals <= 0) return { failure: textFailure(`invalid literal source ${literal}, expected key=value`) };
    const key = literal.slice(0, equals);
    if (Object.hasOwn(values, key))
      return {
        failure: textFailure(
          `cannot add key "${key}", another key by that name already exists in Data for ConfigMap`,
        ),
      };
    setKey(values, key, unquoted(literal.slice(equals + 1)));
  }
  return { values };
}

const unquoted = (value: string): string =>
  value.length >= 2 && (value[0] === '"' || value[0] === "'") && value.at(-1) === value[0]
    ? value.slice(1, -1)
    : value;

function serviceAccount(session: Session, name: string): Generated {
  return made('v1', 'ServiceAccount', namespaced(session, name), {}, 'failed to create serviceaccount: ');
}

function deployment(session: Session, name: string): Generated {
  const images = flagList(session.args, 'image', true);
  if (images.length === 0) return { failure: textFailure('required flag(s) "image" not set') };
  const port = flag(session.args, 'port');
  const labels = { app: name };
  const containers = images.map((image) => ({
    name: containerName(image),
    image,
    ...(port === undefined || images.length > 1 ? {} : { ports: [{ containerPort: Number(port) }] }),
    resources: {},
  }));
  const spec = {
    replicas: Number(flag(session.args, 'replicas') ?? 1),
    selector: { matchLabels: labels },
    strategy: {},
    template: { metadata: { labels }, spec: { containers } },
  };
  const metadata = { ...namespaced(session, name), labels };
  return made('apps/v1', 'Deployment', metadata, { spec }, 'failed to create deployment: ');
}

function cronJob(session: Session, name: string): Generated {
  const [image, schedule] = [flag(session.args, 'image'), flag(session.args, 'schedule')];
  const missing = [image === undefined ? '"image"' : '', schedule === undefined ? '"schedule"' : ''].filter(
    Boolean,
  );
  if (image === undefined || schedule === undefined)
    return { failure: textFailure(`required flag(s) ${missing.join(', ')} not set`) };
  const container = { name, image, resources: {} };
  const spec = {
    jobTemplate: {
      metadata: { name },
      spec: {
        template: {
          metadata: {},
          spec: { containers: [container], restartPolicy: flag(session.args, 'restart') ?? 'OnFailure' },
        },
      },
    },
    schedule,
  };
  return made('batch/v1', 'CronJob', namespaced(session, name), { spec }, 'failed to create cronjob: ');
}

/** The image's last path segment, without tag and digest. */
function containerName(image: string): string {
  const last = image.split('/').pop() ?? image;
  return (last.split('@')[0] ?? '').split(':')[0] ?? '';
}

function rules(session: Session): readonly JsonObject[] | Failure {
  const verbs = flagList(session.args, 'verb', true);
  const resources = flagList(session.args, 'resource', true);
  const names = flagList(session.args, 'resource-name', true);
  if (verbs.length === 0) return textFailure('at least one verb must be specified');
  if (resources.length === 0) return textFailure('at least one resource must be specified');
  const byGroup = new Map<string, string[]>();
  for (const text of resources) {
    const [type = '', subresource] = text.split('/');
    const info = session.server.discovery().byName(type);
    if (info === undefined && type !== '*')
      return textFailure(`the server doesn't have a resource type "${type}"`);
    const resource = info?.resource ?? type;
    const group = info?.group ?? '';
    const full = subresource === undefined ? resource : `${resource}/${subresource}`;
    byGroup.set(group, [...(byGroup.get(group) ?? []), full]);
  }
  return [...byGroup].map(([group, grouped]) => ({
    apiGroups: [group],
    resources: grouped,
    ...(names.length === 0 ? {} : { resourceNames: names }),
    verbs,
  }));
}

function role(session: Session, name: string): Generated {
  const granted = rules(session);
  if ('kind' in granted) return { failure: granted };
  return made(`${RBAC}/v1`, 'Role', namespaced(session, name), { rules: granted });
}

function clusterRole(session: Session, name: string): Generated {
  for (const unsupported of ['aggregation-rule', 'non-resource-url'])
    if (flag(session.args, unsupported) !== undefined) return { unsupported: `--${unsupported}` };
  const granted = rules(session);
  if ('kind' in granted) return { failure: granted };
  return made(`${RBAC}/v1`, 'ClusterRole', { name }, { rules: granted });
}

function subjects(session: Session): readonly JsonObject[] | Failure {
  const named = (kind: string, names: readonly string[]): readonly JsonObject[] =>
    names.map((name) => ({ kind, apiGroup: RBAC, name }));
  const accounts: JsonObject[] = [];
  for (const account of flagList(session.args, 'serviceaccount', true)) {
    const [namespace = '', name = '', ...more] = account.split(':');
    if (namespace === '' || name === '' || more.length > 0)
      return textFailure('serviceaccount must be <namespace>:<name>');
    accounts.push({ kind: 'ServiceAccount', name, namespace });
  }
  return [
    ...named('User', flagList(session.args, 'user', true)),
    ...named('Group', flagList(session.args, 'group', true)),
    ...accounts,
  ];
}

function roleBinding(session: Session, name: string): Generated {
  const [clusterRoleName, roleName] = [flag(session.args, 'clusterrole'), flag(session.args, 'role')];
  if ((clusterRoleName === undefined) === (roleName === undefined))
    return { failure: textFailure('exactly one of clusterrole or role must be specified') };
  const bound = subjects(session);
  if ('kind' in bound) return { failure: bound };
  const roleRef = {
    apiGroup: RBAC,
    kind: clusterRoleName === undefined ? 'Role' : 'ClusterRole',
    name: clusterRoleName ?? roleName ?? '',
  };
  const content = { roleRef, subjects: bound };
  return made(
    `${RBAC}/v1`,
    'RoleBinding',
    namespaced(session, name),
    content,
    'failed to create rolebinding: ',
  );
}

function clusterRoleBinding(session: Session, name: string): Generated {
  const clusterRoleName = flag(session.args, 'clusterrole');
  if (clusterRoleName === undefined) return { failure: textFailure('clusterrole must be specified') };
  const bound = subjects(session);
  if ('kind' in bound) return { failure: bound };
  const content = {
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: clusterRoleName },
    subjects: bound,
  };
  return made(`${RBAC}/v1`, 'ClusterRoleBinding', { name }, content, 'failed to create clusterrolebinding: ');
}

function quota(session: Session, name: string): Generated {
  const hard: Record<string, Json> = {};
  for (const item of flagList(session.args, 'hard', true)) {
    const [key = '', value = ''] = item.split('=');
    if (key !== '') setKey(hard, key, value);
  }
  const content = Object.keys(hard).length === 0 ? { spec: {} } : { spec: { hard } };
  return made('v1', 'ResourceQuota', namespaced(session, name), content, 'failed to create quota: ');
}

/** The Pod of `kubectl run NAME --image=…`. */
export function podOf(session: Session, name: string): Generated {
  const image = flag(session.args, 'image');
  if (image === undefined) return { failure: textFailure('required flag(s) "image" not set') };
  const labels: Record<string, Json> = {};
  for (const item of flagList(session.args, 'labels', true)) {
    const [key = '', value = ''] = item.split('=');
    setKey(labels, key, value);
  }
  const port = flag(session.args, 'port');
  const metadata = { ...namespaced(session, name), labels: isEmpty(labels) ? { run: name } : labels };
  const spec = {
    containers: [
      {
        name,
        image,
        ...(port === undefined ? {} : { ports: [{ containerPort: Number(port) }] }),
        resources: {},
      },
    ],
    restartPolicy: flag(session.args, 'restart') ?? 'Always',
    dnsPolicy: 'ClusterFirst',
  };
  return made('v1', 'Pod', metadata, { spec });
}

const isEmpty = (value: Json): boolean => isObject(value) && Object.keys(value).length === 0;
