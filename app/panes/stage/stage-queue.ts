import type { AttemptEvent, EventId, RequestEvent, Trace, TraceEvent } from '../../../src/index.ts';
import { clip, firstSentence, requestText, triggerWasRefused } from '../../../src/index.ts';
import { lastBefore, type QueueLife, type StageIndex } from './stage-index.ts';

/** One try of an UpdateRequest: a pip on its ticket. */
export interface StagePip {
  readonly number: number;
  readonly state: 'later' | 'now' | 'failed' | 'completed';
}

/** An UpdateRequest in the queue. */
export interface StageTicket {
  readonly name: string;
  readonly event: EventId;
  /** `Pending`, `Failed 2`, `Completed`, `dropped`, `deleted`. */
  readonly word: string;
  readonly tone: 'plain' | 'error' | 'allow' | 'skip';
  /** What came before: `after Failed 1, Failed 2`. */
  readonly after: string;
  readonly pips: readonly StagePip[];
  /** Policy and rules that it is about. */
  readonly about: string;
}

export interface StageQueue {
  /** The one that the moment is about. */
  readonly front: StageTicket | undefined;
  /** Others that wait or were just done, in order, as far as there is room. */
  readonly others: readonly StageTicket[];
  readonly more: number;
  /** How many wait in all, and how many are done. */
  readonly waiting: number;
  readonly done: number;
}

/** What the background controller is at. */
export interface StageWorker {
  readonly event: EventId | undefined;
  readonly busy: boolean;
  /** `attempt 3 of 5`, `worker 2` too if there are several. */
  readonly text: string;
  /** The ticket has reached it: 0 not begun, 1 there. */
  readonly reached: number;
}

/** What an attempt asks the API server. */
export interface StageQuestion {
  readonly event: EventId;
  /** Attempt that asks. */
  readonly number: number;
  readonly text: string;
  readonly about: string;
  /** Out to the API server (`out`) and back (`back`); undefined while nothing is under way. */
  readonly way: { readonly direction: 'out' | 'back'; readonly share: number } | undefined;
  /** The answer to this question, once it is there. */
  readonly answer: string;
  readonly answerTone: 'plain' | 'allow' | 'error';
  /** What earlier attempts heard: `attempts 1 and 2: not found in the cluster`. */
  readonly earlier: string;
}

const isGone = (life: QueueLife, time: number): boolean => {
  const last = stateAt(life, time);
  return last?.state === 'dropped' || last?.state === 'deleted';
};

const stateAt = (life: QueueLife, time: number) => life.states[lastBefore(life.states, time)];

/** The UpdateRequest that a moment is about: by its causes, else the last one that anything happened to. */
export function frontLife(
  index: StageIndex,
  moment: TraceEvent | undefined,
  since: number,
  time: number,
): QueueLife | undefined {
  const named = moment === undefined ? undefined : nameIn(index.trace, moment);
  const life = named === undefined ? undefined : index.lifeOf(named);
  if (life !== undefined && (life.states[0]?.time ?? 0) <= time) return life;
  let best: QueueLife | undefined;
  let latest = Number.NEGATIVE_INFINITY;
  for (const one of index.lives) {
    const last = stateAt(one, time);
    if (last === undefined || (isGone(one, time) && last.time < since)) continue;
    const attempt = one.attempts[lastBefore(one.attempts, time)];
    const at = Math.max(last.time, attempt?.time ?? 0);
    if (at >= latest) {
      best = one;
      latest = at;
    }
  }
  return best;
}

function nameIn(trace: Trace, from: TraceEvent): string | undefined {
  let event: TraceEvent | undefined = from;
  for (let i = 0; i < 12 && event !== undefined; i++) {
    if (event.kind === 'update-request') return event.name;
    if (
      event.kind === 'attempt' ||
      event.kind === 'attempt-part' ||
      event.kind === 'target' ||
      event.kind === 'plan'
    )
      return event.updateRequest;
    event = event.cause === undefined || event.cause >= event.id ? undefined : trace.events[event.cause];
  }
  return undefined;
}

/** The UpdateRequest that is being written down: asked for, not there yet. */
export const unbornLife = (index: StageIndex, time: number): QueueLife | undefined =>
  index.lives.find(
    ({ birth, states }) => birth !== undefined && birth.time <= time && time < (states[0]?.time ?? 0),
  );

/** The queue at a time, of the present chapter: what waits, and what was done since `since`. */
export function queueAt(
  index: StageIndex,
  front: QueueLife | undefined,
  since: number,
  time: number,
  room: number,
): StageQueue {
  const shown = index.lives.filter((life) => {
    const last = stateAt(life, time);
    return last !== undefined && (!isGone(life, time) || last.time >= since);
  });
  const others = shown.filter((life) => life !== front);
  const gone = shown.filter((life) => isGone(life, time)).length;
  // What still waits is worth more room than what is done.
  const ordered = [
    ...others.filter((life) => !isGone(life, time)),
    ...others.filter((life) => isGone(life, time)),
  ];
  return {
    front: front === undefined ? undefined : ticketAt(front, time),
    others: ordered.slice(0, room).flatMap((life) => ticketAt(life, time) ?? []),
    more: Math.max(0, others.length - room),
    waiting: shown.length - gone,
    done: gone,
  };
}

function ticketAt(life: QueueLife, time: number): StageTicket | undefined {
  const at = lastBefore(life.states, time);
  const last = life.states[at];
  if (last === undefined) return undefined;
  const failed = life.states
    .slice(0, at)
    .flatMap(({ state, retryCount }) => (state === 'Failed' ? [`Failed ${retryCount}`] : []));
  const word =
    last.state === '' ? 'Pending' : last.state === 'Failed' ? `Failed ${last.retryCount}` : last.state;
  const tone =
    last.state === 'Failed' || last.state === 'dropped'
      ? 'error'
      : last.state === 'Completed'
        ? 'allow'
        : last.state === 'Skip'
          ? 'skip'
          : 'plain';
  return {
    name: life.name,
    event: last.id,
    word,
    tone,
    after: afterText(
      last.state,
      failed,
      life.attempts.length,
      life.attempts.some((one) => one.time <= time && time < one.end),
    ),
    pips: pipsAt(life, time),
    about: last.rules.length === 0 ? last.policy : `${last.policy} / ${last.rules.join(', ')}`,
  };
}

function afterText(state: string, failed: readonly string[], attempts: number, busy: boolean): string {
  if (state === 'dropped') return `after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
  if (state === 'deleted') return 'done, so it is removed';
  if (failed.length === 0)
    return state === 'Completed'
      ? ''
      : state === 'Pending' || state === ''
        ? busy
          ? 'the controller is at it'
          : 'waits for the controller'
        : '';
  return `after ${failed.length > 2 ? `${failed[0]} to ${failed.at(-1)?.replace('Failed ', '')}` : failed.join(', ')}`;
}

const MOST_PIPS = 8;

function pipsAt(life: QueueLife, time: number): StagePip[] {
  const of = Math.min(MOST_PIPS, life.attempts[0]?.of ?? 5);
  return Array.from({ length: of }, (_, i) => {
    const attempt = life.attempts[i];
    const state =
      attempt === undefined || attempt.time > time
        ? 'later'
        : attempt.end > time
          ? 'now'
          : attempt.result === 'completed'
            ? 'completed'
            : attempt.result === 'failed'
              ? 'failed'
              : 'now';
    return { number: i + 1, state };
  });
}

/** The controller, as far as the UpdateRequest in front goes. */
export function workerAt(
  index: StageIndex,
  front: QueueLife | undefined,
  since: number,
  time: number,
): StageWorker {
  const attempt = front?.attempts[lastBefore(front.attempts, time)];
  if (front === undefined || attempt === undefined || attempt.end < since)
    return { event: undefined, busy: false, text: '', reached: 0 };
  const several = index.lives.some((life) => life.attempts.some(({ worker }) => worker > 1));
  const busy = attempt.end > time;
  const text = `attempt ${attempt.attempt} of ${attempt.of}${several ? `, worker ${attempt.worker}` : ''}`;
  return { event: attempt.id, busy, text, reached: 1 };
}

/** Share of a question's time that it is on its way out already when it begins, so that a stop shows it leaving. */
const LEAVING = 0.3;

export function questionAt(
  index: StageIndex,
  front: QueueLife | undefined,
  time: number,
): StageQuestion | undefined {
  const attempt = front?.attempts[lastBefore(front.attempts, time)];
  if (front === undefined || attempt === undefined) return undefined;
  const questions = index.questionsOf(attempt.id).filter((one) => one.time <= time);
  const question = questions.at(-1);
  const earlier = earlierText(index, front, attempt);
  if (question === undefined)
    return earlier === ''
      ? undefined
      : {
          event: attempt.id,
          number: attempt.attempt,
          text: '',
          about: '',
          way: undefined,
          answer: '',
          answerTone: 'plain',
          earlier,
        };
  const { answer, tone } = answerOf(index, attempt, question);
  const answered = question.end <= time;
  // Once the attempt is over, what it heard stands with the earlier ones.
  if (time > attempt.end) {
    const heard = earlierText(index, front, attempt, true);
    return heard === ''
      ? undefined
      : {
          event: question.id,
          number: attempt.attempt,
          text: '',
          about: '',
          way: undefined,
          answer: '',
          answerTone: 'plain',
          earlier: heard,
        };
  }
  return {
    event: question.id,
    number: attempt.attempt,
    text: requestText(question),
    about: aboutText(index, front, question),
    way: wayOf(question, time),
    answer: answered ? answer : '',
    answerTone: answered ? tone : 'plain',
    earlier,
  };
}

const isRead = (request: RequestEvent): boolean => request.verb === 'get' || request.verb === 'list';

function wayOf(question: RequestEvent, time: number): StageQuestion['way'] {
  // A write travels as an object of its own.
  if (!isRead(question) || time > question.end) return undefined;
  const share = question.end > question.time ? (time - question.time) / (question.end - question.time) : 1;
  return share < 0.5
    ? { direction: 'out', share: LEAVING + (1 - LEAVING) * share * 2 }
    : { direction: 'back', share: Math.min(1, (share - 0.5) * 2) };
}

function aboutText(index: StageIndex, life: QueueLife, question: RequestEvent): string {
  const part = question.cause === undefined ? undefined : index.trace.events[question.cause];
  const uid = life.states[0]?.trigger?.uid;
  if (part?.kind === 'attempt-part' && part.part === 'fetch' && question.verb === 'list')
    return uid === undefined ? 'is the trigger there?' : `uid ${uid.slice(0, 4)}… among them?`;
  return question.target.name === '' ? '' : question.target.name;
}

function answerOf(
  index: StageIndex,
  attempt: AttemptEvent,
  question: RequestEvent,
): { readonly answer: string; readonly tone: StageQuestion['answerTone'] } {
  const part = question.cause === undefined ? undefined : index.trace.events[question.cause];
  if (part?.kind === 'attempt-part' && part.part === 'fetch' && part.result !== 'skipped')
    return part.result === 'failed'
      ? { answer: failureText(index, attempt), tone: 'error' }
      : { answer: 'it is there', tone: 'allow' };
  if (question.code === 404 && question.verb === 'get') return { answer: 'not there yet', tone: 'plain' };
  if (question.code >= 400)
    return { answer: `${question.code} ${question.reason ?? ''}`.trim(), tone: 'error' };
  if (isRead(question)) return { answer: 'it is there', tone: 'allow' };
  const word = {
    create: 'created',
    update: 'updated',
    patch: 'changed',
    delete: 'deleted',
    deletecollection: 'deleted',
  };
  return { answer: question.verb in word ? word[question.verb as keyof typeof word] : '', tone: 'allow' };
}

/** Why an attempt failed, in a few words. */
export function failureText(index: StageIndex, attempt: AttemptEvent): string {
  const part = index.partsOf(attempt.id).find((one) => one.result === 'failed');
  const trigger = index.lifeOf(attempt.updateRequest)?.states[0]?.trigger;
  if (part?.part === 'fetch' && (trigger === undefined || triggerWasRefusedOnce(index.trace, trigger)))
    return 'not found in the cluster';
  const refused = index
    .questionsOf(attempt.id)
    .find((one) => one.code >= 400 && !(one.code === 404 && one.verb === 'get'));
  if (refused !== undefined) return `${refused.code} ${refused.reason ?? ''}`.trim();
  const message = part?.message ?? attempt.message;
  return message === '' ? 'failed' : clip(firstSentence(message), 60);
}

const refusals = new WeakMap<object, boolean>();
function triggerWasRefusedOnce(trace: Trace, trigger: Parameters<typeof triggerWasRefused>[1]): boolean {
  let refused = refusals.get(trigger);
  if (refused === undefined) {
    refused = triggerWasRefused(trace, trigger);
    refusals.set(trigger, refused);
  }
  return refused;
}

function earlierText(index: StageIndex, life: QueueLife, present: AttemptEvent, included = false): string {
  const failed = life.attempts.filter(
    (one) => one.result === 'failed' && (one.time < present.time || (included && one === present)),
  );
  const last = failed.at(-1);
  if (last === undefined) return '';
  const numbers = failed.map(({ attempt }) => attempt);
  const list =
    numbers.length === 1
      ? `attempt ${numbers[0]}`
      : numbers.length === 2
        ? `attempts ${numbers[0]} and ${numbers[1]}`
        : `attempts ${numbers[0]} to ${numbers.at(-1)}`;
  return `${list}: ${failureText(index, last)}`;
}
