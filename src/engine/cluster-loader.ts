import type { Json } from '../base/json.ts';
import { get } from '../base/json.ts';
import type { GroupVersionResource, KubernetesObject, UserInfo } from '../kubernetes/object.ts';
import type { ContextLoader, Loaded } from './policy-context.ts';

/** What a loader may read; the API server of the cluster room has it. */
export interface ClusterReader {
  lookup(resource: GroupVersionResource, namespace: string, name: string): KubernetesObject | undefined;
  listAll(resource: GroupVersionResource, namespace?: string): readonly KubernetesObject[];
  discovery(): {
    byResource(
      resource: GroupVersionResource,
    ): { readonly kind: string; readonly namespaced: boolean } | undefined;
  };
  authorize(
    user: UserInfo,
    attributes: {
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly namespace?: string;
      readonly name?: string;
    },
  ): boolean;
}

/** Looks context entries up in the cluster as a controller's service account (lifecycle A.8). What is outside comes from `mocks`. */
export function createClusterLoader(reader: ClusterReader, user: UserInfo, mocks: Json): ContextLoader {
  const mocked = (kind: string, key: string, what: string): Loaded => {
    const value = get(get(mocks, kind), key);
    return value === undefined ? { error: `${what} is not part of the simulation: ${key}` } : { value };
  };
  return {
    configMap: (namespace, name) => {
      const found = reader.lookup({ group: '', version: 'v1', resource: 'configmaps' }, namespace, name);
      return found === undefined
        ? { error: `configmaps "${name}" not found` }
        : { value: { data: get(found, 'data') ?? {}, metadata: found.metadata } };
    },
    apiCall: (method, urlPath) =>
      method === 'GET' ? getPath(reader, user, urlPath) : mocked('apiCalls', urlPath, 'an API call'),
    service: (_method, url) => mocked('services', url, 'a service'),
    globalContext: (name) => mocked('globalContext', name, 'a global context entry'),
    imageData: (reference) => mocked('images', reference, 'an image registry'),
  };
}

const NOT_SERVED = 'the server could not find the requested resource';

function getPath(reader: ClusterReader, user: UserInfo, urlPath: string): Loaded {
  const target = readPath(urlPath);
  const info = target && reader.discovery().byResource(target.resource);
  if (target === undefined || info === undefined) return { error: NOT_SERVED };
  const { resource, namespace, name } = target;
  const verb = name === undefined ? 'list' : 'get';
  const place = {
    group: resource.group,
    resource: resource.resource,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
  if (!reader.authorize(user, { verb, ...place })) {
    const scope = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
    const group = resource.group === '' ? '' : `.${resource.group}`;
    const subject = `${resource.resource}${group}${name === undefined ? '' : ` "${name}"`}`;
    return {
      error: `${subject} is forbidden: User "${user.username}" cannot ${verb} resource "${resource.resource}" in API group "${resource.group}" ${scope}`,
    };
  }
  if (name === undefined) {
    const items = reader.listAll(resource, namespace);
    const apiVersion = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
    return { value: { apiVersion, kind: `${info.kind}List`, metadata: {}, items } };
  }
  const found = reader.lookup(resource, namespace ?? '', name);
  return found === undefined ? { error: NOT_SERVED } : { value: found };
}

function readPath(urlPath: string):
  | {
      readonly resource: GroupVersionResource;
      readonly namespace: string | undefined;
      readonly name: string | undefined;
    }
  | undefined {
  const parts = (urlPath.split('?')[0] ?? '').split('/').filter((part) => part !== '');
  const core = parts[0] === 'api';
  if (!core && parts[0] !== 'apis') return undefined;
  const [group = '', version = '', ...rest] = core ? ['', ...parts.slice(1)] : parts.slice(1);
  const namespaced = rest[0] === 'namespaces' && rest.length > 2;
  const namespace = namespaced ? rest[1] : undefined;
  const [resource = '', name] = namespaced ? rest.slice(2) : rest;
  if (resource === '') return undefined;
  return { resource: { group, version, resource }, namespace, name };
}
