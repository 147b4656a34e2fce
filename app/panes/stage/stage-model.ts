import type {
  EventId,
  ObjectRef,
  OutcomeRow,
  RequestEvent,
  StepEvent,
  Trace,
  TraceEvent,
} from '../../../src/index.ts';
import { outcomeRows, refKey, stepNumber, userText, verdictOf } from '../../../src/index.ts';
import { lastBefore, type QueueLife, type StageIndex, stageIndexOf, stretchOf } from './stage-index.ts';
import {
  frontLife,
  questionAt,
  queueAt,
  type StageQuestion,
  type StageQueue,
  type StageWorker,
  unbornLife,
  workerAt,
} from './stage-queue.ts';
import { gateOf, type StageGate, type StageToken, tokenOf } from './stage-requests.ts';
import { secondSentence } from './stage-words.ts';

/** A time at which something begins or has its result, with its sentence. */
export interface StageMoment {
  readonly time: number;
  readonly caption: string;
  readonly event: EventId;
}

/** Who sends the object in front. */
export interface StageCaller {
  readonly name: string;
  /** `kubectl create`; for a controller what it is. */
  readonly line: string;
  readonly event: EventId | undefined;
  /** What the caller was told at last. */
  readonly verdict: { readonly tone: 'allow' | 'deny' | 'error'; readonly word: string } | undefined;
}

/** An object that background makes, changes or owes. */
export interface StageTarget {
  readonly ref: ObjectRef;
  readonly event: EventId;
  readonly state: OutcomeRow['state'];
  readonly word: string;
  /** The event is its own, not its UpdateRequest's. */
  readonly own: boolean;
}

export interface StageModel {
  /** The person's step: its number and title; no number before the first. */
  readonly step: { readonly number: number | undefined; readonly title: string };
  readonly caller: StageCaller;
  /** Last one drawn on top: the object in front. */
  readonly tokens: readonly StageToken[];
  readonly mutating: StageGate;
  readonly schema: { readonly state: 'later' | 'asking' | 'open' | 'closed'; readonly note: string };
  readonly validating: StageGate;
  readonly etcd: {
    /** What was refused and is not there. */
    readonly never: { readonly ref: ObjectRef; readonly event: EventId } | undefined;
    /** How many objects this step had stored so far besides the one in front. */
    readonly more: number;
  };
  /** The UpdateRequest's way from admission into the queue: 0 not born, 1 there; undefined if there is none. */
  readonly birth: { readonly share: number; readonly event: EventId } | undefined;
  readonly queue: StageQueue;
  readonly worker: StageWorker;
  readonly question: StageQuestion | undefined;
  readonly targets: readonly StageTarget[];
  readonly moreTargets: number;
  /** How the others stand: `8 made, kept in sync, 3 would be, not made yet`. */
  readonly moreTargetsText: string;
  /** What the moment's sentence is about. */
  readonly present: EventId | undefined;
  readonly caption: { readonly text: string; readonly second: string };
}

/** How much of what is many is shown. */
export interface StageRoom {
  readonly rules: number;
  readonly tickets: number;
  readonly targets: number;
}

export const WIDE_ROOM: StageRoom = { rules: 2, tickets: 2, targets: 1 };

/** What stands where at a time. Discrete parts are remembered for the stretch between two events; places are not. */
export function stageAt(
  trace: Trace,
  moments: readonly StageMoment[],
  time: number,
  room: StageRoom = WIDE_ROOM,
): StageModel {
  const index = stageIndexOf(trace);
  const moment = moments[Math.max(0, lastBefore(moments, time))];
  const present = moment === undefined ? undefined : trace.events[moment.event];
  const command = index.commands[lastBefore(index.commands, time)];
  const since = command?.time ?? 0;
  const above = latest(index.above, since, time) ?? comingFrom(index, command);
  const inFlight = index.below[lastBefore(index.below, time)];
  const below = inFlight !== undefined && time <= inFlight.end ? inFlight : undefined;
  const front =
    below === undefined || (above !== undefined && isAbout(trace, present, above)) ? above : below;
  const slow = discreteAt(index, present, since, time, room);
  return {
    step: {
      number: command === undefined ? undefined : stepNumber(trace, command.step),
      title: titleOf(trace, command),
    },
    caller: callerOf(trace, command, above, time),
    tokens: tokensOf(above, below, front, time),
    mutating: gateOf(index, front, 'mutating', time, room.rules),
    schema: schemaOf(front, time),
    validating: gateOf(index, front, 'validating', time, room.rules),
    etcd: etcdOf(index, above, since, time),
    birth: birthOf(slow.unborn ?? slow.life, since, time),
    queue: slow.queue,
    worker: workerAt(index, slow.life, since, time),
    question: questionAt(index, slow.life, time),
    targets: slow.targets,
    moreTargets: slow.moreTargets,
    moreTargetsText: slow.moreTargetsText,
    present: present?.id,
    caption: {
      text: moment?.caption ?? '',
      second: present === undefined ? '' : secondSentence(trace, present, time),
    },
  };
}

interface Discrete {
  readonly life: QueueLife | undefined;
  readonly unborn: QueueLife | undefined;
  readonly queue: StageQueue;
  readonly targets: readonly StageTarget[];
  readonly moreTargets: number;
  readonly moreTargetsText: string;
}

const remembered = new WeakMap<StageIndex, { readonly key: string; readonly value: Discrete }>();

function discreteAt(
  index: StageIndex,
  present: TraceEvent | undefined,
  since: number,
  time: number,
  room: StageRoom,
): Discrete {
  const key = `${stretchOf(index, time)} ${present?.id ?? ''} ${room.tickets} ${room.targets}`;
  const known = remembered.get(index);
  if (known?.key === key) return known.value;
  const life = frontLife(index, present, since, time);
  const rows = targetRows(index.trace, life?.name, since, time);
  const value = {
    life,
    unborn: unbornLife(index, time),
    queue: queueAt(index, life, since, time, room.tickets),
    targets: rows.slice(0, room.targets),
    moreTargets: Math.max(0, rows.length - room.targets),
    moreTargetsText: countStates(rows.slice(room.targets)),
  };
  remembered.set(index, { key, value });
  return value;
}

function countStates(targets: readonly StageTarget[]): string {
  const counts = new Map<string, number>();
  for (const { state } of targets) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
}

function latest(list: readonly RequestEvent[], since: number, time: number): RequestEvent | undefined {
  const found = list[lastBefore(list, time)];
  return found !== undefined && found.time >= since ? found : undefined;
}

/** Before its first request leaves, a step's object stands at its sender already. */
function comingFrom(index: StageIndex, command: StepEvent | undefined): RequestEvent | undefined {
  if (command === undefined) return undefined;
  const next = index.above[lastBefore(index.above, command.time) + 1];
  return next?.step === command.step && next.component === 'client' ? next : undefined;
}

const titleOf = (trace: Trace, command: StepEvent | undefined): string =>
  command === undefined ? 'before the first step' : (trace.steps[command.step]?.title ?? '');

function callerOf(
  trace: Trace,
  command: StepEvent | undefined,
  above: RequestEvent | undefined,
  time: number,
): StageCaller {
  if (above !== undefined && above.component !== 'client') {
    return {
      name: userText(above.username),
      line: above.component === 'actor' ? 'a controller' : above.component.replaceAll('-', ' '),
      event: above.id,
      verdict: undefined,
    };
  }
  const step = command === undefined ? undefined : trace.steps[command.step];
  if (command === undefined || step === undefined)
    return { name: '', line: 'kubectl', event: undefined, verdict: undefined };
  const { tone, word } = verdictOf(command);
  const told = time >= command.end && (tone === 'allow' || tone === 'deny' || tone === 'error');
  return {
    name: userText(step.username),
    line: step.command.split(' ').slice(0, 2).join(' ') || 'kubectl',
    event: command.id,
    verdict: told ? { tone, word } : undefined,
  };
}

/** Whether the moment is about a request: about itself, or what it made happen within three steps. */
function isAbout(trace: Trace, present: TraceEvent | undefined, request: RequestEvent): boolean {
  let event = present;
  for (let i = 0; i < 4 && event !== undefined; i++) {
    if (event.id === request.id) return true;
    event = event.cause === undefined || event.cause >= event.id ? undefined : trace.events[event.cause];
  }
  return false;
}

function tokensOf(
  above: RequestEvent | undefined,
  below: RequestEvent | undefined,
  front: RequestEvent | undefined,
  time: number,
): StageToken[] {
  const tokens = [
    ...(above === undefined ? [] : [tokenOf(above, 'above', time, above !== front)]),
    ...(below === undefined ? [] : [tokenOf(below, 'below', time, below !== front)]),
  ];
  return above === front ? tokens.reverse() : tokens;
}

function schemaOf(request: RequestEvent | undefined, time: number): StageModel['schema'] {
  const phase = request?.phases.find(({ name }) => name === 'schema');
  if (request === undefined || phase === undefined || phase.time > time) return { state: 'later', note: '' };
  if (time < phase.end) return { state: 'asking', note: '' };
  if (request.refusedBy === 'schema') return { state: 'closed', note: request.reason ?? 'refused' };
  return { state: 'open', note: request.verb === 'create' ? 'uid assigned' : '' };
}

function etcdOf(
  index: StageIndex,
  above: RequestEvent | undefined,
  since: number,
  time: number,
): StageModel['etcd'] {
  const until = lastBefore(index.stored, time);
  const from = lastBefore(index.stored, since - 1e-9);
  const own = above !== undefined && above.code < 400 && time >= above.end && !above.dryRun ? 1 : 0;
  const refused =
    above !== undefined && above.code >= 400 && above.verb === 'create' && time >= above.end
      ? above
      : undefined;
  return {
    never: refused === undefined ? undefined : { ref: refused.target, event: refused.id },
    more: Math.max(0, until - from - own),
  };
}

function birthOf(life: QueueLife | undefined, since: number, time: number): StageModel['birth'] {
  const first = life?.states[0];
  if (life === undefined || first === undefined || first.time < since) return undefined;
  const from = life.birth?.time ?? first.time;
  const share = time >= first.time ? 1 : first.time > from ? (time - from) / (first.time - from) : 0;
  return { share: Math.max(0, share), event: first.id };
}

const WORDS: Readonly<Record<string, string>> = {
  planned: 'would be, not made yet',
  produced: 'made',
  'in sync': 'made, kept in sync',
  drifted: 'drifted',
  deleted: 'deleted',
  refused: 'refused',
  never: 'would be, not made',
  changed: 'changed',
  unchanged: 'as it was',
};

const isThere = (state: OutcomeRow['state']): boolean =>
  state !== 'never' &&
  state !== 'deleted' &&
  state !== 'refused' &&
  state !== 'planned' &&
  state !== 'not planned';

const targetOf = (trace: Trace, row: OutcomeRow, ref: ObjectRef): StageTarget => ({
  ref,
  event: row.event,
  state: row.state,
  word: WORDS[row.state] ?? row.state,
  own: isOwn(trace, row),
});

const isOwn = (trace: Trace, row: OutcomeRow): boolean => {
  const kind = trace.events[row.event]?.kind;
  return kind === 'target' || kind === 'stored';
};

/** Targets of this chapter and of what is in front, each object once, the one in front first. */
function targetRows(trace: Trace, front: string | undefined, since: number, time: number): StageTarget[] {
  const step = trace.steps.findLast((one) => one.kind === 'command' && one.time <= time)?.index ?? 0;
  const rows = outcomeRows(trace, time as Parameters<typeof outcomeRows>[1]).filter(
    (row) => row.target !== undefined && row.state !== 'not planned',
  );
  const found = new Map<string, { readonly target: StageTarget; readonly rank: number }>();
  const alive = new Map<string, OutcomeRow>();
  for (const row of rows) {
    if (row.target === undefined) continue;
    const key = refKey(row.target);
    if (isThere(row.state) || row.state === 'deleted') alive.set(key, row);
    const own = row.updateRequest === front && front !== undefined;
    const recent = row.step >= step || (trace.events[row.event]?.time ?? 0) >= since;
    if (!own && !recent && !isThere(row.state)) continue;
    const rank = own ? 0 : recent ? 1 : 2;
    const before = found.get(key);
    if (before !== undefined && before.rank < rank) continue;
    found.set(key, { target: targetOf(trace, row, row.target), rank });
  }
  // What is planned again may be there still, as it was left.
  for (const [key, { target, rank }] of found) {
    const row = alive.get(key);
    if (target.state === 'planned' && row?.target !== undefined)
      found.set(key, { target: targetOf(trace, row, row.target), rank });
  }
  return [...found.values()].sort((a, b) => a.rank - b.rank).map(({ target }) => target);
}
