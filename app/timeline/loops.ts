import type { EventId, Trace, TraceEvent } from '../../src/index.ts';

/** An UpdateRequest that its own like set off: the flow comes back to where it was. */
export interface Round {
  /** The UpdateRequest of the round before. */
  readonly before: EventId;
  /** Which time round this is, from 2. */
  readonly number: number;
}

const known = new WeakMap<Trace, ReadonlyMap<EventId, Round>>();
/** Causes that are followed at most from one UpdateRequest up. */
const FAR = 120;

/** By the event with which an UpdateRequest is born: the round that it closes. Empty for a run without loops. */
export function readLoops(trace: Trace): ReadonlyMap<EventId, Round> {
  const found = known.get(trace);
  if (found !== undefined) return found;
  const rounds = new Map<EventId, Round>();
  for (const event of trace.events) {
    if (event.kind !== 'update-request' || event.state !== '') continue;
    const before = sameBefore(trace, event);
    if (before === undefined) continue;
    rounds.set(event.id, { before, number: (rounds.get(before)?.number ?? 1) + 1 });
  }
  known.set(trace, rounds);
  return rounds;
}

type Born = Extract<TraceEvent, { kind: 'update-request' }>;

const keyOf = ({ policy, rules }: Born): string => `${policy} ${rules.join()}`;

/** The nearest UpdateRequest among the causes that is about the same rules. */
function sameBefore({ events }: Trace, event: Born): EventId | undefined {
  const key = keyOf(event);
  const names = new Map<string, EventId>();
  let at: TraceEvent | undefined = event;
  for (let i = 0; i < FAR && at?.cause !== undefined && at.cause < at.id; i++) {
    at = events[at.cause];
    if (at?.kind !== 'update-request' || at.name === event.name || keyOf(at) !== key) continue;
    // The event nearest in cause may be a later state: what counts is where that UpdateRequest was born.
    if (at.state === '') return at.id;
    names.set(at.name, at.id);
  }
  return [...names.values()][0];
}
