import type { ObjectRef } from '../kubernetes/object.ts';
import type { AttemptPartEvent, RequestEvent, StepEvent, TraceEvent } from './event.ts';
import type { Trace } from './trace.ts';

/** What a verdict looks like: colour role and mark. `plain` has neither. */
export type Tone = 'plain' | 'allow' | 'deny' | 'warn' | 'error' | 'noise' | 'skip';

export interface Verdict {
  readonly tone: Tone;
  readonly word: string;
}

const NONE: Verdict = { tone: 'plain', word: '' };

/** `Namespace/bad-namespace`, `NetworkPolicy bad-namespace/default-deny`. */
export const refText = (ref: ObjectRef): string =>
  ref.namespace === undefined ? `${ref.kind}/${ref.name}` : `${ref.kind} ${ref.namespace}/${ref.name}`;

/** Key that tells objects apart by what names them. */
export const refKey = (ref: ObjectRef): string =>
  `${ref.apiVersion}|${ref.kind}|${ref.namespace ?? ''}|${ref.name}`;

const SERVICE_ACCOUNT = 'system:serviceaccount:';

/** `alice`; Kyverno's own service accounts are `Kyverno`, others their name. */
export function userText(username: string): string {
  if (!username.startsWith(SERVICE_ACCOUNT)) return username;
  const [namespace, name] = username.slice(SERVICE_ACCOUNT.length).split(':');
  return namespace === 'kyverno' ? 'Kyverno' : (name ?? username);
}

const HTTP = {
  create: 'POST',
  get: 'GET',
  list: 'LIST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
} as const;

/** `POST UR`, `LIST namespaces`. */
export function requestText(event: RequestEvent): string {
  const { resource } = event.resource;
  return `${HTTP[event.verb]} ${resource === 'updaterequests' ? 'UR' : resource}`;
}

export const requestVerb = (event: RequestEvent): string => HTTP[event.verb];

/** `validate.kyverno.svc-fail` → `svc-fail`; another webhook keeps its name. */
export function webhookText(name: string): string {
  const kyverno = /^(?:validate|mutate)\.kyverno\.(svc.*)$/.exec(name);
  if (kyverno?.[1] !== undefined) return kyverno[1];
  return name.endsWith('.kyverno.svc') ? name.slice(0, -'.kyverno.svc'.length) : name;
}

/** First sentence of a text on one line, without its dot. */
export function firstSentence(text: string): string {
  const line = text.split('\n').find((part) => part.trim() !== '') ?? '';
  const dot = line.indexOf('. ');
  return (dot < 0 ? line : line.slice(0, dot)).trim().replace(/\.$/, '');
}

/** `1st line…` of at most so many characters. */
export const clip = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;

/** Of a step that only looks: whether the cluster is as the Test expects. */
const checkVerdict = ({ expectations = [] }: StepEvent): Verdict =>
  expectations.length === 0
    ? NONE
    : expectations.every(({ result }) => result === 'met')
      ? { tone: 'allow', word: 'as expected' }
      : { tone: 'error', word: 'not as expected' };

/** The verdict that an event ends with; tone `plain` and no word if it has none. */
export function verdictOf(event: TraceEvent): Verdict {
  switch (event.kind) {
    case 'step':
      return event.verdict === 'none'
        ? checkVerdict(event)
        : {
            tone: ({ allowed: 'allow', denied: 'deny', error: 'error' } as const)[event.verdict],
            word: event.verdict,
          };
    case 'request':
      return requestVerdict(event);
    case 'webhook':
      if (!event.allowed) return { tone: 'deny', word: 'denied' };
      return event.warnings.length > 0
        ? { tone: 'warn', word: 'warned' }
        : { tone: 'allow', word: 'allowed' };
    case 'rule':
      switch (event.status) {
        case 'pass':
          return { tone: 'allow', word: 'pass' };
        case 'fail':
          return event.enforced ? { tone: 'deny', word: 'fail' } : { tone: 'warn', word: 'audited' };
        case 'warn':
          return { tone: 'warn', word: 'warn' };
        case 'error':
          return { tone: 'error', word: 'error' };
        case 'skip':
          return { tone: 'skip', word: 'skip' };
        case 'none':
          return { tone: 'skip', word: 'no match' };
      }
      break;
    case 'stored':
      return { tone: 'plain', word: event.change === 'DELETED' ? 'deleted' : 'stored' };
    case 'never-stored':
      return { tone: 'deny', word: 'never stored' };
    case 'plan':
      return { tone: 'plain', word: 'planned' };
    case 'update-request':
      switch (event.state) {
        case 'Failed':
          return { tone: 'error', word: `Failed ${event.retryCount}` };
        case 'Completed':
          return { tone: 'allow', word: 'Completed' };
        case 'Skip':
          return { tone: 'skip', word: 'Skip' };
        case 'dropped':
          return { tone: 'error', word: 'dropped' };
        case 'deleted':
          return { tone: 'plain', word: 'deleted' };
        default:
          return { tone: 'plain', word: 'Pending' };
      }
    case 'attempt':
      return event.result === 'completed'
        ? { tone: 'allow', word: 'completed' }
        : event.result === 'failed'
          ? { tone: 'error', word: 'failed' }
          : NONE;
    case 'attempt-part':
      return {
        tone: ({ ok: 'allow', failed: 'error', skipped: 'skip' } as const)[event.result],
        word: event.result,
      };
    case 'target':
      if (event.result === 'refused') return { tone: 'deny', word: 'refused' };
      if (event.result === 'never') return { tone: 'plain', word: 'never' };
      return { tone: event.result === 'deleted' ? 'plain' : 'allow', word: event.result };
    case 'event':
      return event.type === 'Warning' ? { tone: 'warn', word: 'Warning' } : NONE;
    case 'log':
      return event.level === 'error' ? { tone: 'error', word: 'error' } : NONE;
    case 'report':
      return NONE;
    case 'policy':
      return event.ready ? { tone: 'allow', word: 'Ready' } : { tone: 'error', word: 'not Ready' };
    case 'unsupported':
      return { tone: 'warn', word: 'not simulated' };
    case 'stopped':
      return { tone: 'error', word: 'stopped' };
  }
}

function requestVerdict(event: RequestEvent): Verdict {
  if (event.code < 400) {
    return event.verb === 'get' || event.verb === 'list' ? NONE : { tone: 'allow', word: 'allowed' };
  }
  switch (event.refusedBy) {
    case 'mutating':
    case 'validating':
      return { tone: 'deny', word: 'denied' };
    case 'authorization':
      return { tone: 'deny', word: 'forbidden' };
    default:
      if (event.code === 404 && event.verb === 'get') return { tone: 'plain', word: 'not found' };
      return { tone: 'error', word: event.reason ?? `HTTP ${event.code}` };
  }
}

/** A sentence for a moment: what begins (`start`) or what came out of it (`end`). */
export interface Caption {
  readonly text: string;
  /** Which of several at the same time is said; the highest. */
  readonly weight: number;
}

const byId = (trace: Trace, id: number | undefined): TraceEvent | undefined =>
  id === undefined ? undefined : trace.events[id];

/** The attempt part that made an event, through at most three causes. */
function partOf(trace: Trace, event: TraceEvent): AttemptPartEvent | undefined {
  let at: TraceEvent | undefined = event;
  for (let i = 0; i < 3 && at !== undefined; i++) {
    at = byId(trace, at.cause);
    if (at?.kind === 'attempt-part') return at;
  }
  return undefined;
}

function attemptNumber(trace: Trace, part: TraceEvent): string {
  const cause = byId(trace, part.cause);
  return cause?.kind === 'attempt' ? `Attempt ${cause.attempt}` : 'The background controller';
}

/**
 * The number a person gives a step: waits between commands are not counted. Undefined for what was before and for waits.
 */
export function stepNumber(trace: Trace, index: number): number | undefined {
  let numbers = stepNumbers.get(trace.steps);
  if (numbers === undefined) {
    let count = 0;
    numbers = trace.steps.map(({ kind }) => (kind === 'command' ? ++count : undefined));
    stepNumbers.set(trace.steps, numbers);
  }
  return numbers[index];
}

const stepNumbers = new WeakMap<Trace['steps'], readonly (number | undefined)[]>();

const stepCalled = (trace: Trace, event: TraceEvent): string => {
  const number = stepNumber(trace, event.step);
  return number === undefined ? stepText(trace, event) : `Step ${number}`;
};

const stepText = (trace: Trace, event: TraceEvent): string => {
  const step = trace.steps[event.step];
  return step === undefined ? `step ${event.step}` : step.title;
};

export function captionAtStart(trace: Trace, event: TraceEvent): Caption | undefined {
  const say = (text: string, weight: number): Caption => ({ text, weight });
  switch (event.kind) {
    case 'step': {
      const step = trace.steps[event.step];
      const as = step?.kind === 'command' ? `, as ${userText(step.username)}` : '';
      return say(
        `${step?.kind === 'check' ? 'Chainsaw looks' : `Step ${stepNumber(trace, event.step) ?? ''}`}: ${stepText(trace, event)}${as}`,
        80,
      );
    }
    case 'request': {
      if (event.component === 'client') return say(`The API server receives ${requestText(event)}`, 30);
      const part = partOf(trace, event);
      if (part?.part === 'fetch') {
        return say(`${attemptNumber(trace, part)} asks: is the trigger’s uid in the cluster?`, 58);
      }
      const who =
        event.component === 'background-controller' && part !== undefined
          ? attemptNumber(trace, part)
          : componentText(event.component);
      return say(`${who} sends ${requestText(event)}`, 44);
    }
    case 'webhook':
      // The call itself is no moment; its answer is.
      return event.end > event.time ? undefined : captionAtEnd(trace, event);
    case 'rule':
      return event.end > event.time ? undefined : captionAtEnd(trace, event);
    case 'stored':
      return say(
        event.change === 'DELETED'
          ? `etcd forgets ${refText(event.object)}`
          : event.change === 'ADDED'
            ? `etcd stores ${refText(event.object)}`
            : `etcd stores the change of ${refText(event.object)}`,
        64,
      );
    case 'never-stored':
      return say(`Nothing is stored: ${refText(event.object)} was refused`, 90);
    case 'plan':
      return say(planText(event), 50);
    case 'update-request':
      return say(updateRequestCaption(event), event.state === '' || event.state === 'dropped' ? 66 : 60);
    case 'attempt':
      return say(`Attempt ${event.attempt} of ${event.of} begins, on ${event.updateRequest}`, 50);
    case 'attempt-part':
      // What a fetch asks is told by its request.
      return event.part === 'fetch' && event.result !== 'skipped' && event.end > event.time
        ? undefined
        : say(partCaption(trace, event), 45);
    case 'target':
      return say(targetCaption(event), 65);
    case 'event':
      return say(`Event ${event.reason}: ${clip(firstSentence(event.message), 90)}`, 35);
    case 'log':
      if (event.level !== 'error' && event.level !== 'stdout') return undefined;
      return say(`${event.source} logs: ${clip(firstSentence(event.message), 90)}`, 20);
    case 'report':
      return say(`${refText(event.report)} is written`, 25);
    case 'policy':
      return say(
        event.ready ? `${refText(event.policy)} is Ready` : `${refText(event.policy)} is not Ready`,
        22,
      );
    case 'unsupported':
      return say(`Not simulated: ${event.what}`, 68);
    case 'stopped':
      return say(`The run stops here: ${firstSentence(event.message)}`, 95);
  }
}

/** What is said when something that took time has its result; undefined if there is no verdict to tell. */
export function captionAtEnd(trace: Trace, event: TraceEvent): Caption | undefined {
  const verdict = verdictOf(event);
  const say = (text: string, weight: number): Caption => ({ text, weight });
  switch (event.kind) {
    case 'step':
      if (verdict.word === '') return undefined;
      return say(
        verdict.tone === 'deny'
          ? `Step ${stepNumber(trace, event.step) ?? ''} is denied: kubectl exits with ${event.exitCode}`
          : `${stepCalled(trace, event)} is ${verdict.word === 'error' ? 'answered with an error' : verdict.word}`,
        56,
      );
    case 'request': {
      const part = partOf(trace, event);
      if (event.component !== 'client') {
        if (part?.part === 'fetch') {
          return say(
            part.result === 'failed' ? 'The answer: no object with that uid' : 'The answer: it is there',
            46,
          );
        }
        return event.code < 400
          ? undefined
          : say(`${requestText(event)} is answered: ${event.code} ${event.reason ?? ''}`.trim(), 36);
      }
      if (event.code === 404 && (event.verb === 'get' || event.verb === 'list'))
        return say('The API server answers: not found', 38);
      if (event.code >= 400)
        return say(`Denied with HTTP ${event.code}: ${clip(refText(event.target), 60)} is refused`, 75);
      return say(`The API server answers ${event.code}`, 38);
    }
    case 'webhook':
      return say(
        `${webhookText(event.name)} ${event.allowed ? 'allows the request' : 'denies the request'}`,
        event.allowed ? 41 : 70,
      );
    case 'rule': {
      const name = `${event.policy} / ${event.rule}`;
      if (event.status === 'none') return say(`${name} does not match`, 30);
      const why = event.message === '' ? '' : `: ${clip(firstSentence(event.message), 80)}`;
      const says = {
        pass: event.ruleType === 'generate' || event.ruleType === 'mutateExisting' ? 'matches' : 'passes',
        fail: event.enforced ? `fails${why}` : `fails, only audited${why}`,
        warn: `warns${why}`,
        error: `cannot be evaluated${why}`,
        skip: `is skipped${why}`,
      }[event.status];
      return say(`${name} ${says}`, event.status === 'pass' ? 42 : event.status === 'skip' ? 43 : 85);
    }
    case 'attempt':
      if (event.result === 'pending') return undefined;
      return say(
        `Attempt ${event.attempt} of ${event.of} ${event.result === 'failed' ? 'fails' : 'completes'}`,
        52,
      );
    case 'attempt-part':
      if (event.result === 'ok') return undefined;
      return say(
        `${attemptNumber(trace, event)}: ${event.part} ${event.result}${event.message === '' ? '' : `: ${clip(firstSentence(event.message), 80)}`}`,
        48,
      );
    default:
      return undefined;
  }
}

function componentText(component: RequestEvent['component']): string {
  const text = component.replaceAll('-', ' ');
  return `The ${text}`;
}

function planText(event: Extract<TraceEvent, { kind: 'plan' }>): string {
  const target = event.targets[0];
  const more = event.targets.length > 1 ? ` and ${event.targets.length - 1} more` : '';
  const what = target === undefined ? (event.unknown ?? 'its targets') : `${refText(target)}${more}`;
  const verb = { generate: 'to make', delete: 'to remove', mutate: 'to change' }[event.action];
  return `Admission plans ${verb} ${what}`;
}

function updateRequestCaption(event: Extract<TraceEvent, { kind: 'update-request' }>): string {
  switch (event.state) {
    case '':
      return `UpdateRequest ${event.name} is born, whatever the verdict`;
    case 'Failed':
      return `UpdateRequest ${event.name} is Failed, retry ${event.retryCount}`;
    case 'dropped':
      return `UpdateRequest ${event.name} is dropped after its last attempt`;
    case 'deleted':
      return `UpdateRequest ${event.name} is done and deleted`;
    default:
      return `UpdateRequest ${event.name} is ${event.state}`;
  }
}

function partCaption(trace: Trace, event: AttemptPartEvent): string {
  const who = attemptNumber(trace, event);
  switch (event.part) {
    case 'fetch':
      return `${who} fetches its trigger`;
    case 'evaluate':
      return `${who} evaluates ${event.rule}`;
    case 'apply':
      return `${who} applies ${event.rule}`;
    case 'delete':
      return `${who} removes downstreams of ${event.rule}`;
  }
}

function targetCaption(event: Extract<TraceEvent, { kind: 'target' }>): string {
  const name = refText(event.target);
  switch (event.result) {
    case 'never':
      return `${name} is never made`;
    case 'refused':
      return `${name} is refused`;
    case 'kept':
      return `${name} is there and stays as it is`;
    case 'unchanged':
      return `${name} is written with the same content`;
    default:
      return `${name} is ${event.result}`;
  }
}

/** The one sentence about an event, for the tooltip and the list's last column. */
export function reasonOf(event: TraceEvent): string {
  switch (event.kind) {
    case 'step':
      return (
        event.expectations?.find(({ result }) => result !== 'met')?.difference ??
        firstSentence(event.stderr === '' ? event.stdout : event.stderr)
      );
    case 'target':
    case 'never-stored':
      return event.reason;
    case 'plan':
      return event.unknown ?? '';
    case 'log':
      return event.line;
    case 'stored':
      return `by ${userText(event.username)}`;
    case 'report':
      return event.results.map(({ policy, rule, result }) => `${policy} / ${rule}: ${result}`).join(', ');
    default:
      return event.message ?? '';
  }
}

/** What an event is, in a few words: the list's third column and the accessible name of its mark. */
export function nameOf(trace: Trace, event: TraceEvent): string {
  switch (event.kind) {
    case 'step':
      return stepText(trace, event);
    case 'request':
      return event.target.name === '' ? requestText(event) : `${requestText(event)} ${event.target.name}`;
    case 'webhook':
      return webhookText(event.name);
    case 'rule':
      return `${event.policy} / ${event.rule}`;
    case 'stored':
    case 'never-stored':
      return refText(event.object);
    case 'plan':
      return planText(event);
    case 'update-request':
      return event.name;
    case 'attempt':
      return `attempt ${event.attempt} of ${event.of}`;
    case 'attempt-part':
      return event.part;
    case 'target':
      return refText(event.target);
    case 'event':
      return event.reason;
    case 'log':
      return event.message;
    case 'report':
      return refText(event.report);
    case 'policy':
      return refText(event.policy);
    case 'unsupported':
      return event.what;
    case 'stopped':
      return event.reason;
  }
}

/** `5 s`, `2 min`, `26 min`, `850 ms`: a length of time in the largest unit that reads well. */
export function durationText(ms: number): string {
  const trim = (value: number) =>
    value < 10 ? String(Math.round(value * 10) / 10) : String(Math.round(value));
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  if (ms < 1000) return `${trim(ms)} ms`;
  if (ms < 60_000) return `${trim(ms / 1000)} s`;
  if (ms < 3_600_000) return `${trim(ms / 60_000)} min`;
  if (ms < 86_400_000) return `${trim(ms / 3_600_000)} h`;
  return `${trim(ms / 86_400_000)} d`;
}
