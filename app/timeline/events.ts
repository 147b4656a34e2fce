import type { Component, EventId, ObjectRef, Trace, TraceEvent } from '../../src/index.ts';

const BOOKKEEPING_KINDS = new Set([
  'UpdateRequest',
  'Event',
  'Lease',
  'EphemeralReport',
  'ClusterEphemeralReport',
  'PolicyReport',
  'ClusterPolicyReport',
  'Report',
  'ClusterReport',
]);
const BOOKKEEPING_RESOURCES = new Set([
  'events',
  'leases',
  'ephemeralreports',
  'clusterephemeralreports',
  'policyreports',
  'clusterpolicyreports',
]);

/**
 * Writes that another mark already tells (an UpdateRequest's states, Events, reports): kept off lanes and moments, but not
 * off the list.
 */
export function isBookkeeping(event: TraceEvent): boolean {
  switch (event.kind) {
    case 'stored':
      return BOOKKEEPING_KINDS.has(event.object.kind) || isNamespaceFurniture(event.component, event.object);
    case 'request':
      if (event.component === 'client') return false;
      if (isNamespaceFurniture(event.component, event.target)) return true;
      if (event.resource.resource === 'updaterequests')
        return event.verb !== 'create' || event.subresource !== '';
      return BOOKKEEPING_RESOURCES.has(event.resource.resource);
    default:
      return false;
  }
}

/** What every new Namespace gets: its default ServiceAccount and the root CA. */
const isNamespaceFurniture = (component: Component, object: ObjectRef): boolean =>
  component === 'controller-manager' &&
  ((object.kind === 'ServiceAccount' && object.name === 'default') || object.name === 'kube-root-ca.crt');

/** Whether the lanes and the moments tell an event: not what was before the first step, not what is bookkeeping. */
export function isTold(trace: Trace, event: TraceEvent): boolean {
  if (event.step === 0 && trace.steps.length > 1) return false;
  if (isBookkeeping(event)) return false;
  const cause = event.cause === undefined ? undefined : trace.events[event.cause];
  const isCall = event.kind === 'webhook' || event.kind === 'rule';
  return !(isCall && cause !== undefined && isBookkeeping(cause));
}

/** Follows causes up to an event that fits; the event itself included. Causes always point back, so this ends. */
export function ancestor<T extends TraceEvent>(
  trace: Trace,
  from: TraceEvent | undefined,
  fits: (event: TraceEvent) => event is T,
): T | undefined {
  let event = from;
  while (event !== undefined) {
    if (fits(event)) return event;
    const cause: EventId | undefined = event.cause;
    event = cause === undefined || cause >= event.id ? undefined : trace.events[cause];
  }
  return undefined;
}

/** UpdateRequests that a refused request left behind: what their attempts log is expected. */
function owedToRefusal(trace: Trace): ReadonlySet<string> {
  const owed = new Set<string>();
  for (const event of trace.events) {
    if (event.kind !== 'plan' && !(event.kind === 'update-request' && event.state === '')) continue;
    const request = ancestor(
      trace,
      event,
      (e): e is Extract<TraceEvent, { kind: 'request' }> =>
        e.kind === 'request' && e.component !== 'admission-controller',
    );
    if (request !== undefined && request.code >= 400) {
      owed.add(event.kind === 'plan' ? event.updateRequest : event.name);
    }
  }
  return owed;
}

const owed = new WeakMap<Trace, ReadonlySet<string>>();

/** Whether a log line is expected: written about an UpdateRequest whose trigger was refused. Nothing to repair. */
export function owedNoise(trace: Trace, log: TraceEvent): boolean {
  const attempt = ancestor(
    trace,
    log,
    (e): e is Extract<TraceEvent, { kind: 'attempt' }> => e.kind === 'attempt',
  );
  if (attempt === undefined) return false;
  let names = owed.get(trace);
  if (names === undefined) {
    names = owedToRefusal(trace);
    owed.set(trace, names);
  }
  return names.has(attempt.updateRequest);
}
