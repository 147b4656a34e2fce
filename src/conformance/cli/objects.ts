import type { TargetSelector } from '../../engine/rules/mutate-existing.ts';
import { parseKindSelector } from '../../kubernetes/kind-selector.ts';
import { labelsOf, matchLabelSelector, parseLabelSelector } from '../../kubernetes/label-selector.ts';
import type { GroupVersionKind, KubernetesObject } from '../../kubernetes/object.ts';
import { gvkOf, nameOf, namespaceOf } from '../../kubernetes/object.ts';
import { containsWildcard, matchWildcard } from '../../kubernetes/wildcard.ts';
import type { Loaded } from './load-documents.ts';

/** Plural of a kind as client-go guesses it, with its group. */
export function resourceName({ kind, group }: GroupVersionKind): string {
  const lower = kind.toLowerCase();
  const plural = lower.endsWith('s')
    ? `${lower}es`
    : /[^aeiou]y$/.test(lower)
      ? `${lower.slice(0, -1)}ies`
      : `${lower}s`;
  return group === '' ? plural : `${plural}.${group}`;
}

/** The text with which the CLI's client answers for an object that is not there. */
export const notFound = (kind: GroupVersionKind, name: string): string =>
  `${resourceName(kind)} "${name}" not found`;

/** Resources that the CLI's discovery knows without any object of theirs. */
const KNOWN: readonly (readonly [string, string, string])[] = [
  ['', 'v1', 'configmaps'],
  ['', 'v1', 'endpoints'],
  ['', 'v1', 'namespaces'],
  ['', 'v1', 'resourcequotas'],
  ['', 'v1', 'secrets'],
  ['', 'v1', 'serviceaccounts'],
  ['apps', 'v1', 'daemonsets'],
  ['apps', 'v1', 'deployments'],
  ['apps', 'v1', 'statefulsets'],
];

const keyOf = (object: KubernetesObject): readonly [string, string, string] => {
  const kind = gvkOf(object);
  return [kind.group, kind.version, resourceName({ ...kind, group: '' })];
};

/**
 * The objects that a target of a mutate-existing rule names, among those of the test. The CLI's discovery takes the kind in
 * lower case with an `s` for the plural, and looks at neither group nor version (clients/dclient/fake.go, helpers.go).
 */
export function findTargets(
  objects: readonly KubernetesObject[],
  selector: TargetSelector,
): Loaded<readonly KubernetesObject[]> {
  const kind = parseKindSelector(`${selector.apiVersion}/${selector.kind}`);
  const plural = `${kind.kind.toLowerCase()}s`;
  const registered = [...objects.map(keyOf), ...KNOWN].find(([, , resource]) => resource === plural);
  if (registered === undefined) return { error: 'not found' };
  const ofKind = objects.filter((object) => keyOf(object).join(' ') === registered.join(' '));
  const { namespace, name } = selector;
  if (namespace !== '' && name !== '' && !containsWildcard(namespace) && !containsWildcard(name)) {
    const found = ofKind.find((object) => namespaceOf(object) === namespace && nameOf(object) === name);
    return found === undefined ? { error: notFound({ ...kind, group: registered[0] }, name) } : [found];
  }
  const labels = selector.selector === undefined ? undefined : parseLabelSelector(selector.selector);
  if (labels !== undefined && 'error' in labels) return { error: labels.error };
  return ofKind.filter(
    (object) =>
      (namespace === '' || matchWildcard(namespace, namespaceOf(object))) &&
      (name === '' || matchWildcard(name, nameOf(object))) &&
      (labels === undefined || matchLabelSelector(labels.selector, labelsOf(object))),
  );
}
