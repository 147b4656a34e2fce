import type { Json } from '../base/json.ts';
import { get, getList, getString, isObject } from '../base/json.ts';
import type { ResourceInfo } from '../cluster/api.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { gvkOf, nameOf, namespaceOf } from '../kubernetes/object.ts';
import type { Failure } from './failure.ts';
import { textFailure } from './failure.ts';
import { flag, flagList } from './flags.ts';
import { formatGoJson } from './go-json.ts';
import type { Session } from './session.ts';

/** An object of a file, found in discovery and put into its namespace; or why it cannot be. */
export type Manifest =
  | {
      readonly object: KubernetesObject;
      readonly info: ResourceInfo;
      readonly namespace: string;
      /** The file as typed. */
      readonly source: string;
    }
  | { readonly failure: Failure };
export type Placed = Exclude<Manifest, { failure: unknown }>;

/** The objects of all files that `-f` names, lists taken apart. */
export function* manifestsOf(session: Session): Generator<Manifest> {
  for (const source of flagList(session.args, 'filename', true)) {
    const documents = Object.hasOwn(session.files, source) ? session.files[source] : undefined;
    if (documents === undefined) {
      yield { failure: textFailure(`the path "${source}" does not exist`) };
      continue;
    }
    for (const document of documents) {
      if (document.value === null) continue;
      yield* resolve(session, document.value, source);
    }
  }
}

function* resolve(session: Session, value: Json, source: string): Generator<Manifest> {
  const problem = decodeProblem(value, source);
  if (problem !== undefined) {
    yield { failure: textFailure(problem) };
    return;
  }
  const object = asObject(value);
  if (object.kind === 'List' || (object.kind.endsWith('List') && Array.isArray(get(object, 'items')))) {
    for (const item of getList(object, 'items')) yield* resolve(session, item, source);
    return;
  }
  yield place(session, object, source);
}

function decodeProblem(value: Json, source: string): string | undefined {
  const missing = !getString(value, 'kind')
    ? 'Kind'
    : !getString(value, 'apiVersion')
      ? 'apiVersion'
      : undefined;
  if (isObject(value) && missing === undefined) return undefined;
  if (!isObject(value))
    return `unable to decode "${source}": json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type struct { Kind string "json:\\"kind\\""; APIVersion string "json:\\"apiVersion\\"" }`;
  return `unable to decode "${source}": Object '${missing}' is missing in '${formatGoJson(value)}'`;
}

function asObject(value: Json): KubernetesObject {
  const metadata = get(value, 'metadata');
  return {
    ...(isObject(value) ? value : {}),
    apiVersion: getString(value, 'apiVersion') ?? '',
    kind: getString(value, 'kind') ?? '',
    metadata: isObject(metadata) ? metadata : {},
  };
}

function place(session: Session, object: KubernetesObject, source: string): Manifest {
  const info = session.server.discovery().byKind(gvkOf(object));
  if (info === undefined) {
    const text = `resource mapping not found for name: "${nameOf(object)}" namespace: "${namespaceOf(object)}" from "${source}": no matches for kind "${object.kind}" in version "${object.apiVersion}"\nensure CRDs are installed first`;
    return { failure: textFailure(text) };
  }
  if (!info.namespaced) return { object, info, namespace: '', source };
  const own = namespaceOf(object);
  if (own !== '' && flag(session.args, 'namespace') !== undefined && own !== session.namespace) {
    const text = `the namespace from the provided object "${own}" does not match the namespace "${session.namespace}". You must pass '--namespace=${own}' to perform this operation.`;
    return { failure: textFailure(text) };
  }
  const namespace = own === '' ? session.namespace : own;
  return { object: { ...object, metadata: { ...object.metadata, namespace } }, info, namespace, source };
}
