import type { Json, JsonObject } from '../../base/json.ts';
import { equal, get, getObject, getString, isObject } from '../../base/json.ts';
import type { KubernetesObject, ObjectRef } from '../../kubernetes/object.ts';
import { applyJsonPatch, KYVERNO_JSON_PATCH, readJsonPatch } from '../../kubernetes/patch/json-patch.ts';
import type { ScenarioStep } from '../../simulation/scenario.ts';
import type { RequestEvent, StoredEvent, TraceEvent } from '../../trace/event.ts';
import type { Trace } from '../../trace/trace.ts';

/** What a request put before Kyverno, as far as the trace and the step tell. */
export interface Trigger {
  readonly request: RequestEvent;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  /** The object before mutation; of a DELETE, the object that goes. */
  readonly object: KubernetesObject;
  readonly oldObject?: KubernetesObject;
  /** The object after every mutation, if Kyverno changed it. */
  readonly patched?: KubernetesObject;
}

const OPERATIONS = { create: 'CREATE', update: 'UPDATE', patch: 'UPDATE', delete: 'DELETE' } as const;

/** Who asks in a test is the one who types: what controllers write is none of it. */
export const isTrigger = (event: TraceEvent): event is RequestEvent =>
  event.kind === 'request' && event.component === 'client' && event.verb in OPERATIONS && !event.dryRun;

/**
 * The objects of a request, for the CLI to evaluate. A request that was stored is read from etcd's revisions; one that was
 * refused, or that mutation changed, from the step's own document: the trace does not hold what it never stored. The object
 * of an update is as etcd took it, resourceVersion included: that is what the background controller reads. Undefined if
 * neither tells.
 */
export function readTrigger(
  trace: Trace,
  request: RequestEvent,
  step: ScenarioStep | undefined,
): Trigger | undefined {
  const operation = operationOf(trace, request);
  const stored = writeOf(trace, request);
  const oldObject = revision(trace, stored?.previous) ?? latestBefore(trace, request);
  if (operation === 'DELETE') return oldObject && { request, operation, object: oldObject };
  const written = documentOf(step, request.target);
  const mutated = getListOf(request.mutations).length > 0;
  const object = mutated
    ? written
    : (revision(trace, stored?.revision) ?? unchanged(request, oldObject) ?? written);
  if (object === undefined) return undefined;
  const patched = mutated ? applyMutations(object, request.mutations) : undefined;
  return {
    request,
    operation,
    object,
    ...(operation === 'UPDATE' && oldObject ? { oldObject } : {}),
    ...(patched === undefined ? {} : { patched }),
  };
}

/** An apply of something that is not there creates it. */
function operationOf(trace: Trace, request: RequestEvent): Trigger['operation'] {
  const webhook = trace.events.find((event) => event.kind === 'webhook' && event.cause === request.id);
  if (webhook?.kind === 'webhook' && webhook.operation !== 'CONNECT') return webhook.operation;
  return OPERATIONS[request.verb as keyof typeof OPERATIONS];
}

/** A write that changes nothing is answered without being stored. */
const unchanged = (
  request: RequestEvent,
  oldObject: KubernetesObject | undefined,
): KubernetesObject | undefined => (request.code < 300 ? oldObject : undefined);

const getListOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

const writeOf = (trace: Trace, request: RequestEvent): StoredEvent | undefined =>
  trace.events.find((event): event is StoredEvent => event.kind === 'stored' && event.cause === request.id);

const revision = (trace: Trace, id: number | undefined): KubernetesObject | undefined =>
  id === undefined ? undefined : trace.revisions.find((candidate) => candidate.id === id)?.object;

/** The object as it stood when the request came. */
function latestBefore(trace: Trace, request: RequestEvent): KubernetesObject | undefined {
  const found = trace.revisions.findLast(
    ({ time, object }) => time <= request.time && isNamed(object, request.target),
  );
  return found === undefined || found.deleted ? undefined : found.object;
}

const isNamed = (object: KubernetesObject, ref: ObjectRef): boolean =>
  object.kind === ref.kind &&
  object.apiVersion === ref.apiVersion &&
  getString(object, 'metadata', 'name') === ref.name &&
  (getString(object, 'metadata', 'namespace') ?? '') === (ref.namespace ?? '');

/** The document that the step sends for this object. */
function documentOf(step: ScenarioStep | undefined, target: ObjectRef): KubernetesObject | undefined {
  if (step?.action.type !== 'kubectl') return undefined;
  const objects = Object.values(step.action.files)
    .flat()
    .flatMap(({ object }) => object ?? []);
  const found = objects.find(
    (object) =>
      object.kind === target.kind &&
      getString(object, 'metadata', 'name') === target.name &&
      (getString(object, 'metadata', 'namespace') ?? target.namespace ?? '') === (target.namespace ?? ''),
  );
  if (found === undefined || target.namespace === undefined) return found;
  return { ...found, metadata: { ...found.metadata, namespace: target.namespace } };
}

function applyMutations(object: KubernetesObject, mutations: Json | undefined): KubernetesObject | undefined {
  const patch = readJsonPatch(mutations ?? []);
  if ('error' in patch) return undefined;
  const result = applyJsonPatch(object, patch.operations, KYVERNO_JSON_PATCH);
  return 'value' in result && isObject(result.value) ? (result.value as KubernetesObject) : undefined;
}

/** Fields that the server keeps for itself; a policy that speaks of one gets it. */
const SERVER_FIELDS = ['uid', 'resourceVersion', 'creationTimestamp', 'generation'];

/** An object as a person would keep it in a file. `mentions`: whether a policy's text speaks of a field. */
export function forFile(object: KubernetesObject, mentions: (field: string) => boolean): JsonObject {
  const kept = Object.entries(object.metadata).filter(
    ([key]) => key !== 'managedFields' && (!SERVER_FIELDS.includes(key) || mentions(key)),
  );
  const annotations = Object.entries(
    isObject(object.metadata['annotations']) ? object.metadata['annotations'] : {},
  );
  const own = annotations.filter(([key]) => key !== 'kubectl.kubernetes.io/last-applied-configuration');
  const metadata = Object.fromEntries(
    kept.flatMap(([key, value]): [string, Json][] => {
      if (key !== 'annotations') return [[key, value]];
      return own.length === 0 ? [] : [[key, Object.fromEntries(own)]];
    }),
  );
  const rest = Object.entries(object).filter(
    ([key]) => key !== 'metadata' && (key !== 'status' || mentions('status')),
  );
  const { apiVersion, kind, ...others } = Object.fromEntries(rest);
  return { apiVersion: apiVersion ?? '', kind: kind ?? '', metadata, ...others };
}

/**
 * Values that turn the CLI's `request.oldObject` (a copy of the object) into the old object: dotted paths, a segment with a
 * dot or a quote in quotes. What the old object lacks becomes null: a path cannot be taken away.
 */
export function oldObjectValues(object: Json, oldObject: Json): Record<string, Json> {
  const values: Record<string, Json> = {};
  const walk = (now: Json | undefined, before: Json | undefined, path: string): void => {
    if (equal(now, before)) return;
    if (isObject(now) && isObject(before))
      for (const key of new Set([...Object.keys(now), ...Object.keys(before)]))
        walk(get(now, key), get(before, key), `${path}.${segment(key)}`);
    else values[path] = before ?? null;
  };
  walk(object, oldObject, 'request.oldObject');
  return values;
}

const segment = (key: string): string => (/[."\s]/.test(key) ? `"${key.replaceAll('"', '""')}"` : key);

/** Labels with which Kyverno marks what it generated; the CLI leaves them out when it compares. */
const GENERATE_LABELS = /^generate\.kyverno\.io\//;

/**
 * A generated object without what the API server added: only what the rule's data, or the source of the clone, has. A part
 * whose keys are variables is kept whole. Undefined if the API server turned a part into another (`stringData` of a Secret).
 */
export function asWritten(object: KubernetesObject, shape: Json): JsonObject | undefined {
  const turned = Object.keys(isObject(shape) ? shape : {}).some(
    (key) => !key.includes('{{') && key !== 'status' && get(object, key) === undefined,
  );
  if (turned) return undefined;
  const { apiVersion, kind, metadata } = object;
  const body = forFile(object, () => false);
  const kept = keepShape(body, shape);
  const labels = Object.entries(getObject(metadata, 'labels')).filter(([key]) => !GENERATE_LABELS.test(key));
  const annotations = get(get(kept, 'metadata'), 'annotations');
  const { name, namespace } = metadata;
  return {
    apiVersion,
    kind,
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels.length === 0 ? {} : { labels: Object.fromEntries(labels) }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    ...Object.fromEntries(
      Object.entries(isObject(kept) ? kept : {}).filter(
        ([key]) => !['apiVersion', 'kind', 'metadata'].includes(key),
      ),
    ),
  };
}

function keepShape(value: Json, shape: Json | undefined): Json {
  if (isObject(value) && isObject(shape)) {
    if (Object.keys(shape).some((key) => key.includes('{{'))) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => get(shape, key) !== undefined)
        .map(([key, item]) => [key, keepShape(item, get(shape, key))]),
    );
  }
  if (Array.isArray(value) && Array.isArray(shape) && value.length === shape.length)
    return (value as readonly Json[]).map((item, index) =>
      keepShape(item, (shape as readonly Json[])[index]),
    );
  return value;
}
