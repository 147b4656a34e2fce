import type { EventId, Trace } from '../../src/index.ts';

/** Who made whom, both ways. Built once per trace, in one pass. */
export interface Flow {
  /** Cause of each event, -1 for none. */
  readonly cause: Int32Array;
  /** Effects of an event, in order. */
  effects(event: EventId): readonly EventId[];
}

const NONE: readonly EventId[] = [];

export function readFlow(trace: Trace): Flow {
  const cause = new Int32Array(trace.events.length).fill(-1);
  const effects = new Map<number, EventId[]>();
  for (const event of trace.events) {
    // A cause that does not lie before its effect would be a circle; it is left out.
    if (event.cause === undefined || event.cause >= event.id) continue;
    cause[event.id] = event.cause;
    const list = effects.get(event.cause);
    if (list === undefined) effects.set(event.cause, [event.id]);
    else list.push(event.id);
  }
  return { cause, effects: (event) => effects.get(event) ?? NONE };
}

/** From the person's step down to an event, both included. */
export function pathTo(flow: Flow, event: EventId): readonly EventId[] {
  const path: EventId[] = [];
  let at: number = event;
  while (at >= 0) {
    path.push(at as EventId);
    at = flow.cause[at] ?? -1;
  }
  return path.reverse();
}

/** Everything that an event led to, itself not included, at most so many. */
export function ledTo(flow: Flow, event: EventId, limit = 20_000): readonly EventId[] {
  const found: EventId[] = [];
  const queue: EventId[] = [event];
  for (let i = 0; i < queue.length && found.length < limit; i++) {
    for (const effect of flow.effects(queue[i] as EventId)) {
      found.push(effect);
      queue.push(effect);
    }
  }
  return found.sort((a, b) => a - b);
}

/** The chain of an event: up to the person's step, down to its last effects. */
export function chainOf(flow: Flow, event: EventId): readonly EventId[] {
  return [...pathTo(flow, event), ...ledTo(flow, event)];
}

/**
 * The next or previous event along the flow. Down: the first effect, else the next one of the same cause. Up: the sibling
 * before it, else the cause.
 */
export function alongFlow(
  flow: Flow,
  event: EventId,
  direction: 'next' | 'previous',
  isShown: (event: EventId) => boolean = () => true,
): EventId | undefined {
  const path = pathTo(flow, event);
  const root = path[0];
  if (root === undefined) return undefined;
  const chain = [root, ...ledTo(flow, root)].filter((id) => isShown(id) || id === event);
  const at = chain.indexOf(event);
  return chain[at + (direction === 'next' ? 1 : -1)];
}
