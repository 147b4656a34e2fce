import type { EventId, Milliseconds, Trace } from '../../src/index.ts';
import { captionAtEnd, captionAtStart } from '../../src/index.ts';
import { isTold } from './events.ts';

/** A time at which something begins or has its result; what play and step stop at. */
export interface Moment {
  readonly time: Milliseconds;
  readonly caption: string;
  /** The event that the caption is about. */
  readonly event: EventId;
  readonly step: number;
  readonly beginsStep: boolean;
}

/**
 * The moments of a trace, times rising strictly. What happens at the same time is one moment: the weightiest sentence is
 * said, the list shows the rest.
 */
export function readMoments(trace: Trace): readonly Moment[] {
  const all: (Moment & { readonly weight: number })[] = [];
  for (const event of trace.events) {
    if (!isTold(trace, event)) continue;
    const isWait = event.kind === 'step' && trace.steps[event.step]?.kind === 'wait';
    const shared = { event: event.id, step: event.step };
    const start = captionAtStart(trace, event);
    if (start !== undefined) {
      const beginsStep = event.kind === 'step';
      all.push({ ...shared, time: event.time, caption: start.text, weight: start.weight, beginsStep });
    }
    const end = event.end > event.time && !isWait ? captionAtEnd(trace, event) : undefined;
    if (end !== undefined) {
      all.push({ ...shared, time: event.end, caption: end.text, weight: end.weight, beginsStep: false });
    }
  }
  all.sort((a, b) => a.time - b.time || b.weight - a.weight);
  const moments: Moment[] = [];
  for (const { weight: _, ...moment } of all) {
    const last = moments.at(-1);
    if (last === undefined || moment.time - last.time > 1e-6) moments.push(moment);
    else if (moment.beginsStep && !last.beginsStep)
      moments[moments.length - 1] = { ...last, beginsStep: true };
  }
  return moments;
}
