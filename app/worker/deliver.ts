import type { Trace } from '../../src/index.ts';

/** A trace of so many events goes over in one message. */
const WHOLE = 20_000;
/** Events, or their share of the rest, in one message of a longer one: a few milliseconds of the page's time. */
const PART = 2000;

/** A stretch of a long trace's lists. */
export type TracePart = Pick<Trace, 'events' | 'revisions' | 'evaluations'>;

const NOTHING: TracePart = { events: [], revisions: [], evaluations: [] };

/** What goes ahead of a trace, and the trace without it: a long one would keep the page busy at one go. */
export function inParts(trace: Trace): { readonly parts: readonly TracePart[]; readonly rest: Trace } {
  const { events, revisions, evaluations } = trace;
  if (events.length <= WHOLE) return { parts: [], rest: trace };
  const count = Math.ceil(events.length / PART);
  const share = <Item>(list: readonly Item[], index: number): readonly Item[] =>
    list.slice(Math.floor((index * list.length) / count), Math.floor(((index + 1) * list.length) / count));
  const parts = Array.from({ length: count }, (_, index) => ({
    events: share(events, index),
    revisions: share(revisions, index),
    evaluations: share(evaluations, index),
  }));
  return { parts, rest: { ...trace, ...NOTHING } };
}

/** The trace again, from what went ahead and the rest. */
export function fromParts(parts: readonly TracePart[], rest: Trace): Trace {
  if (parts.length === 0) return rest;
  return {
    ...rest,
    events: parts.flatMap((part) => part.events),
    revisions: parts.flatMap((part) => part.revisions),
    evaluations: parts.flatMap((part) => part.evaluations),
  };
}
