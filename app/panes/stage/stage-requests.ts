import type {
  EventId,
  Milliseconds,
  ObjectRef,
  RequestEvent,
  RequestPhaseName,
  RuleEvent,
} from '../../../src/index.ts';
import { firstSentence, verdictOf, webhookText } from '../../../src/index.ts';
import type { StageIndex } from './stage-index.ts';

/** Stations of the way through admission, in order; a token's progress counts along them. */
export const STATIONS = ['caller', 'server', 'mutating', 'schema', 'validating', 'etcd'] as const;
export type Station = (typeof STATIONS)[number];

/** An object on its way, or what is left of one. */
export interface StageToken {
  /** Its request. */
  readonly event: EventId;
  readonly ref: ObjectRef;
  /** `create`, `patch`, `delete` …; shown where it is not plainly a creation. */
  readonly verb: RequestEvent['verb'];
  /** Above: a caller waits for it. Below: a controller sends it. */
  readonly side: 'above' | 'below';
  /** Place along `STATIONS`: 0 at the caller, 5 in etcd; for one from below -1 is at its controller. */
  readonly progress: number;
  readonly state: 'moving' | 'denied' | 'error' | 'stored' | 'deleted' | 'answered';
  /** Another one is in front: only its outline stays. */
  readonly outline: boolean;
}

export interface GateRule {
  readonly event: EventId;
  readonly name: string;
  /** The rule alone, where there is no room for its policy. */
  readonly short: string;
  readonly tone: 'allow' | 'deny' | 'warn' | 'error' | 'skip';
  readonly word: string;
}

/** One of the gates of admission as the object in front meets it. */
export interface StageGate {
  readonly state: 'later' | 'asking' | 'open' | 'closed';
  /** The verdict that it gave, if any: `Denied`, `Allowed`, `Warned`. */
  readonly word: string;
  readonly rules: readonly GateRule[];
  /** Rules that found no room here. */
  readonly more: number;
  /** Why it is closed, or what it changed. */
  readonly note: string;
  /** What tells most about it. */
  readonly event: EventId | undefined;
}

const STOPS: Readonly<Record<NonNullable<RequestEvent['refusedBy']>, number>> = {
  authorization: 1,
  mutating: 2,
  schema: 3,
  validating: 4,
  store: 4.55,
};
const PLACES: Readonly<Record<RequestPhaseName, number>> = {
  authn: 1,
  mutating: 2,
  schema: 3,
  validating: 4,
  store: 5,
};

/** Share of a stretch that a token takes to arrive; it waits there for the rest. */
const ARRIVAL = 0.55;

/**
 * Where a request's object is at a time, along the stations: a pure function of time, so it can be followed both ways. It
 * arrives at a station in the first part of that station's stretch and waits there until the stretch ends.
 */
export function progressOf(request: RequestEvent, time: number): number {
  const from = 0;
  if (time <= request.time) return from;
  let at = from;
  for (const phase of request.phases) {
    const place = placeOf(request, phase.name);
    const arrival = phase.time + (phase.end - phase.time) * ARRIVAL;
    if (time < arrival) {
      const share = arrival > phase.time ? (time - phase.time) / (arrival - phase.time) : 1;
      return at + (place - at) * Math.max(0, share);
    }
    at = place;
  }
  return at;
}

function placeOf(request: RequestEvent, phase: RequestPhaseName): number {
  const refused = request.refusedBy;
  if (refused !== undefined && (refused === phase || (refused === 'authorization' && phase === 'authn')))
    return STOPS[refused];
  return PLACES[phase];
}

/** What became of a request's object by a time. */
export function tokenState(request: RequestEvent, time: number): StageToken['state'] {
  const known = time >= verdictTime(request);
  if (request.code >= 400 && known)
    return request.refusedBy === 'mutating' ||
      request.refusedBy === 'validating' ||
      request.refusedBy === 'authorization'
      ? 'denied'
      : 'error';
  if (time < request.end) return 'moving';
  if (request.verb === 'get' || request.verb === 'list' || request.dryRun) return 'answered';
  return request.verb === 'delete' || request.verb === 'deletecollection' ? 'deleted' : 'stored';
}

/** When it is known that a request is refused: at the end of the stretch where it ended. */
export const verdictTime = (request: RequestEvent): Milliseconds => request.phases.at(-1)?.end ?? request.end;

export function tokenOf(
  request: RequestEvent,
  side: StageToken['side'],
  time: number,
  outline: boolean,
): StageToken {
  return {
    event: request.id,
    ref: request.target,
    verb: request.verb,
    side,
    progress: progressOf(request, time),
    state: tokenState(request, time),
    outline,
  };
}

/** A gate as the request in front meets it, with the rules that have answered, the weightiest first. */
export function gateOf(
  index: StageIndex,
  request: RequestEvent | undefined,
  type: 'mutating' | 'validating',
  time: number,
  room: number,
): StageGate {
  const nothing = { state: 'later', word: '', rules: [], more: 0, note: '', event: undefined } as const;
  const phase = request?.phases.find(({ name }) => name === type);
  if (request === undefined || phase === undefined || phase.time > time) return nothing;
  const webhooks = index.webhooksOf(request.id).filter((one) => one.type === type);
  const ids = new Set(webhooks.map(({ id }) => id));
  const answered = index
    .rulesOf(request.id)
    .filter(
      (rule) => rule.end <= time && rule.status !== 'none' && rule.cause !== undefined && ids.has(rule.cause),
    )
    .sort((a, b) => weight(b) - weight(a));
  const refusing = webhooks.find((one) => !one.allowed && one.end <= time);
  const closed =
    request.refusedBy === type &&
    (time >= verdictTime(request) || answered.some((rule) => weight(rule) === 5));
  const over = time >= phase.end;
  const rules = answered.slice(0, room).map(gateRule);
  const warned =
    answered.some((rule) => verdictOf(rule).tone === 'warn') ||
    webhooks.some((one) => one.warnings.length > 0);
  return {
    state: closed ? 'closed' : over ? 'open' : 'asking',
    word: closed ? 'Denied' : !over || webhooks.length === 0 ? '' : warned ? 'Warned' : 'Allowed',
    rules:
      rules.length === 0 && refusing !== undefined
        ? [
            {
              event: refusing.id,
              name: webhookText(refusing.name),
              short: webhookText(refusing.name),
              tone: 'deny',
              word: 'denies',
            },
          ]
        : rules,
    more: answered.length - rules.length,
    note: closed
      ? shortMessage(
          answered.find((rule) => weight(rule) === 5)?.message ?? refusing?.message ?? request.message ?? '',
        )
      : type === 'mutating' && over
        ? changesText(request, webhooks.length > 0)
        : '',
    event: answered[0]?.id ?? refusing?.id ?? webhooks.find((one) => one.time <= time)?.id ?? request.id,
  };
}

const weight = (rule: RuleEvent): number =>
  rule.status === 'fail' && rule.enforced
    ? 5
    : { error: 4, fail: 3, warn: 3, pass: 2, skip: 1, none: 0 }[rule.status];

function gateRule(rule: RuleEvent): GateRule {
  const { tone, word } = verdictOf(rule);
  const matches =
    rule.status === 'pass' && (rule.ruleType === 'generate' || rule.ruleType === 'mutateExisting');
  return {
    event: rule.id,
    name: `${rule.policy} / ${rule.rule}`,
    short: rule.rule,
    tone: tone === 'plain' || tone === 'noise' ? 'skip' : tone,
    word: matches ? 'matches' : word,
  };
}

/** `Label 'team' is required`: the sentence of a rule without what Kyverno says around it. */
export const shortMessage = (message: string): string =>
  firstSentence(message).replace(/^(?:validation (?:error|failure)): /, '');

function changesText(request: RequestEvent, called: boolean): string {
  const count = Array.isArray(request.mutations) ? request.mutations.length : 0;
  if (count > 0) return count === 1 ? '1 change' : `${count} changes`;
  return called ? 'no change' : '';
}

/** `delete` and the like; a creation needs no word. */
export const verbWord = (verb: RequestEvent['verb']): string =>
  ({
    create: '',
    update: 'update',
    patch: 'patch',
    delete: 'delete',
    deletecollection: 'delete',
    get: 'get',
    list: 'list',
  })[verb];
