import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { ResourceInfo } from '../cluster/api.ts';
import type { ResolvedTarget, TargetSelector } from '../engine/rules/mutate-existing.ts';
import { parseKindSelector } from '../kubernetes/kind-selector.ts';
import {
  type LabelSelector,
  labelsOf,
  matchLabelSelector,
  parseLabelSelector,
} from '../kubernetes/label-selector.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { formatApiVersion, nameOf, namespaceOf } from '../kubernetes/object.ts';
import { containsWildcard, matchWildcard } from '../kubernetes/wildcard.ts';
import { ask, type BackgroundEnvironment, placeOf } from './environment.ts';

/** An object that a rule is to change. */
export interface Target {
  /** Of the entry in `mutate.targets`. */
  readonly index: number;
  readonly object: KubernetesObject;
  /** What serves the object, or its parent. */
  readonly info: ResourceInfo;
  /** `status`, `scale`, …; empty for the object itself. */
  readonly subresource: string;
}

/** The targets of a rule and, for entries that could not be loaded, why. */
export interface LoadedTargets {
  readonly targets: readonly Target[];
  readonly errors: readonly string[];
}

/** Loads the targets of all entries; an entry that fails does not stop the others (handlers/mutation/load_targets.go). */
export function* loadTargets(
  env: BackgroundEnvironment,
  entries: readonly ResolvedTarget[],
  cause: EventId,
): Process<LoadedTargets> {
  const targets: Target[] = [];
  const errors: string[] = [];
  for (const entry of entries) {
    const loaded = 'error' in entry ? entry : yield* loadEntry(env, entry.index, entry.selector, cause);
    if ('error' in loaded) errors.push(loaded.error);
    else targets.push(...loaded.targets);
  }
  return { targets, errors };
}

type Loaded = { readonly targets: readonly Target[] } | { readonly error: string };

/**
 * A target with a plain name and namespace is asked for by them. Any other is looked for in a list of the whole cluster,
 * even if its namespace is given: a Role in that namespace does not suffice (clients/dclient/helpers.go).
 */
function* loadEntry(
  env: BackgroundEnvironment,
  index: number,
  selector: TargetSelector,
  cause: EventId,
): Process<Loaded> {
  const kind = parseKindSelector(`${selector.apiVersion}/${selector.kind}`);
  const infos = env.server
    .discovery()
    .resources.filter(
      (info) =>
        matchWildcard(kind.group, info.group) &&
        matchWildcard(kind.version, info.version) &&
        matchWildcard(kind.kind, info.kind) &&
        (kind.subresource === '' || info.subresources.some((one) => matchWildcard(kind.subresource, one))),
    );
  if (infos.length === 0) return { error: 'resource not found' };
  const found: Target[] = [];
  for (const info of infos) {
    const subresource = kind.subresource;
    const loaded = isNamed(selector)
      ? yield* getTarget(env, info, selector, subresource, cause)
      : yield* listTargets(env, info, selector, subresource, cause);
    if ('error' in loaded) return loaded;
    found.push(...loaded.objects.map((object) => ({ index, object, info, subresource })));
  }
  return { targets: found };
}

const isNamed = ({ namespace, name }: TargetSelector): boolean =>
  namespace !== '' && name !== '' && !containsWildcard(namespace) && !containsWildcard(name);

type Objects = { readonly objects: readonly KubernetesObject[] } | { readonly error: string };

function* getTarget(
  env: BackgroundEnvironment,
  info: ResourceInfo,
  { namespace, name }: TargetSelector,
  subresource: string,
  cause: EventId,
): Process<Objects> {
  const { object, failure } = yield* ask(env, {
    verb: 'get',
    ...placeOf(info, namespace),
    ...(subresource === '' ? {} : { subresource }),
    name,
    cause,
  });
  if (object === undefined) return { error: failure?.message ?? '' };
  return { objects: [typed(object, info, subresource)] };
}

function* listTargets(
  env: BackgroundEnvironment,
  info: ResourceInfo,
  { namespace, name, selector }: TargetSelector,
  subresource: string,
  cause: EventId,
): Process<Objects> {
  const labels = selector === undefined ? undefined : parseLabelSelector(selector);
  if (labels !== undefined && !('selector' in labels)) return labels;
  const { items, failure } = yield* ask(env, { verb: 'list', resource: info, cause });
  if (failure !== undefined) return { error: failure.message };
  const matching = (items ?? []).filter(
    (object) => isMatch(object, namespace, name) && hasLabels(object, labels?.selector),
  );
  if (subresource === '') return { objects: matching.map((object) => typed(object, info, '')) };
  const objects: KubernetesObject[] = [];
  for (const parent of matching) {
    // Kyverno asks with the name of the selector, wildcards and all.
    const found = yield* getTarget(
      env,
      info,
      { apiVersion: '', kind: '', namespace: namespaceOf(parent), name },
      subresource,
      cause,
    );
    if ('error' in found) return found;
    objects.push(...found.objects);
  }
  return { objects };
}

const hasLabels = (object: KubernetesObject, selector: LabelSelector | undefined): boolean =>
  selector === undefined || matchLabelSelector(selector, labelsOf(object));

const isMatch = (object: KubernetesObject, namespace: string, name: string): boolean =>
  (namespace === '' || matchWildcard(namespace, namespaceOf(object))) &&
  (name === '' || matchWildcard(name, nameOf(object)));

/** The items of a list say their kind as well. */
const typed = (object: KubernetesObject, info: ResourceInfo, subresource: string): KubernetesObject =>
  subresource === '' ? { ...object, apiVersion: formatApiVersion(info), kind: info.kind } : object;
