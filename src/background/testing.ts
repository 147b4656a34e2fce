import type { TraceEvent, UpdateRequestEvent } from '../trace/event.ts';
import type { Trace } from '../trace/trace.ts';

/** Events of one kind, of one step if it is given. */
export const ofKind = <K extends TraceEvent['kind']>(trace: Trace, kind: K, step?: number) =>
  trace.events.filter(
    (event): event is Extract<TraceEvent, { kind: K }> =>
      event.kind === kind && (step === undefined || event.step === step),
  );

/** The states of a step's UpdateRequests, one text each: `New Pending Failed1 …`. */
export function lives(trace: Trace, step: number): readonly string[] {
  const text = ({ state, retryCount }: UpdateRequestEvent): string =>
    state === '' ? 'New' : /^d/.test(state) || retryCount === 0 ? state : `${state}${retryCount}`;
  const byName = new Map<string, string[]>();
  for (const event of ofKind(trace, 'update-request', step))
    byName.set(event.name, [...(byName.get(event.name) ?? []), text(event)]);
  return [...byName.values()].map((states) => states.join(' '));
}

/** The life of an UpdateRequest that succeeds, and of one that is given up. */
export const COMPLETED = 'New Pending Completed deleted';
export const DROPPED =
  'New Pending Failed1 Pending1 Failed2 Pending2 Failed3 Pending3 Failed4 Pending4 dropped';

/** What a step's UpdateRequests say, each text once. */
export const messages = (trace: Trace, step: number): readonly string[] => [
  ...new Set(
    ofKind(trace, 'update-request', step)
      .map(({ message }) => message)
      .filter((message) => message !== ''),
  ),
];
