import type { Json } from '../../base/json.ts';
import { equal, isObject } from '../../base/json.ts';
import type { EventId } from '../../base/units.ts';
import type { TraceEvent } from '../event.ts';
import type { Trace } from '../trace.ts';
import { clip, firstSentence, nameOf, reasonOf, refText, verdictOf } from '../words.ts';
import { type EventPair, matchEvents, plainText } from './match-events.ts';
import { summarise } from './summary.ts';

/** Where a difference stands: in one run alone, or in both with another outcome. */
export type DifferenceKind = 'only above' | 'only below' | 'other outcome';

/** One difference as the table tells it; what follows from it is counted in it. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** What it is about: `POST networkpolicies default-deny`, `attempts 2 to 5`. */
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
  const differences = [
    ...otherOutcomes(above, below, matched.pairs),
    ...onlyIn(above, matched.onlyAbove, 'only above'),
    ...onlyIn(below, matched.onlyBelow, 'only below'),
  ].sort((left, right) => timeOf(above, below, left) - timeOf(above, below, right));
  return {
    pairs: matched.pairs,
    differences,
    summary: summarise(above, below, names, differences.length),
  };
}

const timeOf = (above: Trace, below: Trace, { aboveEvents, belowEvents }: Difference): number =>
  Math.min(
    ...aboveEvents.slice(0, 1).map((id) => above.events[id]?.time ?? 0),
    ...belowEvents.slice(0, 1).map((id) => below.events[id]?.time ?? 0),
  );

/**
 * Pairs that ended otherwise. A denial is told by the rule, the webhook, the request and the step: it is one difference,
 * named by the outermost, which is what a person sees.
 */
function otherOutcomes(above: Trace, below: Trace, pairs: readonly EventPair[]): readonly Difference[] {
  const differing = pairs.filter(
    ({ above: left, below: right }) => !equal(outcome(above, left), outcome(below, right)),
  );
  const ids = new Set(differing.map((pair) => pair.above.id));
  const groups = new Map<EventId, EventPair[]>();
  for (const pair of differing) {
    const root = outermost(above, pair.above, ids);
    groups.set(root, [...(groups.get(root) ?? []), pair]);
  }
  return [...groups.values()].flatMap((group): Difference[] => {
    const [first] = group;
    if (first === undefined) return [];
    const [left, right] = tell(first);
    return [
      {
        kind: 'other outcome',
        title: titleOf(above, first.above),
        above: left,
        below: right,
        aboveEvents: group.map((pair) => pair.above.id),
        belowEvents: group.map((pair) => pair.below.id),
      },
    ];
  });
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

/** Events without a partner: what follows from one belongs to it, and equal ones beside each other are one run of them. */
function onlyIn(
  trace: Trace,
  events: readonly TraceEvent[],
  kind: 'only above' | 'only below',
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
    roots.set(at.id, [...(roots.get(at.id) ?? []), event]);
  }
  const runs: { readonly key: string; readonly groups: (readonly TraceEvent[])[] }[] = [];
  for (const group of roots.values()) {
    const [root] = group;
    if (root === undefined) continue;
    const key = runKey(trace, root);
    const last = runs.find((run) => run.key === key);
    if (last === undefined) runs.push({ key, groups: [group] });
    else last.groups.push(group);
  }
  return runs.map(({ groups }) => {
    const members = groups.flat().map(({ id }) => id);
    const heads = groups.flatMap((group) => group.slice(0, 1));
    const text = textOfRun(heads);
    const above = kind === 'only above';
    return {
      kind,
      title: titleOfRun(trace, heads, groups.flat()),
      above: above ? text : '',
      below: above ? '' : text,
      aboveEvents: above ? members : [],
      belowEvents: above ? [] : members,
    };
  });
}

/** Attempts of one UpdateRequest, its failures, lines that say the same: told in one row. */
function runKey(trace: Trace, event: TraceEvent): string {
  const step = `${event.step}|${event.kind}`;
  switch (event.kind) {
    case 'attempt':
      return `${step}|${event.updateRequest}`;
    case 'update-request':
      return `${step}|${event.name}|${event.state === 'Pending' || event.state === 'Failed' ? 'retry' : event.state}`;
    case 'log':
      return `${step}|${event.source}|${event.level}|${plainText(event.message)}`;
    case 'event':
      return `${step}|${event.reason}|${refText(event.regarding)}`;
    default:
      return `${step}|${plainText(nameOf(trace, event))}`;
  }
}

function titleOfRun(trace: Trace, heads: readonly TraceEvent[], members: readonly TraceEvent[]): string {
  const [first] = heads;
  if (first === undefined) return '';
  const attempts = members.flatMap((event) => (event.kind === 'attempt' ? [event.attempt] : []));
  if (attempts.length > 1) return `Attempts ${Math.min(...attempts)} to ${Math.max(...attempts)}`;
  const title = titleOf(trace, first);
  return heads.length === 1 ? title : `${title}, ${heads.length} times`;
}

function textOfRun(heads: readonly TraceEvent[]): string {
  const [first] = heads;
  if (first === undefined) return '';
  const states = [...new Set(heads.map((event) => verdictOf(event).word).filter((word) => word !== ''))];
  const reason = clip(firstSentence(textOf(first)), 140);
  return [states.slice(0, 3).join(', '), reason].filter((part) => part !== '').join(': ') || 'happens';
}

/** What a difference is about, in words. */
function titleOf(trace: Trace, event: TraceEvent): string {
  switch (event.kind) {
    case 'step':
      return `Answer to ${nameOf(trace, event)}`;
    case 'rule':
      return `Rule ${nameOf(trace, event)}`;
    case 'webhook':
      return `Webhook ${nameOf(trace, event)}`;
    case 'update-request':
      if (event.state === 'deleted' || event.state === 'dropped') return 'End of the UpdateRequest';
      return event.state === '' ? 'UpdateRequest' : `UpdateRequest: ${verdictOf(event).word}`;
    case 'event':
      return `Event ${event.reason}`;
    case 'log':
      return event.level === 'error' ? 'Error line' : 'Log line';
    case 'stored':
      return `etcd: ${nameOf(trace, event)}`;
    case 'never-stored':
      return `Never stored: ${nameOf(trace, event)}`;
    case 'report':
      return event.report.kind;
    default: {
      const name = nameOf(trace, event);
      return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
    }
  }
}

/** What came out of an event, without what differs from run to run. Times are no outcome. */
function outcome(trace: Trace, event: TraceEvent): Json {
  switch (event.kind) {
    case 'step':
      return [event.verdict, event.exitCode, plainText(event.stdout), plainText(event.stderr)];
    case 'request':
      return [event.code, plainText(event.message ?? ''), [...event.warnings], event.refusedBy ?? ''];
    case 'webhook':
      return [event.allowed, plainText(event.message ?? ''), [...event.warnings]];
    case 'rule':
      return [event.status, plainText(event.message)];
    case 'stored':
      return contentOf(trace.revisions.find(({ id }) => id === event.revision)?.object ?? null);
    case 'never-stored':
      return event.reason;
    case 'plan':
      return event.targets.map(refText);
    case 'update-request':
      return [event.state, plainText(event.message)];
    case 'attempt':
    case 'attempt-part':
      return [event.result, plainText(event.message)];
    case 'target':
      return [event.result, plainText(event.reason)];
    case 'event':
      return [event.type, plainText(event.message)];
    case 'report':
      return event.results.map(({ policy, rule, result, message }) => [policy, rule, result, message ?? '']);
    case 'policy':
      return [event.ready, event.message];
    case 'log':
    case 'unsupported':
    case 'stopped':
      return null;
  }
}

const SERVER_FIELDS = new Set(['uid', 'resourceVersion', 'creationTimestamp', 'managedFields', 'generation']);

/** An object's content: what a person or a controller wrote, uids in labels left out. */
function contentOf(value: Json): Json {
  if (typeof value === 'string') return plainText(value);
  if (Array.isArray(value)) return (value as readonly Json[]).map(contentOf);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !SERVER_FIELDS.has(key))
      .map(([key, item]) => [key, contentOf(item)]),
  );
}

/** Both sides of a pair in a sentence each: the verdicts if they differ, else where the texts part. */
function tell({ above, below }: EventPair): readonly [string, string] {
  const [left, right] = [verdictOf(above).word, verdictOf(below).word];
  const [leftText, rightText] = [textOf(above), textOf(below)];
  if (left !== right) return [phrase(left, leftText), phrase(right, rightText)];
  if (plainText(leftText) === plainText(rightText))
    return [left || 'other content', right || 'other content'];
  return parted(leftText, rightText);
}

const phrase = (word: string, text: string): string => {
  const sentence = clip(firstSentence(text), 120);
  return sentence === '' || sentence === word ? word || 'nothing is said' : `${word}: ${sentence}`;
};

function textOf(event: TraceEvent): string {
  if (event.kind === 'step') return event.stderr === '' ? event.stdout : event.stderr;
  return event.kind === 'log' ? event.message : reasonOf(event);
}

/** The first line that differs of two texts; a difference in line breaks alone is said as such. */
function parted(left: string, right: string): readonly [string, string] {
  const joined = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
  const [leftLines, rightLines] = [left.split('\n'), right.split('\n')];
  const count = (lines: readonly string[]): string =>
    `on ${lines.length} ${lines.length === 1 ? 'line' : 'lines'}`;
  if (joined(left) === joined(right))
    return [`folded ${count(leftLines)}`, `the same words ${count(rightLines)}`];
  const at = leftLines.findIndex((line, index) => line !== rightLines[index]);
  const line = (lines: readonly string[]): string =>
    clip((lines[Math.max(at, 0)] ?? '').trim(), 140) || 'nothing more';
  return at < 0
    ? ['ends here', line(rightLines.slice(leftLines.length))]
    : [line(leftLines), line(rightLines)];
}
