import type { Json, JsonObject } from '../base/json.ts';
import { get, getString, isObject } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { formatApiVersion, nameOf, namespaceOf } from '../kubernetes/object.ts';
import type { ResourceInfo, StatusFailure } from './api.ts';
import { badRequest } from './status.ts';

/** A body as the object it is, or why the server cannot read it. */
export type Decoded = { readonly object: KubernetesObject } | { readonly failure: StatusFailure };

/** Typed fields of built-in kinds that users get wrong: maps of strings, as Go's decoder names them. */
const STRING_MAPS: Readonly<Record<string, readonly string[]>> = {
  '/ConfigMap': ['data'],
  '/Secret': ['stringData'],
};

/** Reads the body of a create or update request for `info`. */
export function decodeBody(body: Json | undefined, info: ResourceInfo): Decoded {
  if (!isObject(body)) return { failure: badRequest("Object 'Kind' is missing in the body") };
  const kind = getString(body, 'kind');
  const apiVersion = getString(body, 'apiVersion');
  if (!kind) return { failure: badRequest("Object 'Kind' is missing") };
  if (!apiVersion) return { failure: badRequest("Object 'apiVersion' is missing") };
  const expected = formatApiVersion(info);
  if (apiVersion !== expected) {
    const text = `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`;
    return { failure: badRequest(text) };
  }
  const metadata = get(body, 'metadata') ?? {};
  const object: KubernetesObject = {
    ...body,
    apiVersion,
    kind,
    metadata: isObject(metadata) ? withoutNulls(metadata) : {},
  };
  const problem = typeProblem(object, metadata, info);
  if (problem === undefined) return { object: withoutNullFields(object) };
  return {
    failure: badRequest(`${kind} in version "${info.version}" cannot be handled as a ${kind}: ${problem}`),
  };
}

function typeProblem(object: KubernetesObject, metadata: Json, info: ResourceInfo): string | undefined {
  if (!isObject(metadata)) return mismatch(metadata, info.kind, 'metadata', 'v1.ObjectMeta');
  for (const field of ['name', 'namespace', 'generateName']) {
    const value = get(metadata, field);
    if (value !== undefined && value !== null && typeof value !== 'string')
      return mismatch(value, 'ObjectMeta', `metadata.${field}`, 'string');
  }
  for (const field of ['labels', 'annotations']) {
    const problem = stringMapProblem(get(metadata, field), 'ObjectMeta', `metadata.${field}`);
    if (problem !== undefined) return problem;
  }
  const key = `${info.group}/${info.kind}`;
  for (const field of Object.hasOwn(STRING_MAPS, key) ? (STRING_MAPS[key] ?? []) : []) {
    const problem = stringMapProblem(get(object, field), info.kind, field);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function stringMapProblem(value: Json | undefined, struct: string, field: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) return mismatch(value, struct, field, 'map[string]string');
  const wrong = Object.values(value).find((item) => item !== null && typeof item !== 'string');
  return wrong === undefined ? undefined : mismatch(wrong, struct, field, 'string');
}

const mismatch = (value: Json, struct: string, field: string, type: string): string =>
  `json: cannot unmarshal ${goKind(value)} into Go struct field ${struct}.${field} of type ${type}`;

function goKind(value: Json): string {
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number' || typeof value === 'string') return typeof value;
  return Array.isArray(value) ? 'array' : 'object';
}

/** A null is an absent field to a typed decoder; inside maps of strings it is the empty string. */
function withoutNullFields(object: KubernetesObject): KubernetesObject {
  return {
    ...withoutNulls(object),
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: object.metadata,
  };
}

const withoutNulls = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));

/** Whether the body agrees with the address that it was sent to. */
export function addressProblem(
  object: KubernetesObject,
  namespace: string | undefined,
  name: string | undefined,
): StatusFailure | undefined {
  const own = namespaceOf(object);
  if (own !== '' && namespace !== undefined && own !== namespace)
    return badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  if (name !== undefined && nameOf(object) !== '' && nameOf(object) !== name)
    return badRequest(
      `the name of the object (${nameOf(object)}) does not match the name on the URL (${name})`,
    );
  return undefined;
}
