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

/** The objects that a target of a mutate-existing rule names, among those of the test (clients/dclient/helpers.go). */
export function findTargets(
  objects: readonly KubernetesObject[],
  selector: TargetSelector,
): Loaded<readonly KubernetesObject[]> {
  const kind = parseKindSelector(`${selector.apiVersion}/${selector.kind}`);
  const { namespace, name } = selector;
  const ofKind = objects.filter((object) => {
    const own = gvkOf(object);
    return (
      matchWildcard(kind.group, own.group) &&
      matchWildcard(kind.version, own.version) &&
      matchWildcard(kind.kind, own.kind)
    );
  });
  if (namespace !== '' && name !== '' && !containsWildcard(namespace) && !containsWildcard(name)) {
    const found = ofKind.find((object) => namespaceOf(object) === namespace && nameOf(object) === name);
    return found === undefined ? { error: notFound(kind, name) } : [found];
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
