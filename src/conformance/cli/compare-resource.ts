import { equal, getObject, isObject, type Json, type JsonObject, setKey } from '../../base/json.ts';
import { stringEntries } from '../../kubernetes/label-selector.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../../kubernetes/object.ts';
import { joinPath } from './file-tree.ts';
import { loadObjects } from './load-resources.ts';
import type { TestCase } from './test-case.ts';

/** The outcome of a comparison with a file; `message` is what the CLI prints if it failed. */
export type Comparison =
  | { readonly kind: 'equal' }
  | { readonly kind: 'different' }
  | { readonly kind: 'error'; readonly message: string; readonly missing: boolean };

/** Compares an object with its counterpart in a file of the test (commands/test/compare.go). */
export function compareWithFile(
  testCase: TestCase,
  actual: KubernetesObject | undefined,
  file: string,
  what: string,
): Comparison {
  const objects = loadObjects(testCase.world.tree, joinPath(testCase.folder, file));
  const failed = (text: string, missing: boolean): Comparison => ({
    kind: 'error',
    message: `error: failed to load ${what} resource (${text})`,
    missing,
  });
  if ('error' in objects) return failed(objects.error, false);
  const expected = objects.find(
    (object) =>
      object.apiVersion === (actual?.apiVersion ?? '') &&
      object.kind === (actual?.kind ?? '') &&
      nameOf(object) === nameOf(actual) &&
      namespaceOf(object) === namespaceOf(actual),
  );
  if (expected === undefined || actual === undefined)
    return failed(`resource with name ${nameOf(actual)} not found in manifest`, true);
  const same = equal(tidy(withManagedLabels(actual)), tidy(withManagedLabels(expected)));
  return { kind: same ? 'equal' : 'different' };
}

/** Labels by which Kyverno marks what it generates do not count. */
function withManagedLabels(object: KubernetesObject): JsonObject {
  const own = stringEntries(getObject(object, 'metadata', 'labels')).filter(
    ([key]) => !key.startsWith('generate.kyverno.io/'),
  );
  const labels = { 'app.kubernetes.io/managed-by': 'kyverno', ...Object.fromEntries(own) };
  return { ...object, metadata: { ...object.metadata, labels } };
}

/** Without nulls and empty maps and lists, at any depth. */
function tidy(value: Json): Json | undefined {
  if (Array.isArray(value)) {
    const items = value.map(tidy).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  if (!isObject(value)) return value === null ? undefined : value;
  const kept: Record<string, Json> = {};
  for (const [key, item] of Object.entries(value)) {
    const tidied = tidy(item);
    if (tidied !== undefined) setKey(kept, key, tidied);
  }
  return Object.keys(kept).length === 0 ? undefined : kept;
}
