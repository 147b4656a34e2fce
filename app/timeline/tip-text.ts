import { captionAtEnd, reasonOf, type Trace, type TraceEvent } from '../../src/index.ts';
import { owedNoise } from './events.ts';

const LONG = 170;

/** Whether an event is expected noise: it looks like a failure and there is nothing to repair. */
export const isExpected = (trace: Trace, event: TraceEvent): boolean =>
  event.kind === 'log' && owedNoise(trace, event);

/** The one sentence that matters about an event; empty where its name and verdict say it all. */
export function tipSentence(trace: Trace, event: TraceEvent): string {
  if (isExpected(trace, event))
    return 'Expected, nothing to repair: its trigger was refused, so it is not in the cluster.';
  switch (event.kind) {
    case 'log':
      return clip(event.line.replace(/^\S+\s+\S+\s+\S+\s+>\s+/, ''));
    case 'attempt':
    case 'attempt-part':
    case 'step':
      return clip(captionAtEnd(trace, event)?.text ?? reasonOf(event));
    default:
      return clip(reasonOf(event));
  }
}

/** Up to the end of the first sentence, at most so long that it can be read at a glance. */
function clip(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  const end = flat.search(/[.!?] (?=[A-Z])/);
  const first = end > 30 ? flat.slice(0, end + 1) : flat;
  return first.length > LONG ? `${first.slice(0, LONG - 1).trimEnd()}…` : first;
}
