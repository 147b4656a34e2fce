import type { EventId } from '../base/units.ts';
import { type Causality, causalityOf } from '../trace/causality.ts';
import type { TraceEvent } from '../trace/event.ts';
import { isTold } from '../trace/told.ts';
import type { Trace } from '../trace/trace.ts';

/**
 * What an exported chain tells: the causes and effects of an event, up to the person's step and down to the last object,
 * and beside them what the causes were answered (rules, the fate of the object, questions), without bookkeeping. Without an
 * event: everything that the trace tells.
 */
export function toldChain(trace: Trace, event?: EventId): readonly TraceEvent[] {
  if (event === undefined) return trace.events.filter((one) => isTold(trace, one));
  const causality = causalityOf(trace);
  const from = beginningOf(causality, trace, event);
  const chain = new Map(causality.chainOf(from).map((one) => [one.id, one]));
  for (const cause of causality.causesOf(from))
    if (cause.kind !== 'step') addAnswers(causality, cause.id, chain);
  return [...chain.values()]
    .filter((one) => isTold(trace, one))
    .sort((left, right) => left.time - right.time || left.id - right.id);
}

/** An UpdateRequest is one thread, whichever of its states is asked for: it begins with the write that makes it. */
function beginningOf(causality: Causality, trace: Trace, event: EventId): EventId {
  if (trace.events[event]?.kind !== 'update-request') return event;
  const writes = causality
    .causesOf(event)
    .filter(
      (one) => one.kind === 'request' && one.verb === 'create' && one.resource.resource === 'updaterequests',
    );
  return writes.at(-1)?.id ?? event;
}

/** Whether an event begins a thread of its own, which belongs to the chain only if it is on it. */
const isOtherThread = (event: TraceEvent): boolean =>
  event.kind === 'update-request' ||
  event.kind === 'attempt' ||
  event.kind === 'plan' ||
  (event.kind === 'request' && event.resource.resource === 'updaterequests');

function addAnswers(causality: Causality, of: EventId, chain: Map<EventId, TraceEvent>): void {
  const pending = [of];
  for (let id = pending.pop(); id !== undefined; id = pending.pop())
    for (const effect of causality.effectsOf(id)) {
      if (chain.has(effect.id) || isOtherThread(effect)) continue;
      chain.set(effect.id, effect);
      pending.push(effect.id);
    }
}
