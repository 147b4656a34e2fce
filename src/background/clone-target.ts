import { equal, getList, getObject, getString, type Json } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { GenerateTarget } from '../engine/engine-response.ts';
import { parseKindSelector } from '../kubernetes/kind-selector.ts';
import { type LabelSelector, parseLabelSelector } from '../kubernetes/label-selector.ts';
import type { KubernetesObject, ObjectRef } from '../kubernetes/object.ts';
import { formatApiVersion, nameOf } from '../kubernetes/object.ts';
import { CLONE_SOURCE, downstreamLabels, labelOf, sourceLabels } from '../kyverno/labels.ts';
import { ask, type BackgroundEnvironment, infoOf, placeOf } from './environment.ts';
import {
  type ApplyError,
  type Generated,
  generateObject,
  isSynchronized,
  logFailure,
  type RuleTask,
  recordTarget,
  targetRef,
} from './generate-target.ts';

/** Makes or updates a target as a copy of its source (lifecycle C.4, clone). */
export function* generateClone(
  env: BackgroundEnvironment,
  task: RuleTask,
  target: GenerateTarget,
): Process<Generated> {
  const ref = targetRef(target);
  const source = target.clone;
  if (source === undefined || (source.namespace === target.namespace && source.name === target.name))
    return {};
  const info = infoOf(env, ref);
  if (info === undefined) return { error: missing(ref, 'the server could not find the requested resource') };
  const place = placeOf(info, source.namespace);
  const found = yield* ask(env, { verb: 'get', ...place, name: source.name, cause: task.cause });
  if (found.object !== undefined) return yield* copySource(env, task, ref, found.object);
  const { code = 404, message = '' } = found.failure ?? {};
  const error = missing(ref, message);
  const where = `${source.namespace === '' ? '' : `${source.namespace}/`}${source.name}`;
  const why =
    code === 404 ? `The source ${where} does not exist.` : `The source ${where} was refused: ${message}`;
  logFailure(env, task, ref, error);
  recordTarget(env, task, ref, 'refused', why);
  return { error };
}

/** Kyverno prints the target where it means the source (clone.go). */
const missing = (ref: ObjectRef, message: string): ApplyError =>
  failedLookup(
    `source resource ${ref.apiVersion}/${ref.kind}/${ref.namespace ?? ''}/${ref.name} not found: ${message}`,
  );

const failedLookup = (message: string): ApplyError => ({ message, notFound: false, lookup: true });

/** Marks the source as one, then writes the copy. */
function* copySource(
  env: BackgroundEnvironment,
  task: RuleTask,
  ref: ObjectRef,
  source: KubernetesObject,
): Process<Generated> {
  const info = infoOf(env, ref);
  if (info === undefined) return {};
  const place = placeOf(info, getString(source, 'metadata', 'namespace'));
  if (labelOf(source, CLONE_SOURCE) === undefined) {
    const labels = { ...getObject(source, 'metadata', 'labels'), [CLONE_SOURCE]: '' };
    const body = { ...source, metadata: { ...source.metadata, labels } };
    yield* ask(env, { verb: 'update', ...place, name: nameOf(source), body, cause: task.cause });
  }
  const copy = copyOf(task, ref, source);
  const existing = env.server.lookup(info, ref.namespace ?? '', ref.name);
  if (existing !== undefined && isSynchronized(task.rule) && isSame(copy, existing)) {
    recordTarget(env, task, ref, 'unchanged', 'It equals its source already.');
    return {};
  }
  return yield* generateObject(env, task, ref, copy);
}

const SERVER_FIELDS = [
  'uid',
  'selfLink',
  'creationTimestamp',
  'managedFields',
  'resourceVersion',
  'generation',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
];

function copyOf(task: RuleTask, ref: ObjectRef, source: KubernetesObject): KubernetesObject {
  const kept = Object.entries(source.metadata).filter(
    ([key]) =>
      !SERVER_FIELDS.includes(key) &&
      !(key === 'ownerReferences' && source.metadata['namespace'] !== ref.namespace),
  );
  return {
    ...source,
    metadata: {
      ...Object.fromEntries(kept),
      name: ref.name,
      ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
      labels: {
        ...getObject(source, 'metadata', 'labels'),
        [CLONE_SOURCE]: '',
        ...sourceLabels(source),
        ...downstreamLabels(task.policy, task.rule.name, task.trigger),
      },
    },
  };
}

function isSame(copy: KubernetesObject, live: KubernetesObject): boolean {
  const bare = (object: KubernetesObject): Json => ({
    ...object,
    metadata: Object.fromEntries(
      Object.entries(object.metadata).filter(([key]) => !SERVER_FIELDS.includes(key)),
    ),
  });
  return equal(bare(copy), bare(live));
}

/** A label selector as it stands in a request; one that Kubernetes does not take selects everything here. */
function formatSelector(selector: Json | undefined): string {
  const parsed = parseLabelSelector(selector);
  return 'error' in parsed ? '' : parsed.selector.map(formatRequirement).join(',');
}

function formatRequirement({ key, operator, values }: LabelSelector[number]): string {
  switch (operator) {
    case 'In':
      return `${key} in (${values.join(',')})`;
    case 'NotIn':
      return `${key} notin (${values.join(',')})`;
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
  }
}

/** Copies every source that a cloneList selects into the target namespace; the first error ends the rule. */
export function* generateCloneList(
  env: BackgroundEnvironment,
  task: RuleTask,
  target: GenerateTarget,
): Process<{ readonly created: readonly ObjectRef[]; readonly error?: ApplyError }> {
  const { cloneList } = target;
  const created: ObjectRef[] = [];
  const from = getString(cloneList, 'namespace') ?? '';
  if (cloneList === undefined || from === target.namespace) return { created };
  const logTarget = { apiVersion: '', kind: '', name: '', namespace: target.namespace };
  const labelSelector = formatSelector(cloneList['selector']);
  for (const kind of getList(cloneList, 'kinds')) {
    const selector = parseKindSelector(String(kind));
    const info = env.server
      .discovery()
      .resources.find(
        (candidate) =>
          candidate.kind === selector.kind &&
          (selector.group === '*' ? candidate.group === '' : candidate.group === selector.group) &&
          (selector.version === '*' || candidate.version === selector.version),
      );
    if (info === undefined) continue;
    const place = placeOf(info, from);
    const listed = yield* ask(env, { verb: 'list', ...place, labelSelector, cause: task.cause });
    if (listed.failure !== undefined) {
      const ref = {
        apiVersion: formatApiVersion(info),
        kind: info.kind,
        name: '',
        namespace: target.namespace,
      };
      const text = `${ref.apiVersion} ${ref.kind}/${from}. ${listed.failure.message}`;
      const error = failedLookup(`failed to list source resource for cloneList ${text}`);
      logFailure(env, { ...task, logTarget }, ref, error);
      return { created, error };
    }
    for (const source of listed.items ?? []) {
      const ref: ObjectRef = {
        apiVersion: formatApiVersion(info),
        kind: info.kind,
        ...(target.namespace === '' ? {} : { namespace: target.namespace }),
        name: nameOf(source),
      };
      const made = yield* copySource(env, { ...task, logTarget }, ref, {
        ...source,
        apiVersion: ref.apiVersion,
        kind: ref.kind,
      });
      if ('error' in made) return { created, error: made.error };
      if (made.created !== undefined) created.push(made.created);
    }
  }
  return { created };
}
