import type { DocumentPath } from '../base/document-path.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../kubernetes/object.ts';
import type { Scenario } from './scenario.ts';

/** Where a policy object is written, if the scenario's files hold it. */
export type PolicySources = (policy: KubernetesObject) => DocumentPath | undefined;

const keyOf = (object: KubernetesObject): string =>
  `${object.kind}|${object.kind === 'Policy' ? namespaceOf(object) : ''}|${nameOf(object)}`;

/** Finds policies by kind and name; a later document of the same name wins, as its apply does. */
export function policySources(scenario: Scenario): PolicySources {
  const places = new Map<string, DocumentPath>();
  const files = scenario.steps.flatMap(({ action }) =>
    action.type === 'kubectl' ? Object.values(action.files).flat() : [],
  );
  for (const { object, file, index } of [...files, ...scenario.before])
    if (object !== undefined && /^(Cluster)?Policy$/.test(object.kind))
      places.set(keyOf(object), { file, document: index, path: [] });
  return (policy) => places.get(keyOf(policy));
}
