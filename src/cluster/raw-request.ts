import type { Json, JsonObject } from '../base/json.ts';
import { get, getObject, isObject, setKey } from '../base/json.ts';
import type { GroupVersionResource, KubernetesObject, UserInfo } from '../kubernetes/object.ts';
import { formatApiVersion, nameOf, namespaceOf } from '../kubernetes/object.ts';
import type { AccessAttributes, Discovery, ResourceInfo } from './api.ts';
import { base64 } from './base64.ts';
import { isCustom } from './custom-resources.ts';
import { discoveryDocument } from './raw-discovery.ts';
import { accessReview } from './raw-review.ts';
import { matchesFields, matchesRequirements, parseSelector } from './selector-text.ts';
import { badRequest, forbidden, methodNotSupported, notFound, unknownPath } from './status.ts';

/** What serving a raw request needs of the server. */
export interface RawServer {
  readonly discovery: Discovery;
  /** Latest resourceVersion of the cluster. */
  readonly resourceVersion: string;
  lookup(resource: GroupVersionResource, namespace: string, name: string): KubernetesObject | undefined;
  listAll(resource: GroupVersionResource, namespace?: string): readonly KubernetesObject[];
  /** The authoriser's answer about a user with exactly these groups. */
  decide(
    user: UserInfo,
    attributes: AccessAttributes,
  ): { readonly allowed: boolean; readonly reason: string };
}

/** Status and body of an answer, as on the wire. */
export interface RawAnswer {
  readonly code: number;
  readonly body: Json;
}

/** A path of the API, taken apart as the server's RequestInfo does. */
interface Target {
  readonly resource: GroupVersionResource;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

type Parameters = ReadonlyMap<string, string>;

/**
 * Answers `kubectl get --raw` and `create --raw` at once, in the order authorisation, routing, storage. Undefined for what
 * is not simulated: writes, logs, proxies, metrics.
 */
export function serveRaw(
  server: RawServer,
  user: UserInfo,
  method: 'GET' | 'POST',
  url: string,
  body: Json | undefined,
): RawAnswer | undefined {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const parameters = parseQuery(mark < 0 ? '' : url.slice(mark + 1));
  const parts = path.split('/').filter((part) => part !== '');
  if (method === 'GET') {
    const document = discoveryDocument(server.discovery, parts);
    if (document !== undefined) return { code: 200, body: document };
  }
  const target = readTarget(parts);
  if (target === undefined) return failure(unknownPath());
  return method === 'GET' ? read(server, user, target, parameters) : review(server, user, target, body);
}

const failure = ({ code, reason, message, details }: ReturnType<typeof unknownPath>): RawAnswer => ({
  code,
  body: {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details === undefined ? {} : { details }),
    code,
  },
});

/** A query string; of several values of a name the first counts. */
function parseQuery(text: string): Parameters {
  const parameters = new Map<string, string>();
  for (const part of text.split('&')) {
    const equals = part.indexOf('=');
    const name = decode(equals < 0 ? part : part.slice(0, equals));
    if (name !== '' && !parameters.has(name))
      parameters.set(name, decode(equals < 0 ? '' : part.slice(equals + 1)));
  }
  return parameters;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

/** Subresources of a Namespace itself; any other word after its name is a resource in it. */
const OF_NAMESPACES = ['status', 'finalize'];

function readTarget(parts: readonly string[]): Target | undefined {
  const [root, ...below] = parts;
  if (root !== 'api' && root !== 'apis') return undefined;
  const [group = '', version = '', ...rest] = root === 'api' ? ['', ...below] : below;
  const [first, namespace, third] = rest;
  const inNamespace =
    first === 'namespaces' &&
    namespace !== undefined &&
    third !== undefined &&
    !OF_NAMESPACES.includes(third);
  const [resource, name, subresource, ...more] = inNamespace ? rest.slice(2) : rest;
  if (resource === undefined || more.length > 0) return undefined;
  // A Namespace is in itself, for the authoriser.
  const place = first === 'namespaces' ? namespace : undefined;
  return { resource: { group, version, resource }, namespace: place, name, subresource };
}

/** The refusal of a user who may not, as the authorisation filter writes it. */
function refused(
  server: RawServer,
  user: UserInfo,
  verb: string,
  { resource, namespace, name, subresource }: Target,
): RawAnswer | undefined {
  const { allowed, reason } = server.decide(user, {
    verb,
    group: resource.group,
    resource: resource.resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  });
  if (allowed) return undefined;
  const path = subresource === undefined ? resource.resource : `${resource.resource}/${subresource}`;
  const scope = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const text = `User "${user.username}" cannot ${verb} resource "${path}" in API group "${resource.group}" ${scope}`;
  return failure(forbidden(resource, name ?? '', reason === '' ? text : `${text}: ${reason}`));
}

function read(
  server: RawServer,
  user: UserInfo,
  target: Target,
  parameters: Parameters,
): RawAnswer | undefined {
  const { resource, namespace, name, subresource } = target;
  // The authoriser takes a list of one name for a request about it.
  const single = parseSelector(parameters.get('fieldSelector') ?? '')?.find(
    ({ key, operator }) => key === 'metadata.name' && operator === 'In',
  )?.values[0];
  const asked = name === undefined && single !== undefined ? { ...target, name: single } : target;
  const denied = refused(server, user, name === undefined ? 'list' : 'get', asked);
  if (denied !== undefined) return denied;
  const info = server.discovery.byResource(resource);
  if (info === undefined) return failure(unknownPath());
  const inNamespace = namespace !== undefined && resource.resource !== 'namespaces';
  if (inNamespace ? !info.namespaced : info.namespaced && name !== undefined) return failure(unknownPath());
  if (name === undefined) return list(server, info, inNamespace ? namespace : undefined, parameters);
  if (!info.verbs.includes('get')) return failure(methodNotSupported(resource, 'get'));
  if (subresource !== undefined && !info.subresources.includes(subresource)) return failure(unknownPath());
  if (subresource !== undefined && subresource !== 'status' && subresource !== 'scale') return undefined;
  const object = server.lookup(resource, inNamespace ? namespace : '', name);
  if (object === undefined) return failure(notFound(resource, name));
  return { code: 200, body: subresource === 'scale' ? scaleOf(object) : object };
}

/** The Scale of a workload. */
function scaleOf(object: KubernetesObject): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const labels = getObject(object, 'spec', 'selector', 'matchLabels');
  const selector = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: present({ name, namespace, uid, resourceVersion, creationTimestamp }),
    spec: { replicas: get(get(object, 'spec'), 'replicas') ?? 1 },
    status: {
      replicas: get(get(object, 'status'), 'replicas') ?? 0,
      ...(selector.length === 0 ? {} : { selector: selector.sort().join(',') }),
    },
  };
}

function present(fields: { readonly [key: string]: Json | undefined }): JsonObject {
  const found: Record<string, Json> = {};
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) setKey(found, key, value);
  return found;
}

function list(
  server: RawServer,
  info: ResourceInfo,
  namespace: string | undefined,
  parameters: Parameters,
): RawAnswer | undefined {
  if (!info.verbs.includes('list')) return failure(methodNotSupported(info, 'list'));
  if (/^(true|1)$/.test(parameters.get('watch') ?? '')) return undefined;
  const labelSelector = parameters.get('labelSelector') ?? '';
  const fieldSelector = parameters.get('fieldSelector') ?? '';
  const requirements = parseSelector(labelSelector);
  if (requirements === undefined) return failure(badRequest(`unable to parse requirement: ${labelSelector}`));
  const fields = parseSelector(fieldSelector);
  if (
    fields === undefined ||
    fields.some(({ operator }) => operator === 'Exists' || operator === 'DoesNotExist')
  )
    return failure(badRequest(`invalid selector: '${fieldSelector}'; can't understand '${fieldSelector}'`));
  const unknown = fields.find(({ key }) => !isSelectable(info, key));
  if (unknown !== undefined) return failure(badRequest(`field label not supported: ${unknown.key}`));
  const matching = server
    .listAll(info, namespace)
    .filter(
      (object) =>
        matchesRequirements(requirements, get(object.metadata, 'labels')) &&
        matchesFields(fieldSelector, object),
    );
  const limit = Number(parameters.get('limit') ?? '0');
  if (!Number.isInteger(limit) || limit < 0) return failure(badRequest('invalid limit'));
  const after = parameters.get('continue') ?? '';
  const rest = after === '' ? matching : afterToken(matching, after, server.resourceVersion);
  if (rest === undefined) return failure(badRequest('continue key is not valid'));
  const page = limit === 0 ? rest : rest.slice(0, limit);
  const last = page.at(-1);
  const cut = last !== undefined && page.length < rest.length;
  const selects = requirements.length > 0 || fields.length > 0;
  return {
    code: 200,
    body: {
      kind: `${info.kind}List`,
      apiVersion: formatApiVersion(info),
      metadata: {
        resourceVersion: server.resourceVersion,
        ...(cut ? { continue: tokenAfter(last, server.resourceVersion) } : {}),
        ...(cut && !selects ? { remainingItemCount: rest.length - page.length } : {}),
      },
      items: page.map((object) => (isCustom(info) ? object : withoutType(object))),
    },
  };
}

/** Items of typed lists do not say their kind; those of custom resources do. */
function withoutType({ apiVersion: _, kind: __, ...rest }: KubernetesObject): JsonObject {
  return rest;
}

/** Fields that a field selector may name, beyond those of every object. */
const SELECTABLE: ReadonlyMap<string, readonly string[]> = new Map([
  [
    '/Pod',
    [
      'spec.nodeName',
      'spec.restartPolicy',
      'spec.schedulerName',
      'spec.serviceAccountName',
      'spec.hostNetwork',
      'status.phase',
      'status.podIP',
      'status.podIPs',
      'status.nominatedNodeName',
    ],
  ],
  ['/Namespace', ['status.phase']],
  ['/Node', ['spec.unschedulable']],
  ['/Secret', ['type']],
  ['/Service', ['spec.clusterIP', 'spec.type']],
  ['/ReplicationController', ['status.replicas']],
  ['apps/ReplicaSet', ['status.replicas']],
  ['batch/Job', ['status.successful']],
  ['certificates.k8s.io/CertificateSigningRequest', ['spec.signerName']],
]);

/** Which fields of Events can be selected. */
const EVENT_FIELDS =
  /^(involvedObject\.|regarding\.|reason$|reportingComponent$|reportingController$|source$|type$)/;

function isSelectable({ group, kind, namespaced }: ResourceInfo, field: string): boolean {
  if (field === 'metadata.name' || (field === 'metadata.namespace' && namespaced)) return true;
  if (kind === 'Event') return EVENT_FIELDS.test(field);
  return SELECTABLE.get(`${group}/${kind}`)?.includes(field) ?? false;
}

const keyOf = (object: KubernetesObject): string => `${namespaceOf(object)}/${nameOf(object)}`;

const tokenAfter = (object: KubernetesObject, version: string): string =>
  base64(JSON.stringify({ v: 'meta.k8s.io/v1', rv: Number(version), start: `${keyOf(object)}\u0000` }));

/** The objects behind the one that a token names; undefined if it names none, as when the list changed meanwhile. */
function afterToken(
  objects: readonly KubernetesObject[],
  token: string,
  version: string,
): readonly KubernetesObject[] | undefined {
  const at = objects.findIndex((object) => tokenAfter(object, version) === token);
  return at < 0 ? undefined : objects.slice(at + 1);
}

/** POST: reviews are answered and not stored; everything else would be a write. */
function review(
  server: RawServer,
  user: UserInfo,
  target: Target,
  body: Json | undefined,
): RawAnswer | undefined {
  const denied = refused(server, user, 'create', target);
  if (denied !== undefined) return denied;
  const info = server.discovery.byResource(target.resource);
  if (info === undefined) return failure(unknownPath());
  if (!info.verbs.includes('create') || target.name !== undefined)
    return failure(methodNotSupported(target.resource, 'post'));
  if (!isObject(body)) return failure(badRequest('the object provided is unrecognized'));
  const answer = accessReview(server, user, info, target.namespace, body);
  if (answer === undefined) return undefined;
  if ('problem' in answer)
    return failure({
      code: 422,
      reason: 'Invalid',
      message: `${info.kind}.${info.group} "" is invalid: ${answer.problem}`,
    });
  const { apiVersion: _, kind: __, metadata: ___, status: ____, ...spec } = body;
  return {
    code: 201,
    body: {
      kind: info.kind,
      apiVersion: formatApiVersion(info),
      metadata: getObject(body, 'metadata'),
      ...spec,
      status: answer.status,
    },
  };
}
