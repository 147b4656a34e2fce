import type { EventId } from '../base/units.ts';
import type { RequestEvent, TraceEvent } from '../trace/event.ts';
import type { Trace } from '../trace/trace.ts';
import {
  clip,
  firstSentence,
  reasonOf,
  refText,
  requestText,
  userText,
  verdictOf,
  webhookText,
} from '../trace/words.ts';
import { toldChain } from './chain-of.ts';

/** Who takes part in the diagram, from cause to effect. */
const PARTS = {
  caller: 'caller',
  server: 'API server',
  mutating: 'Mutating webhooks',
  validating: 'Validating webhooks',
  etcd: 'etcd',
  queue: 'UpdateRequests',
  worker: 'Background controller',
  other: 'another controller',
} as const;
type Part = keyof typeof PARTS;

/** One arrow or note; time, rank and order sort it. */
interface Line {
  readonly time: number;
  /** Of what happens at one time: which comes first, whatever it is about. */
  readonly rank: number;
  readonly order: number;
  readonly parts: readonly Part[];
  readonly text: string;
}

/** Ends at one time, from the inside out; 2 is what takes no time, 6 what begins. */
const RANKS: Readonly<Partial<Record<TraceEvent['kind'], number>>> = {
  rule: 0,
  webhook: 1,
  request: 3,
  attempt: 4,
  step: 5,
};

/** More lines than a diagram can be read with. */
const MOST_LINES = 400;

/**
 * The causal chain of an event as a Mermaid sequence diagram (mermaid.js.org/syntax/sequenceDiagram.html), for Mermaid 11;
 * without an event the whole trace. Texts are escaped with Mermaid's entity codes, so nothing in them is syntax.
 */
export function mermaidOfChain(trace: Trace, event?: EventId): string {
  const chain = toldChain(trace, event);
  const all = chain
    .flatMap((one) => linesOf(trace, one))
    .sort((a, b) => a.time - b.time || a.rank - b.rank || a.order - b.order);
  const lines = all.slice(0, MOST_LINES);
  const used = new Set(lines.flatMap(({ parts }) => parts));
  const caller = chain.find((one) => one.kind === 'step');
  const name =
    caller === undefined ? PARTS.caller : userText(trace.steps[caller.step]?.username ?? PARTS.caller);
  const participants = (Object.keys(PARTS) as Part[])
    .filter((part) => used.has(part))
    .map((part) => `  participant ${part} as ${escapeMermaid(part === 'caller' ? name : PARTS[part])}`);
  const left = all.length - lines.length;
  return [
    'sequenceDiagram',
    ...participants,
    ...lines.map(({ text }) => `  ${text}`),
    ...(left > 0 && participants.length > 0
      ? [`  Note over ${[...used][0]}: ${escapeMermaid(`and ${left} more`)}`]
      : []),
    '',
  ].join('\n');
}

/** A text as Mermaid's entity codes where a sign would mean something: `;` ends a statement, `#` begins a code. */
export function escapeMermaid(text: string): string {
  return text
    .replaceAll(/\s*[\r\n]+\s*/g, ' ')
    .replaceAll(/\p{Cc}/gu, ' ')
    .replaceAll(/[#;%"<>{}\\`&]/g, (sign) => `#${sign.charCodeAt(0)};`)
    .replace(/^((?:no)?wrap):/i, '$1#58;')
    .trim();
}

const say = (text: string): string => escapeMermaid(clip(text, 120));

function linesOf(trace: Trace, event: TraceEvent): readonly Line[] {
  const { id, time, end } = event;
  const at = (when: number): Pick<Line, 'time' | 'rank' | 'order'> => {
    const ends = when === end && end > time;
    // What ends together ends from the inside out.
    return { time: when, rank: ends ? (RANKS[event.kind] ?? 3) : end > time ? 6 : 2, order: ends ? -id : id };
  };
  const arrow = (from: Part, to: Part, text: string, when: number = time, sign = '->>'): Line => ({
    ...at(when),
    parts: [from, to],
    text: `${from}${sign}${to}: ${say(text) || ' '}`,
  });
  const note = (over: Part, text: string, when: number = time): Line => ({
    ...at(when),
    parts: [over],
    text: `Note over ${over}: ${say(text) || ' '}`,
  });
  switch (event.kind) {
    case 'step': {
      const step = trace.steps[event.step];
      if (step?.kind !== 'command') return [];
      const answer = firstSentence(event.exitCode === 0 ? event.stdout : event.stderr);
      return [
        note('caller', step.command === '' ? step.title : step.command),
        ...(event.verdict === 'none' ? [] : [note('caller', `${event.verdict}: ${answer}`, end)]),
      ];
    }
    case 'request': {
      const from = senderOf(event);
      const refused = event.code >= 400;
      const reason = refused
        ? [event.reason, firstSentence(event.message ?? '')].filter(Boolean).join(': ')
        : '';
      return [
        arrow(from, 'server', `${requestText(event)} ${event.target.name}`.trim()),
        arrow('server', from, `${event.code} ${reason}`.trimEnd(), end, refused ? '--x' : '-->>'),
      ];
    }
    case 'webhook': {
      const word = event.allowed ? 'allowed' : `denied: ${firstSentence(event.message ?? '')}`;
      return [
        arrow('server', event.type, webhookText(event.name)),
        arrow(event.type, 'server', word, end, event.allowed ? '-->>' : '--x'),
      ];
    }
    case 'rule': {
      if (event.status === 'none') return [];
      const cause = event.cause === undefined ? undefined : trace.events[event.cause];
      const over: Part = cause?.kind === 'webhook' ? cause.type : 'worker';
      const why = event.status === 'pass' || event.message === '' ? '' : `: ${firstSentence(event.message)}`;
      return [note(over, `${event.policy} / ${event.rule} ${verdictOf(event).word}${why}`, end)];
    }
    case 'stored': {
      const word = { ADDED: 'store', MODIFIED: 'store the change of', DELETED: 'delete' }[event.change];
      return [arrow('server', 'etcd', `${word} ${refText(event.object)}`)];
    }
    case 'never-stored':
      return [note('etcd', `never stored: ${refText(event.object)}`)];
    case 'update-request': {
      if (event.state === '') return [note('queue', `UpdateRequest ${event.name}`)];
      return [note('queue', `${event.name} ${verdictOf(event).word}`)];
    }
    case 'attempt':
      return [
        arrow('queue', 'worker', `attempt ${event.attempt} of ${event.of}`),
        arrow(
          'worker',
          'queue',
          `${event.result}: ${firstSentence(event.message)}`.replace(/: $/, ''),
          end,
          event.result === 'failed' ? '--x' : '-->>',
        ),
      ];
    case 'target':
      return [
        note(
          'worker',
          `${refText(event.target)} ${event.result}: ${firstSentence(event.reason)}`.replace(/: $/, ''),
        ),
      ];
    case 'event':
      return [note('server', `Event ${event.type} ${event.reason}: ${firstSentence(event.message)}`)];
    case 'log':
      return event.level === 'error'
        ? [note(event.component === 'actor' ? 'other' : 'worker', event.message)]
        : [];
    case 'unsupported':
    case 'stopped':
      return [note('server', `${verdictOf(event).word}: ${reasonOf(event)}`)];
    default:
      return [];
  }
}

function senderOf(event: RequestEvent): Part {
  switch (event.component) {
    case 'client':
      return 'caller';
    case 'admission-controller':
      return 'validating';
    case 'background-controller':
      return 'worker';
    default:
      return 'other';
  }
}
