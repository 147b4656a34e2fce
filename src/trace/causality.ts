import type { EventId } from '../base/units.ts';
import type { TraceEvent } from './event.ts';
import type { Trace } from './trace.ts';

/** Who caused whom, both ways, computed once a trace. */
export interface Causality {
  /** What made the event happen, nearest first, up to the person's step. */
  causesOf(id: EventId): readonly TraceEvent[];
  /** What it made happen directly, in order of time. */
  effectsOf(id: EventId): readonly TraceEvent[];
  /** The whole thread through the event: its causes, itself, and everything that follows from it, in order of time. */
  chainOf(id: EventId): readonly TraceEvent[];
}

const known = new WeakMap<Trace, Causality>();

/** The causality of a trace; remembered, because several panes ask for the same one. */
export function causalityOf(trace: Trace): Causality {
  const found = known.get(trace);
  if (found) return found;
  const made = readCausality(trace.events);
  known.set(trace, made);
  return made;
}

function readCausality(events: readonly TraceEvent[]): Causality {
  const effects = new Map<EventId, TraceEvent[]>();
  for (const event of events) {
    if (event.cause === undefined) continue;
    const siblings = effects.get(event.cause);
    if (siblings) siblings.push(event);
    else effects.set(event.cause, [event]);
  }
  const effectsOf = (id: EventId): readonly TraceEvent[] => effects.get(id) ?? [];
  const causesOf = (id: EventId): readonly TraceEvent[] => {
    const causes: TraceEvent[] = [];
    for (let event = causeOf(events, id); event; event = causeOf(events, event.id)) causes.push(event);
    return causes;
  };
  const chainOf = (id: EventId): readonly TraceEvent[] => {
    const chain = [...causesOf(id)];
    const pending = events[id] ? [events[id]] : [];
    for (let event = pending.pop(); event; event = pending.pop()) {
      chain.push(event);
      pending.push(...effectsOf(event.id));
    }
    return chain.sort((left, right) => left.time - right.time || left.id - right.id);
  };
  return { causesOf, effectsOf, chainOf };
}

function causeOf(events: readonly TraceEvent[], id: EventId): TraceEvent | undefined {
  const cause = events[id]?.cause;
  // A cause always comes before its effect; anything else would never end.
  return cause === undefined || cause >= id ? undefined : events[cause];
}
