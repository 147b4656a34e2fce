import type { EventId } from '../base/units.ts';
import type { TraceEvent } from '../trace/event.ts';
import type { Trace } from '../trace/trace.ts';

/**
 * A moment of a run, told so that it survives edits and other versions: `<step>/<kind>[/<word>]`. The kind is a trace
 * event's; the word is `last`, or something that the event says (a state, a rule, a source, `denied`).
 */
export interface Moment {
  readonly step: number;
  readonly kind: TraceEvent['kind'] | '';
  readonly word: string;
}

/** A link to a story, by its id: `#story=bad-namespace&moment=1/never-stored&version=1.13`. */
export interface StoryLink {
  readonly story: string;
  readonly moment?: Moment;
  readonly version?: string;
}

/** Reads `1/update-request/dropped`; undefined if it is none. */
export function readMoment(text: string): Moment | undefined {
  const [step = '', kind = '', ...word] = text.split('/');
  if (!/^\d{1,6}$/.test(step) || !/^[a-z-]*$/.test(kind)) return undefined;
  return { step: Number(step), kind: kind as Moment['kind'], word: word.join('/') };
}

export const formatMoment = ({ step, kind, word }: Moment): string =>
  [String(step), kind, word].filter((part) => part !== '').join('/');

/** Reads the hash of a note's link, `#moment=…` or `#story=…`; undefined if it is neither. */
export function readStoryLink(
  hash: string,
): { readonly story?: string; readonly moment?: Moment; readonly version?: string } | undefined {
  if (!/^#?(story|moment)=/.test(hash)) return undefined;
  const fields = new Map(
    hash
      .replace(/^#/, '')
      .split('&')
      .map((field) => [field.split('=')[0] ?? '', field.slice(field.indexOf('=') + 1)] as const),
  );
  const [story, version] = [fields.get('story'), fields.get('version')];
  const moment = readMoment(fields.get('moment') ?? '');
  return {
    ...(story === undefined ? {} : { story }),
    ...(moment === undefined ? {} : { moment }),
    ...(version === undefined ? {} : { version }),
  };
}

export function formatStoryLink({ story, moment, version }: StoryLink): string {
  const fields = [
    `story=${story}`,
    ...(moment === undefined ? [] : [`moment=${formatMoment(moment)}`]),
    ...(version === undefined ? [] : [`version=${version}`]),
  ];
  return `#${fields.join('&')}`;
}

/** The event that a moment means in this trace; the nearest one before it in meaning if the run has changed. */
export function findMoment(trace: Trace, moment: Moment): EventId | undefined {
  const inStep = trace.events.filter((event) => event.step === moment.step);
  const ofKind = moment.kind === '' ? inStep : inStep.filter((event) => event.kind === moment.kind);
  if (moment.word === 'last') return (ofKind.at(-1) ?? inStep.at(-1))?.id;
  const telling = moment.word === '' ? ofKind : ofKind.filter((event) => says(event, moment.word));
  return (telling[0] ?? ofKind[0] ?? inStep[0])?.id;
}

function says(event: TraceEvent, word: string): boolean {
  switch (event.kind) {
    case 'update-request':
      return event.state === word;
    case 'webhook':
      return event.name === word || word === (event.allowed ? 'allowed' : 'denied');
    case 'rule':
      return event.rule === word || event.policy === word || event.status === word;
    case 'stored':
      return event.change === word;
    case 'target':
    case 'attempt':
    case 'attempt-part':
      return event.result === word;
    case 'log':
      return event.source === word || event.level === word;
    case 'event':
      return event.reason === word;
    case 'step':
      return event.verdict === word;
    default:
      return false;
  }
}
