import type { KyvernoVersion } from '../../src/index.ts';
import type { Progress } from './control.ts';
import { fromParts, type TracePart } from './deliver.ts';
import type { Answers, FromWorker, Question, RunOutcome, RunRequest, ToWorker } from './protocol.ts';

/** The two methods of a Worker that the client needs. */
export interface WorkerPort {
  postMessage(message: ToWorker): void;
  terminate(): void;
  onmessage: ((event: { readonly data: FromWorker }) => void) | null;
  onerror: ((event: { readonly message: string }) => void) | null;
}

/** A run that gave no outcome: over its budget without even a partial trace, or a bug. */
export interface LostRun {
  readonly kind: 'budget' | 'crash';
  readonly message: string;
}

export interface EngineClientOptions {
  readonly createWorker: () => WorkerPort;
  /** Text of `cluster/base-<version>.json`. */
  readonly loadBase: (version: KyvernoVersion) => Promise<string>;
  readonly onOutcome: (outcome: RunOutcome, request: RunRequest) => void;
  readonly onLost: (lost: LostRun) => void;
  /** How far a run that takes its time has got. */
  readonly onProgress?: (progress: Progress) => void;
}

/** What the worker gets beyond a run's budget without a sign of life before it is taken down, milliseconds. */
const GRACE = 2500;
/** A run that a newer text has overtaken may go on this long, milliseconds; then its worker is taken down. */
const OVERTAKEN = 400;

interface Flight {
  readonly id: number;
  readonly request: RunRequest;
  readonly began: number;
  timer: ReturnType<typeof setTimeout>;
  /** What went ahead of its trace. */
  readonly parts: TracePart[];
}

export type EngineClient = ReturnType<typeof createEngineClient>;

/** The page's side of the worker: one run at a time, the latest text wins, a run over its budget is taken down. */
export function createEngineClient(options: EngineClientOptions) {
  let worker = start();
  let sentBases = new Set<KyvernoVersion>();
  let flight: Flight | undefined;
  let waiting: RunRequest | undefined;
  let overtaken: ReturnType<typeof setTimeout> | undefined;
  let lastId = 0;
  const questions = new Map<number, { answer: (value: never) => void; fail: (error: Error) => void }>();
  const bases = new Map<KyvernoVersion, Promise<string>>();

  function start(): WorkerPort {
    const port = options.createWorker();
    port.onmessage = (event) => receive(event.data);
    port.onerror = (event) => takeDown({ kind: 'crash', message: event.message });
    return port;
  }

  function receive(message: FromWorker): void {
    if (message.type !== 'answer' && message.id === flight?.id) {
      if (message.type === 'progress' || message.type === 'part') {
        goesOn(flight, message);
        return;
      }
      const landed = flight;
      land();
      if (message.type === 'ran') arrived(message.outcome, landed);
      else options.onLost({ kind: 'crash', message: message.message });
      if (waiting !== undefined) run(waiting);
      return;
    }
    const question = questions.get(message.id);
    questions.delete(message.id);
    if (message.type === 'answer') question?.answer(message.answer as never);
    else if (message.type === 'failed') question?.fail(new Error(message.message));
  }

  function goesOn(under: Flight, message: Extract<FromWorker, { readonly type: 'progress' | 'part' }>): void {
    clearTimeout(under.timer);
    under.timer = watch(under.request.budget);
    if (message.type === 'part') under.parts.push(message.part);
    else if (waiting === undefined) options.onProgress?.(message.progress);
  }

  function arrived(outcome: RunOutcome, { request, parts }: Flight): void {
    if (outcome.overtaken === true) return;
    const { trace } = outcome;
    options.onOutcome(
      trace === undefined ? outcome : { ...outcome, trace: fromParts(parts, trace) },
      request,
    );
  }

  /** Takes the worker down if nothing is heard of it for longer than its budget. */
  function watch(budget: number): ReturnType<typeof setTimeout> {
    const seconds = Math.round(budget / 1000);
    return setTimeout(
      () => takeDown({ kind: 'budget', message: `It took more than ${seconds} s and was stopped.` }),
      budget + GRACE,
    );
  }

  function land(): void {
    clearTimeout(flight?.timer);
    clearTimeout(overtaken);
    overtaken = undefined;
    flight = undefined;
  }

  /** Ends the worker and starts another; every question that it owed an answer fails. */
  function takeDown(lost: LostRun | undefined): void {
    worker.terminate();
    land();
    sentBases = new Set();
    for (const question of questions.values()) question.fail(new Error('The worker was restarted'));
    questions.clear();
    worker = start();
    const next = waiting;
    waiting = undefined;
    if (next !== undefined) run(next);
    else if (lost !== undefined) options.onLost(lost);
  }

  async function giveBase(version: KyvernoVersion): Promise<void> {
    let text = bases.get(version);
    if (text === undefined) {
      text = options.loadBase(version);
      bases.set(version, text);
      text.catch(() => bases.delete(version));
    }
    const json = await text;
    if (sentBases.has(version)) return;
    sentBases.add(version);
    worker.postMessage({ type: 'base', version, json });
  }

  function run(request: RunRequest): void {
    if (flight !== undefined) {
      waiting = request;
      worker.postMessage({ type: 'cancel', id: flight.id, keep: false });
      const age = performance.now() - flight.began;
      overtaken ??= setTimeout(() => takeDown(undefined), Math.max(0, OVERTAKEN - age));
      return;
    }
    waiting = undefined;
    lastId += 1;
    const id = lastId;
    const timer = watch(request.budget);
    flight = { id, request, began: performance.now(), timer, parts: [] };
    giveBase(request.version).then(
      () => {
        if (flight?.id === id) worker.postMessage({ type: 'run', id, request });
      },
      (error: unknown) => {
        if (flight?.id !== id) return;
        land();
        options.onLost({ kind: 'crash', message: String(error) });
      },
    );
  }

  async function ask<Type extends Question['type']>(
    question: Extract<Question, { readonly type: Type }>,
  ): Promise<Answers[Type]> {
    if ('request' in question) await giveBase(question.request.version);
    return new Promise((answer, fail) => {
      lastId += 1;
      questions.set(lastId, { answer, fail });
      worker.postMessage({ type: 'ask', id: lastId, question });
    });
  }

  return {
    run,
    ask,
    /** Ends the run under way; what was traced until then is its outcome. */
    cancel: (): void => {
      if (flight !== undefined) worker.postMessage({ type: 'cancel', id: flight.id, keep: true });
    },
    /** Begins to fetch a version's cluster before anybody asks for a run. */
    warm: (version: KyvernoVersion): void => void giveBase(version).catch(() => undefined),
    /** Whether a newer text than the one that was just answered waits for its run. */
    isWaiting: (): boolean => waiting !== undefined,
    close: (): void => {
      land();
      worker.terminate();
    },
  };
}
