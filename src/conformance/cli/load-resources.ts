import { get, getString, isObject, type Json, type JsonObject, setKey } from '../../base/json.ts';
import { builtInResources } from '../../cluster/discovery.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { nameOf, namespaceOf, parseApiVersion } from '../../kubernetes/object.ts';
import { type FileTree, isYaml, joinPath } from './file-tree.ts';
import { type Loaded, loadDocuments } from './load-documents.ts';

/** Maps that may be written without value (resource/resource.go). */
const MAP_FIELDS = new Set(['annotations', 'labels', 'matchLabels', 'nodeSelector', 'data', 'stringData']);

function fillMaps(value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => (isObject(item) ? fillMaps(item) : item));
  if (!isObject(value)) return value;
  const filled: Record<string, Json> = {};
  for (const [key, item] of Object.entries(value))
    setKey(filled, key, item === null && MAP_FIELDS.has(key) ? {} : fillMaps(item));
  return filled;
}

/** Kinds that the CLI does not know, Kyverno's own among them, count as namespaced. */
export function isClusterScoped(apiVersion: string, kind: string): boolean {
  const { group } = parseApiVersion(apiVersion);
  const found = builtInResources().find((resource) => resource.group === group && resource.kind === kind);
  return found?.namespaced === false;
}

/** An object as the CLI reads it: with a namespace if its kind has one, and no null where a map belongs. */
function readResource(value: JsonObject): KubernetesObject {
  const filled = fillMaps(value) as JsonObject;
  const apiVersion = getString(filled, 'apiVersion') ?? '';
  const kind = getString(filled, 'kind') ?? '';
  const stated = get(filled, 'metadata');
  const metadata = isObject(stated) ? stated : {};
  const needsNamespace = namespaceOf(filled) === '' && !isClusterScoped(apiVersion, kind);
  return {
    ...filled,
    apiVersion,
    kind,
    metadata: needsNamespace ? { ...metadata, namespace: 'default' } : metadata,
  };
}

/** All objects of a file; one without kind makes it unreadable. */
export function loadObjects(tree: FileTree, path: string): Loaded<readonly KubernetesObject[]> {
  const documents = loadDocuments(tree, path);
  if ('error' in documents) return documents;
  const objects: KubernetesObject[] = [];
  for (const { value } of documents) {
    if (!isObject(value) || (getString(value, 'kind') ?? '') === '')
      return { error: `${path}: Object 'Kind' is missing` };
    objects.push(readResource(value));
  }
  return objects;
}

/**
 * The objects of a list of paths (utils/common/common.go). If the first is a folder, its files take the place of the list.
 * The first path must exist; others that cannot be read are left out.
 */
export function loadResources(tree: FileTree, paths: readonly string[]): Loaded<readonly KubernetesObject[]> {
  const [first] = paths;
  if (first === undefined) return [];
  const names = tree.list(first);
  if (names === undefined && tree.read(first) === undefined)
    return { error: `failed to load resources (stat ${first}: no such file or directory)` };
  const files = names?.filter(isYaml).map((name) => joinPath(first, name)) ?? paths;
  const objects: KubernetesObject[] = [];
  for (const file of files) {
    if (tree.read(file) === undefined) continue;
    const found = loadObjects(tree, file);
    if ('error' in found) return { error: `failed to load resources (${found.error})` };
    objects.push(...found);
  }
  return objects;
}

/** Of objects with the same group, kind, namespace and name the first counts. */
export function withoutDuplicates(objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  const unique = new Map<string, KubernetesObject>();
  for (const object of objects) {
    const { group } = parseApiVersion(object.apiVersion);
    const key = JSON.stringify([group, object.kind, namespaceOf(object), nameOf(object)]);
    if (!unique.has(key)) unique.set(key, object);
  }
  return [...unique.values()];
}
