import { equal, getList, getObject, getString, isObject } from '../../base/json.ts';
import type { GenerateTarget } from '../../engine/engine-response.ts';
import type { PolicyContext } from '../../engine/policy-context.ts';
import { formatForEachFailures, planGenerate } from '../../engine/rules/generate.ts';
import { parseKindSelector } from '../../kubernetes/kind-selector.ts';
import { labelsOf, matchLabelSelector, parseLabelSelector } from '../../kubernetes/label-selector.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { gvkOf, nameOf, namespaceOf } from '../../kubernetes/object.ts';
import type { Rule } from '../../kyverno/policy.ts';
import type { Loaded } from './load-documents.ts';
import { notFound } from './objects.ts';

/** What the CLI's controller writes to, in the place of a cluster: the trigger, sources, and what was generated. */
export class ObjectStore {
  readonly #objects: KubernetesObject[];

  constructor(objects: readonly KubernetesObject[]) {
    this.#objects = [...objects];
  }

  get objects(): readonly KubernetesObject[] {
    return this.#objects;
  }

  find(apiVersion: string, kind: string, namespace: string, name: string): KubernetesObject | undefined {
    return this.#objects.find(
      (object) =>
        object.apiVersion === apiVersion &&
        object.kind === kind &&
        namespaceOf(object) === namespace &&
        nameOf(object) === name,
    );
  }

  put(object: KubernetesObject): void {
    const same = this.#sameAs(object);
    const at = same === undefined ? -1 : this.#objects.indexOf(same);
    if (at < 0) this.#objects.push(object);
    else this.#objects[at] = object;
  }

  #sameAs(object: KubernetesObject): KubernetesObject | undefined {
    return this.find(object.apiVersion, object.kind, namespaceOf(object), nameOf(object));
  }
}

/** Fields of a source that a copy does not have. */
const SERVER_FIELDS = ['uid', 'selfLink', 'creationTimestamp', 'managedFields', 'resourceVersion'];

/**
 * Carries out a generate rule for its trigger and tells what was created (background/generate): objects that are there
 * already do not count. Labels that Kyverno adds are left out: no comparison looks at them.
 */
export function generateObjects(
  context: PolicyContext,
  rule: Rule,
  store: ObjectStore,
): Loaded<readonly KubernetesObject[]> {
  const plan = planGenerate(context, rule);
  if ('error' in plan) return { error: plan.error };
  const created: KubernetesObject[] = [];
  for (const target of plan.targets) {
    const made = wantedObjects(target, store);
    if ('error' in made) return made;
    for (const object of made) {
      const { apiVersion, kind } = object;
      const old = store.find(apiVersion, kind, namespaceOf(object), nameOf(object));
      if (old !== undefined && equal(old, object)) continue;
      if (old === undefined) created.push(object);
      if (old === undefined || getObject(rule.raw, 'generate')['synchronize'] === true) store.put(object);
    }
  }
  const failure = formatForEachFailures(rule.name, plan.failures);
  return failure === undefined ? created : { error: failure };
}

function wantedObjects(target: GenerateTarget, store: ObjectStore): Loaded<readonly KubernetesObject[]> {
  const { apiVersion, kind, namespace, name, data = {}, clone, cloneList } = target;
  if (clone !== undefined) {
    if (clone.namespace === namespace && clone.name === name) return [];
    const source = store.find(apiVersion, kind, clone.namespace, clone.name);
    if (source !== undefined) return [copyOf(source, namespace, name)];
    return {
      error: `source resource ${apiVersion}/${kind}/${namespace}/${name} not found: ${notFound(gvkOf(target), clone.name)}`,
    };
  }
  if (cloneList !== undefined) return listedObjects(cloneList, namespace, store);
  const metadata = { ...getObject(data, 'metadata'), name };
  return [{ ...data, apiVersion, kind, metadata: namespace === '' ? metadata : { ...metadata, namespace } }];
}

function listedObjects(
  cloneList: NonNullable<GenerateTarget['cloneList']>,
  namespace: string,
  store: ObjectStore,
): Loaded<readonly KubernetesObject[]> {
  const from = getString(cloneList, 'namespace') ?? '';
  const labels = isObject(cloneList['selector']) ? parseLabelSelector(cloneList['selector']) : undefined;
  if (labels !== undefined && 'error' in labels) return { error: labels.error };
  if (from === namespace) return [];
  return getList(cloneList, 'kinds').flatMap((text) => {
    const wanted = parseKindSelector(String(text));
    return store.objects
      .filter((object) => {
        const own = gvkOf(object);
        return (
          own.kind === wanted.kind &&
          own.version === wanted.version &&
          own.group === (wanted.group === '*' ? '' : wanted.group) &&
          namespaceOf(object) === from &&
          (labels === undefined || matchLabelSelector(labels.selector, labelsOf(object)))
        );
      })
      .map((source) => copyOf(source, namespace, nameOf(source)));
  });
}

function copyOf(source: KubernetesObject, namespace: string, name: string): KubernetesObject {
  const kept = Object.entries(source.metadata).filter(
    ([key]) =>
      !SERVER_FIELDS.includes(key) &&
      key !== 'namespace' &&
      !(key === 'ownerReferences' && namespaceOf(source) !== namespace),
  );
  const metadata = { ...Object.fromEntries(kept), name };
  return { ...source, metadata: namespace === '' ? metadata : { ...metadata, namespace } };
}
