import { equal } from '../../base/json.ts';
import type { EventId } from '../../base/units.ts';
import type { TraceEvent } from '../event.ts';
import type { Trace } from '../trace.ts';
import { nameOf, refText } from '../words.ts';
import { tellPair, tellRun } from './difference-words.ts';
import { type EventPair, matchEvents } from './match-events.ts';
import { outcomeOf } from './outcome.ts';
import { plainTextOf } from './plain-text.ts';
import { summarise } from './summary.ts';

/** Where a difference stands: in one run alone, or in both with another outcome. */
export type DifferenceKind = 'only above' | 'only below' | 'other outcome';

/** One difference as the table tells it; what follows from it is counted in it. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** What it is about: `POST networkpolicies`, `Attempts 2 to 5`. */
  readonly title: string;
  /** What happened, one sentence; empty on the side where nothing did. */
  readonly above: string;
  readonly below: string;
  /** Events of it, the telling one first; those that follow from it after. */
  readonly aboveEvents: readonly EventId[];
  readonly belowEvents: readonly EventId[];
}

/** Two runs held against each other, event by event. */
export interface TraceComparison {
  readonly pairs: readonly EventPair[];
  /** In order of time. */
  readonly differences: readonly Difference[];
  /** Two sentences for people: what differs, and what does not. */
  readonly summary: { readonly headline: string; readonly rest: string };
}

/** Compares two runs: the same files on two versions, or a run before and after an edit. `names` are for the summary. */
export function compareTraces(
  above: Trace,
  below: Trace,
  names: { readonly above: string; readonly below: string },
): TraceComparison {
  const matched = matchEvents(above, below);
  const others = otherOutcomes(above, below, matched.pairs);
  const differences = [
    ...onlyIn(above, matched.onlyAbove, 'above', others),
    ...onlyIn(below, matched.onlyBelow, 'below', others),
    ...others.map((group) => otherOutcome(above, below, group)),
  ].sort(
    (left, right) =>
      timeOf(above, below, left) - timeOf(above, below, right) || (left.title < right.title ? -1 : 1),
  );
  return {
    pairs: matched.pairs,
    differences,
    summary: summarise(above, below, names, differences.length),
  };
}

/** When a difference is known: of an UpdateRequest's end, in both runs. */
function timeOf(above: Trace, below: Trace, { kind, aboveEvents, belowEvents }: Difference): number {
  const times = [
    ...aboveEvents.slice(0, 1).map((id) => above.events[id]?.time ?? 0),
    ...belowEvents.slice(0, 1).map((id) => below.events[id]?.time ?? 0),
  ];
  const isEnd = kind === 'other outcome' && above.events[aboveEvents[0] ?? 0]?.kind === 'update-request';
  return isEnd ? Math.max(...times) : Math.min(...times);
}

/** Pairs that are told together, and what belongs to them on one side alone. */
interface Group {
  readonly pairs: readonly EventPair[];
  readonly above: TraceEvent[];
  readonly below: TraceEvent[];
}

function otherOutcome(above: Trace, below: Trace, group: Group): Difference {
  const [first] = group.pairs;
  const told = first === undefined ? { title: '', above: '', below: '' } : tellPair(above, below, first);
  return {
    kind: 'other outcome',
    ...told,
    aboveEvents: group.above.map(({ id }) => id),
    belowEvents: group.below.map(({ id }) => id),
  };
}

/**
 * Pairs that ended otherwise. A denial is told by the rule, the webhook, the request and the step: it is one difference,
 * named by the outermost, which is what a person sees.
 */
function otherOutcomes(above: Trace, below: Trace, pairs: readonly EventPair[]): readonly Group[] {
  const differing = pairs.filter(
    ({ above: left, below: right }) => !equal(outcomeOf(above, left), outcomeOf(below, right)),
  );
  const ids = new Set(differing.map((pair) => pair.above.id));
  const groups = new Map<EventId, EventPair[]>();
  for (const pair of differing) {
    const root = outermost(above, pair.above, ids);
    groups.set(root, [...(groups.get(root) ?? []), pair]);
  }
  return [...groups.values()].map((group) => ({
    pairs: group,
    above: group.map((pair) => pair.above),
    below: group.map((pair) => pair.below),
  }));
}

const TOLD_TOGETHER: ReadonlySet<TraceEvent['kind']> = new Set([
  'step',
  'request',
  'webhook',
  'rule',
  'never-stored',
  'attempt',
  'attempt-part',
]);

/** The farthest cause in one unbroken chain of answers that differ. */
function outermost(trace: Trace, event: TraceEvent, differing: ReadonlySet<EventId>): EventId {
  let at = event;
  while (TOLD_TOGETHER.has(at.kind) && at.cause !== undefined && at.cause < at.id) {
    const cause = trace.events[at.cause];
    if (cause === undefined || !differing.has(cause.id) || !TOLD_TOGETHER.has(cause.kind)) break;
    at = cause;
  }
  return at.id;
}

/**
 * Events without a partner: what follows from one belongs to it, and equal ones beside each other are one run of them. What
 * only says how another outcome came about goes to that one.
 */
function onlyIn(
  trace: Trace,
  events: readonly TraceEvent[],
  side: 'above' | 'below',
  others: readonly Group[],
): readonly Difference[] {
  const ids = new Set(events.map(({ id }) => id));
  const roots = new Map<EventId, TraceEvent[]>();
  for (const event of events) {
    let at = event;
    while (at.cause !== undefined && at.cause < at.id && ids.has(at.cause)) {
      const cause = trace.events[at.cause];
      if (cause === undefined) break;
      at = cause;
    }
    const led = roots.get(at.id);
    if (led === undefined) roots.set(at.id, [event]);
    else led.push(event);
  }
  const owners = readOwners(side, others);
  const runs = new Map<string, (readonly TraceEvent[])[]>();
  for (const group of roots.values()) {
    const [root] = group;
    if (root === undefined) continue;
    const owner = ownerOf(root, group, owners);
    if (owner !== undefined) {
      owner[side].push(...group);
      continue;
    }
    const key = runKey(trace, root);
    const run = runs.get(key);
    if (run === undefined) runs.set(key, [group]);
    else run.push(group);
  }
  return [...runs.values()].map((groups) => {
    const members = groups.flat();
    const { title, text } = tellRun(
      trace,
      groups.flatMap((group) => group.slice(0, 1)),
      members,
    );
    const own = members.map(({ id }) => id);
    return side === 'above'
      ? { kind: 'only above', title, above: text, below: '', aboveEvents: own, belowEvents: [] }
      : { kind: 'only below', title, above: '', below: text, aboveEvents: [], belowEvents: own };
  });
}

/** The groups of one run by their events, and by the UpdateRequest whose end they tell. */
interface Owners {
  readonly byEvent: ReadonlyMap<EventId, Group>;
  readonly byUpdateRequest: ReadonlyMap<string, Group>;
}

function readOwners(side: 'above' | 'below', others: readonly Group[]): Owners {
  const byEvent = new Map<EventId, Group>();
  const byUpdateRequest = new Map<string, Group>();
  for (const group of others)
    for (const event of group[side]) {
      byEvent.set(event.id, group);
      if (event.kind === 'update-request') byUpdateRequest.set(event.name, group);
    }
  return { byEvent, byUpdateRequest };
}

/**
 * The other outcome that an event only leads up to: a part of an attempt that went well, the state before an end; or what an
 * answer means: what was stored, or never was.
 */
function ownerOf(
  root: TraceEvent,
  group: readonly TraceEvent[],
  { byEvent, byUpdateRequest }: Owners,
): Group | undefined {
  if (root.kind === 'update-request')
    return root.state === 'Completed' || root.state === 'Skip' ? byUpdateRequest.get(root.name) : undefined;
  const isMeant = root.kind === 'stored' || root.kind === 'never-stored';
  const isQuiet =
    root.kind === 'attempt-part' &&
    root.result !== 'failed' &&
    group.every(({ kind }) => kind === 'attempt-part' || kind === 'request' || kind === 'rule');
  return (isMeant || isQuiet) && root.cause !== undefined ? byEvent.get(root.cause) : undefined;
}

/** Attempts of one UpdateRequest, its failures, lines that are written together: told in one row. */
function runKey(trace: Trace, event: TraceEvent): string {
  const plain = plainTextOf(trace);
  const step = `${event.step}|${event.kind}`;
  switch (event.kind) {
    case 'attempt':
      return `${step}|${event.updateRequest}`;
    case 'update-request':
      return `${step}|${event.name}|${event.state === 'Pending' || event.state === 'Failed' ? 'retry' : event.state}`;
    case 'log':
      // Errors are told one by one; other lines by what they are written about.
      return event.level === 'error'
        ? `${step}|${event.source}|${event.level}|${plain(event.message)}`
        : `${step}|${event.source}|${event.level}|${event.level === 'stdout' ? '' : (event.cause ?? '')}`;
    case 'event':
      return `${step}|${event.reason}|${refText(event.regarding)}`;
    default:
      return `${step}|${plain(nameOf(trace, event))}`;
  }
}
