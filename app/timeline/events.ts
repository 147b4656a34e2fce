import type { EventId, Trace, TraceEvent } from '../../src/index.ts';

export { isBookkeeping, isTold } from '../../src/index.ts';

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
