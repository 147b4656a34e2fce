import {
  getList,
  getObject,
  getPath,
  getString,
  isObject,
  type Json,
  type JsonObject,
} from '../../base/json.ts';
import type { ObjectRef } from '../../kubernetes/object.ts';
import type {
  RequestEvent,
  StepEvent,
  StoredEvent,
  TraceEvent,
  UpdateRequestEvent,
} from '../../trace/event.ts';
import type { Trace } from '../../trace/trace.ts';
import {
  ALWAYS_WATCHED,
  type RecordedEvent,
  type RecordedObject,
  type RecordedReport,
  type RecordedRequest,
  type RecordedUpdateRequest,
} from './recording.ts';

/** What the simulation showed during one step, in the form of a recording. */
export interface ObservedStep {
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly http: readonly RecordedRequest[];
  readonly updateRequests: readonly RecordedUpdateRequest[];
  readonly objects: readonly RecordedObject[];
  readonly events: readonly RecordedEvent[];
  readonly reports: readonly RecordedReport[];
  readonly logs: readonly { readonly c: string; readonly line: string }[];
}

const HTTP_METHOD: Readonly<Record<RequestEvent['verb'], string>> = {
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
  get: 'GET',
  list: 'GET',
};

/** Everything that happened in a step of the trace, by the recordings' rules of what is watched. */
export function observeStep(trace: Trace, step: number, watched: readonly string[]): ObservedStep {
  // A recording tells by time what happened during a step; the trace tells by cause. The pause before the next step counts.
  const from = trace.steps[step]?.time ?? 0;
  const next = trace.steps.find(({ index, kind }) => index > step && kind === 'command');
  const until = next?.time ?? Number.POSITIVE_INFINITY;
  const events = trace.events.filter((event) => event.step > 0 && event.time >= from && event.time < until);
  const typed = events.find((event): event is StepEvent => event.kind === 'step' && event.step === step);
  return {
    rc: typed?.exitCode ?? 0,
    stdout: typed?.stdout ?? '',
    stderr: typed?.stderr ?? '',
    http: events.flatMap(toRequest),
    updateRequests: toUpdateRequests(trace, events),
    objects: events.flatMap((event) => (event.kind === 'stored' ? toObject(trace, event, watched) : [])),
    events: events.flatMap(toEvent),
    reports: events.flatMap(toReport),
    logs: events.flatMap((event) =>
      // What is printed past the logger was not recorded.
      event.kind === 'log' && event.component === 'background-controller' && event.level !== 'stdout'
        ? [{ c: 'background', line: event.line }]
        : [],
    ),
  };
}

function toRequest(event: TraceEvent): RecordedRequest[] {
  if (
    event.kind !== 'request' ||
    event.component !== 'client' ||
    event.verb === 'get' ||
    event.verb === 'list'
  )
    return [];
  return [
    { method: HTTP_METHOD[event.verb], path: event.path, status: event.code, warnings: event.warnings },
  ];
}

function toUpdateRequests(trace: Trace, events: readonly TraceEvent[]): RecordedUpdateRequest[] {
  const lives = new Map<string, UpdateRequestEvent[]>();
  for (const event of events)
    if (event.kind === 'update-request') lives.set(event.name, [...(lives.get(event.name) ?? []), event]);
  return [...lives.values()].map((life) => toUpdateRequest(trace, life));
}

function toUpdateRequest(trace: Trace, life: readonly UpdateRequestEvent[]): RecordedUpdateRequest {
  const bodies = life.map((event) => trace.revisions[event.revision]?.object ?? {});
  const body = bodies[0] ?? {};
  const info = getPath(body, ['spec', 'context', 'admissionRequestInfo']);
  const generated = bodies
    .map((one) => getList(one, 'status', 'generatedResources'))
    .filter((list) => list.length > 0);
  const messages = bodies
    .map((one) => getString(one, 'status', 'message') ?? '')
    .filter((message) => message !== '');
  return {
    name: life[0]?.name ?? '',
    type: getString(body, 'spec', 'requestType') ?? '',
    policy: getString(body, 'spec', 'policy') ?? '',
    rule: getString(body, 'spec', 'rule') || null,
    resource: getPath(body, ['spec', 'resource']) ?? null,
    ruleContext: getPath(body, ['spec', 'ruleContext']) ?? null,
    operation: getString(info, 'operation') ?? null,
    hasAdmissionRequest: isObject(getPath(info, ['admissionRequest'])),
    states: life.map((event) => ({ state: stateText(event) })),
    messages: [...new Set(messages)],
    generatedResources: generated.at(-1) ?? [],
  };
}

function stateText(event: UpdateRequestEvent): string {
  if (event.state === '') return 'NEW';
  if (event.state === 'deleted' || event.state === 'dropped') return 'DELETED';
  return event.retryCount === 0 ? event.state : `${event.state}(${event.retryCount})`;
}

function isWatched(ref: ObjectRef, watched: readonly string[]): boolean {
  if (!watched.includes(ref.kind) && !ALWAYS_WATCHED.includes(ref.kind)) return false;
  const place = ref.kind === 'Namespace' ? ref.name : (ref.namespace ?? '');
  return !/^(kyverno$|kube-)/.test(place) && ref.name !== 'kube-root-ca.crt';
}

function toObject(trace: Trace, event: StoredEvent, watched: readonly string[]): RecordedObject[] {
  const object = trace.revisions[event.revision]?.object;
  if (object === undefined || !isWatched(event.object, watched)) return [];
  const body: Record<string, Json> = { ...object };
  for (const key of ['apiVersion', 'kind', 'metadata', 'status']) delete body[key];
  const labels: Record<string, Json> = { ...getObject(object.metadata, 'labels') };
  delete labels['kubernetes.io/metadata.name'];
  const managers = getList(object.metadata, 'managedFields').flatMap((entry) =>
    getString(entry, 'subresource') === undefined ? [getString(entry, 'manager') ?? ''] : [],
  );
  return [
    {
      kind: event.object.kind,
      change: event.change,
      namespace: event.object.namespace ?? null,
      name: event.object.name,
      labels,
      body,
      managers: [...new Set(managers)].sort(),
    },
  ];
}

const place = (ref: ObjectRef | undefined): JsonObject =>
  ref === undefined
    ? {}
    : {
        kind: ref.kind,
        name: ref.name,
        ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
      };

function toEvent(event: TraceEvent): RecordedEvent[] {
  if (event.kind !== 'event') return [];
  const { type, reason, action, message, reportingComponent } = event;
  return [
    {
      type,
      reason,
      action,
      message,
      reportingComponent,
      regarding: place(event.regarding),
      related: place(event.related),
    },
  ];
}

function toReport(event: TraceEvent): RecordedReport[] {
  if (event.kind !== 'report') return [];
  return [
    {
      kind: event.report.kind,
      change: 'ADDED',
      scope: null,
      source: event.source,
      results: event.results.map((result) => ({
        ...result,
        ...(result.properties ? { properties: { ...result.properties } } : {}),
      })) as Json,
    },
  ];
}
