import type { DocumentPath } from '../base/document-path.ts';
import { equal, get, isObject, type Json } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../kubernetes/object.ts';
import type { Scenario } from './scenario.ts';

/** Where a policy object is written, if the scenario's files hold it. */
export type PolicySources = (policy: KubernetesObject) => DocumentPath | undefined;

interface Source {
  readonly spec: Json;
  /** Length of its text: of two that fit, the one that says more. */
  readonly size: number;
  readonly place: DocumentPath;
}

const keyOf = (object: KubernetesObject): string =>
  `${object.kind}|${object.kind === 'Policy' ? namespaceOf(object) : ''}|${nameOf(object)}`;

/** Whether a value says all that is written, and perhaps more: defaults are filled in on the way to the cluster. */
function covers(value: Json | undefined, written: Json): boolean {
  if (isObject(written))
    return Object.keys(written).every((key) => covers(get(value, key), get(written, key) ?? null));
  if (Array.isArray(written))
    return (
      Array.isArray(value) &&
      value.length === written.length &&
      written.every((item: Json, index) => covers(value[index], item))
    );
  return equal(value, written);
}

/**
 * Finds policies by kind and name. Of several documents of one name the one counts that says what the policy says, or else
 * what was there before.
 */
export function policySources(scenario: Scenario): PolicySources {
  const known = new Map<string, Source[]>();
  const files = scenario.steps.flatMap(({ action }) =>
    action.type === 'kubectl' ? Object.values(action.files).flat() : [],
  );
  for (const { object, file, index } of [...scenario.before, ...files]) {
    if (object === undefined || !/^(Cluster)?Policy$/.test(object.kind)) continue;
    const sources = known.get(keyOf(object)) ?? [];
    const spec = object['spec'] ?? null;
    sources.push({ spec, size: JSON.stringify(spec).length, place: { file, document: index, path: [] } });
    known.set(keyOf(object), sources);
  }
  return (policy) => {
    const sources = known.get(keyOf(policy)) ?? [];
    if (sources.length < 2) return sources[0]?.place;
    const fitting = sources.filter(({ spec }) => covers(policy['spec'], spec));
    const [best] = fitting.sort((left, right) => right.size - left.size);
    return (best ?? sources[0])?.place;
  };
}
