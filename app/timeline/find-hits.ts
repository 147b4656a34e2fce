import type { EventId, Trace, TraceEvent } from '../../src/index.ts';
import { nameOf, reasonOf, requestText, userText, verdictOf, webhookText } from '../../src/index.ts';
import type { FindScope } from '../stores/find.ts';

type Part = Exclude<FindScope, 'all'>;

const texts = new WeakMap<Trace, Map<Part, readonly string[]>>();

/** Events whose name, reason or verdict holds all the words, in the order of the trace. Made for typing: texts are kept. */
export function findHits(trace: Trace, text: string, scope: FindScope): readonly EventId[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const parts: readonly Part[] = scope === 'all' ? ['names', 'reasons', 'verdicts'] : [scope];
  const columns = parts.map((part) => textsOf(trace, part));
  const hits: EventId[] = [];
  for (const [i, event] of trace.events.entries()) {
    if (event.step === 0 && trace.steps.length > 1) continue;
    const isHit = words.every((word) => columns.some((column) => column[i]?.includes(word) === true));
    if (isHit) hits.push(event.id);
  }
  return hits;
}

function textsOf(trace: Trace, part: Part): readonly string[] {
  let known = texts.get(trace);
  if (known === undefined) {
    known = new Map();
    texts.set(trace, known);
  }
  let column = known.get(part);
  if (column === undefined) {
    column = trace.events.map((event) => partText(trace, event, part).toLowerCase());
    known.set(part, column);
  }
  return column;
}

function partText(trace: Trace, event: TraceEvent, part: Part): string {
  switch (part) {
    case 'names':
      return `${nameOf(trace, event)} ${otherNames(event)}`;
    case 'reasons':
      return reasonOf(event);
    case 'verdicts':
      return verdictOf(event).word;
  }
}

/** What else an event is known by: its policy, its UpdateRequest, who asked. */
function otherNames(event: TraceEvent): string {
  switch (event.kind) {
    case 'request':
      return `${requestText(event)} ${event.target.kind} ${userText(event.username)}`;
    case 'webhook':
      return webhookText(event.name);
    case 'attempt':
      return event.updateRequest;
    case 'attempt-part':
      return `${event.updateRequest} ${event.rule}`;
    case 'update-request':
      return `${event.policy} ${event.rules.join(' ')}`;
    case 'target':
      return `${event.policy} ${event.rule} ${event.updateRequest}`;
    case 'plan':
      return `${event.policy} ${event.rule} ${event.updateRequest}`;
    case 'stored':
      return userText(event.username);
    default:
      return '';
  }
}
