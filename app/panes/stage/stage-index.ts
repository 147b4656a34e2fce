import type {
  AttemptEvent,
  AttemptPartEvent,
  EventId,
  RequestEvent,
  RuleEvent,
  StepEvent,
  Trace,
  TraceEvent,
  UpdateRequestEvent,
  WebhookEvent,
} from '../../../src/index.ts';
import { isTold } from '../../../src/index.ts';

/** The life of one UpdateRequest. */
export interface QueueLife {
  readonly name: string;
  /** The write that makes it; undefined if the trace begins later. */
  readonly birth: RequestEvent | undefined;
  /** In order of time; the first one is its creation. */
  readonly states: readonly UpdateRequestEvent[];
  readonly attempts: readonly AttemptEvent[];
}

/** Everything the Stage asks of a trace again and again, sorted once. */
export interface StageIndex {
  readonly trace: Trace;
  /** Commands of the person, by time. */
  readonly commands: readonly StepEvent[];
  /** Requests that carry an object through admission, by time: of callers above, of controllers below. */
  readonly above: readonly RequestEvent[];
  readonly below: readonly RequestEvent[];
  /** What etcd took and the lanes tell, by time. */
  readonly stored: readonly Extract<TraceEvent, { kind: 'stored' }>[];
  readonly lives: readonly QueueLife[];
  lifeOf(name: string): QueueLife | undefined;
  webhooksOf(request: EventId): readonly WebhookEvent[];
  rulesOf(request: EventId): readonly RuleEvent[];
  partsOf(attempt: EventId): readonly AttemptPartEvent[];
  /** What an attempt asks the API server, by time. */
  questionsOf(attempt: EventId): readonly RequestEvent[];
  /** All times at which something begins or ends, rising. */
  readonly edges: Float64Array;
}

const known = new WeakMap<Trace, StageIndex>();

export function stageIndexOf(trace: Trace): StageIndex {
  let index = known.get(trace);
  if (index === undefined) {
    index = readIndex(trace);
    known.set(trace, index);
  }
  return index;
}

const isRead = (request: RequestEvent): boolean => request.verb === 'get' || request.verb === 'list';
const isAbove = (request: RequestEvent): boolean =>
  request.component === 'client' ||
  request.component === 'actor' ||
  request.component === 'controller-manager';

function readIndex(trace: Trace): StageIndex {
  const commands: StepEvent[] = [];
  const above: RequestEvent[] = [];
  const below: RequestEvent[] = [];
  const stored: Extract<TraceEvent, { kind: 'stored' }>[] = [];
  const lives = new Map<
    string,
    { birth?: RequestEvent; states: UpdateRequestEvent[]; attempts: AttemptEvent[] }
  >();
  const webhooks = new Map<EventId, WebhookEvent[]>();
  const rules = new Map<EventId, RuleEvent[]>();
  const parts = new Map<EventId, AttemptPartEvent[]>();
  const questions = new Map<EventId, RequestEvent[]>();
  const edges: number[] = [];
  const lifeOf = (name: string) => {
    let life = lives.get(name);
    if (life === undefined) {
      life = { states: [], attempts: [] };
      lives.set(name, life);
    }
    return life;
  };
  const causeOf = (event: TraceEvent | undefined): TraceEvent | undefined =>
    event?.cause === undefined || event.cause >= event.id ? undefined : trace.events[event.cause];

  for (const event of trace.events) {
    if (event.step === 0 && trace.steps.length > 1) continue;
    edges.push(event.time, event.end);
    const cause = causeOf(event);
    switch (event.kind) {
      case 'step':
        if (trace.steps[event.step]?.kind === 'command') commands.push(event);
        break;
      case 'request': {
        if (event.resource.resource === 'updaterequests' && event.component === 'admission-controller') {
          if (event.verb === 'create' && event.subresource === '') lifeOf(event.target.name).birth = event;
          break;
        }
        if (!isTold(trace, event)) break;
        const attempt = attemptOf(cause, causeOf);
        if (attempt !== undefined) push(questions, attempt.id, event);
        if (!isRead(event)) (isAbove(event) ? above : below).push(event);
        else if (event.component === 'client' && cause?.kind === 'step') above.push(event);
        break;
      }
      case 'webhook':
        if (event.cause !== undefined) push(webhooks, event.cause, event);
        break;
      case 'rule':
        if (cause?.kind === 'webhook' && cause.cause !== undefined) push(rules, cause.cause, event);
        else if (cause?.kind === 'request') push(rules, cause.id, event);
        break;
      case 'stored':
        if (isTold(trace, event)) stored.push(event);
        break;
      case 'update-request':
        lifeOf(event.name).states.push(event);
        break;
      case 'attempt':
        lifeOf(event.updateRequest).attempts.push(event);
        break;
      case 'attempt-part':
        if (event.cause !== undefined) push(parts, event.cause, event);
        break;
      default:
        break;
    }
  }
  const all = [...lives].flatMap(([name, { birth, states, attempts }]) =>
    states.length === 0 ? [] : [{ name, birth, states, attempts }],
  );
  const byName = new Map(all.map((life) => [life.name, life]));
  return {
    trace,
    commands,
    above: withoutOvertakenReads(above),
    below,
    stored,
    lives: all,
    lifeOf: (name) => byName.get(name),
    webhooksOf: (id) => webhooks.get(id) ?? [],
    rulesOf: (id) => rules.get(id) ?? [],
    partsOf: (id) => parts.get(id) ?? [],
    questionsOf: (id) => questions.get(id) ?? [],
    edges: Float64Array.from(edges).sort(),
  };
}

/** What kubectl reads before it writes is no story of its own: reads stay only where their step writes nothing. */
function withoutOvertakenReads(requests: readonly RequestEvent[]): readonly RequestEvent[] {
  const writing = new Set(
    requests.filter((one) => !isRead(one) && one.component === 'client').map((one) => one.step),
  );
  return requests.filter((one) => !isRead(one) || !writing.has(one.step));
}

function attemptOf(
  from: TraceEvent | undefined,
  causeOf: (event: TraceEvent | undefined) => TraceEvent | undefined,
): AttemptEvent | undefined {
  let event = from;
  for (let i = 0; i < 3 && event !== undefined; i++) {
    if (event.kind === 'attempt') return event;
    event = causeOf(event);
  }
  return undefined;
}

function push<T>(map: Map<EventId, T[]>, key: EventId, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** Index of the last one that begins at or before a time; -1 if none does. */
export function lastBefore(list: readonly { readonly time: number }[], time: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.time ?? Number.POSITIVE_INFINITY) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Which stretch between two edges a time lies in: what is discrete does not change within one. */
export function stretchOf({ edges }: StageIndex, time: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((edges[middle] ?? 0) <= time) low = middle + 1;
    else high = middle;
  }
  // An end counts at its own time, and so does a beginning: both are edges.
  return low;
}
