import type { Json } from '../../base/json.ts';
import { equal, get, isObject } from '../../base/json.ts';
import type { TraceEvent, UpdateRequestEvent } from '../event.ts';
import type { Trace } from '../trace.ts';
import {
  clip,
  durationText,
  firstSentence,
  nameOf,
  reasonOf,
  refText,
  requestText,
  verdictOf,
} from '../words.ts';
import type { EventPair } from './match-events.ts';
import { storedContent } from './outcome.ts';
import { plainTextOf } from './plain-text.ts';

/** What a difference says on each side. */
export interface Told {
  readonly title: string;
  readonly above: string;
  readonly below: string;
}

const LONGEST = 140;

/** Both sides of a pair in a sentence each: the verdicts if they differ, else where the texts part. */
export function tellPair(aboveTrace: Trace, belowTrace: Trace, { above, below }: EventPair): Told {
  const title = titleOf(aboveTrace, above);
  if (above.kind === 'update-request' && below.kind === 'update-request')
    return { title, above: endText(aboveTrace, above), below: endText(belowTrace, below) };
  const [left, right] = [verdictOf(above).word, verdictOf(below).word];
  const [leftText, rightText] = [textOf(above), textOf(below)];
  if (left !== right) return { title, above: phrase(left, leftText), below: phrase(right, rightText) };
  if (above.kind === 'stored' && below.kind === 'stored')
    return {
      title,
      ...partedContent(storedContent(aboveTrace, above.revision), storedContent(belowTrace, below.revision)),
    };
  if (plainTextOf(aboveTrace)(leftText) === plainTextOf(belowTrace)(rightText))
    return { title, above: left || 'other content', below: right || 'other content' };
  const [leftPart, rightPart, isFold] = parted(leftText, rightText);
  const textTitle =
    above.kind === 'step' && isFold ? `Text of the ${left === 'denied' ? 'denial' : 'answer'}` : title;
  return { title: textTitle, above: leftPart, below: rightPart };
}

/** One side alone: what happens there, and not in the other run. */
export function tellRun(
  trace: Trace,
  heads: readonly TraceEvent[],
  members: readonly TraceEvent[],
): { readonly title: string; readonly text: string } {
  const [first] = heads;
  if (first === undefined) return { title: '', text: '' };
  const attempts = members.flatMap((event) => (event.kind === 'attempt' ? [event] : []));
  if (attempts.length > 1) {
    const numbers = attempts.map(({ attempt }) => attempt);
    return {
      title: `Attempts ${Math.min(...numbers)} to ${Math.max(...numbers)}`,
      text: attemptsText(
        heads,
        attempts.map(({ time }) => time),
      ),
    };
  }
  if (first.kind === 'log')
    return {
      title: logTitle(first.level, heads.length),
      text: `${clip(firstSentence(first.message), LONGEST)}${more(heads.length - 1)}`,
    };
  const request = first.kind === 'attempt-part' ? members.find(isWrite) : undefined;
  const title = titleOf(trace, request ?? first);
  const states = [...new Set(heads.map((event) => verdictOf(event).word).filter((word) => word !== ''))];
  const reason = clip(firstSentence(textOf(first)), LONGEST);
  const text = [states.slice(0, 3).join(', '), reason].filter((part) => part !== '').join(': ');
  return {
    title: heads.length === 1 ? title : `${title}, ${heads.length} times`,
    text: text || (first.kind === 'request' ? `answered ${first.code}` : 'happens'),
  };
}

const isWrite = (event: TraceEvent): event is Extract<TraceEvent, { kind: 'request' }> =>
  event.kind === 'request' && event.verb !== 'get' && event.verb !== 'list';

const more = (count: number): string =>
  count < 1 ? '' : count === 1 ? ' and one more' : ` and ${count} more`;

const logTitle = (level: string, count: number): string =>
  level === 'stdout'
    ? count === 1
      ? 'Line without a level'
      : 'Lines without a level'
    : `${level === 'error' ? 'Error' : 'Log'} ${count === 1 ? 'line' : 'lines'}`;

/** `Failed 1 to 4, about 100 ms apart`. */
function attemptsText(heads: readonly TraceEvent[], times: readonly number[]): string {
  const failed = heads.flatMap((event) =>
    event.kind === 'update-request' && event.state === 'Failed' ? [event.retryCount] : [],
  );
  const apart = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / Math.max(1, times.length - 1);
  const every = `about ${durationText(Math.max(1, Number(apart.toPrecision(1))))} apart`;
  if (failed.length === 0) return `${times.length} more, ${every}`;
  const [from, to] = [Math.min(...failed), Math.max(...failed)];
  return `Failed ${from === to ? from : `${from} to ${to}`}, ${every}`;
}

/** `Completed, then deleted`, `dropped after attempt 5`. */
function endText(trace: Trace, event: UpdateRequestEvent): string {
  const { word } = verdictOf(event);
  if (event.state === 'dropped') {
    const attempts = trace.events.filter(
      (one) => one.kind === 'attempt' && one.updateRequest === event.name,
    ).length;
    return attempts === 0 ? word : `dropped after attempt ${attempts}`;
  }
  if (event.state !== 'deleted') return phrase(word, event.message);
  const before = trace.events.findLast(
    (one) => one.kind === 'update-request' && one.name === event.name && one.id < event.id,
  );
  return before === undefined ? word : `${verdictOf(before).word}, then deleted`;
}

const phrase = (word: string, text: string): string => {
  const sentence = clip(firstSentence(text), 120);
  return sentence === '' || sentence === word ? word || 'nothing is said' : `${word}: ${sentence}`;
};

function textOf(event: TraceEvent): string {
  switch (event.kind) {
    case 'step':
      return event.stderr === '' ? event.stdout : event.stderr;
    case 'log':
      return event.message;
    case 'plan':
      return event.unknown ?? event.targets.map(refText).join(', ');
    default:
      return reasonOf(event);
  }
}

/** What a difference is about, in words. */
function titleOf(trace: Trace, event: TraceEvent): string {
  switch (event.kind) {
    case 'step':
      return `Answer to ${nameOf(trace, event)}`;
    case 'request':
      return requestText(event);
    case 'rule':
      return `Rule ${nameOf(trace, event)}`;
    case 'webhook':
      return `Webhook ${nameOf(trace, event)}`;
    case 'attempt':
      return `Attempt ${event.attempt}`;
    case 'plan':
      return `Plan of ${event.policy} / ${event.rule}`;
    case 'update-request':
      if (event.state === 'deleted' || event.state === 'dropped') return 'End of the UpdateRequest';
      return event.state === '' ? 'UpdateRequest' : `UpdateRequest: ${verdictOf(event).word}`;
    case 'event':
      return `Event ${event.reason}`;
    case 'log':
      return logTitle(event.level, 1);
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

/** The first line that differs of two texts; a difference in line breaks alone is said as such. */
function parted(left: string, right: string): readonly [string, string, boolean] {
  const joined = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();
  const [leftLines, rightLines] = [left.trim().split('\n'), right.trim().split('\n')];
  const count = (lines: readonly string[]): string =>
    `on ${lines.length} ${lines.length === 1 ? 'line' : 'lines'}`;
  if (joined(left) === joined(right)) {
    const isLeftFolded = leftLines.length > rightLines.length;
    const [folded, whole] = [`folded ${count(isLeftFolded ? leftLines : rightLines)}`, 'the same words '];
    return isLeftFolded
      ? [folded, whole + count(rightLines), true]
      : [whole + count(leftLines), folded, true];
  }
  const at = leftLines.findIndex((line, index) => line !== rightLines[index]);
  const line = (lines: readonly string[]): string =>
    clip((lines[Math.max(at, 0)] ?? '').trim(), LONGEST) || 'nothing more';
  return at < 0
    ? ['ends here', line(rightLines.slice(leftLines.length)), false]
    : [line(leftLines), line(rightLines), false];
}

const DEEPEST = 24;

/** The first place where two objects part, as path and value. */
function partedContent(left: Json, right: Json): { readonly above: string; readonly below: string } {
  let path = '';
  let [a, b]: [Json | undefined, Json | undefined] = [left, right];
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const one: Json | undefined = a;
    const other: Json | undefined = b;
    if (one === undefined || other === undefined || !isBranch(one) || !isBranch(other)) break;
    const key: string | undefined = keysOf(one, other).find((name) => !same(at(one, name), at(other, name)));
    if (key === undefined) break;
    path += Array.isArray(one) ? `[${key}]` : `${path === '' ? '' : '.'}${key}`;
    [a, b] = [at(one, key), at(other, key)];
  }
  const say = (value: Json | undefined): string =>
    value === undefined
      ? `${path} is not there`
      : clip(`${path}: ${typeof value === 'string' ? value : JSON.stringify(value)}`, LONGEST);
  return { above: say(a), below: say(b) };
}

type Branch = Json & object;
const isBranch = (value: Json): value is Branch => typeof value === 'object' && value !== null;
const keysOf = (left: Branch, right: Branch): readonly string[] => [
  ...new Set([...Object.keys(left), ...Object.keys(right)]),
];
const at = (value: Branch, key: string): Json | undefined =>
  Array.isArray(value)
    ? (value as readonly Json[])[Number(key)]
    : isObject(value)
      ? get(value, key)
      : undefined;
const same = (left: Json | undefined, right: Json | undefined): boolean =>
  left === undefined || right === undefined ? left === right : equal(left, right);
