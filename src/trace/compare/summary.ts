import type { TraceEvent } from '../event.ts';
import type { Trace } from '../trace.ts';

interface Names {
  readonly above: string;
  readonly below: string;
}

/** What a run did, in a few facts that people compare. */
interface Facts {
  readonly verdicts: string;
  readonly updateRequests: readonly Ending[];
  readonly errors: number;
  readonly made: number;
  readonly deleted: number;
}

/** How the work on an UpdateRequest ended. */
interface Ending {
  readonly state: 'completed' | 'dropped' | 'skipped' | 'waiting';
  readonly attempts: number;
}

/**
 * A headline for people, such as "1.15 completes the UpdateRequest and logs an error. 1.19 tries 5 times, drops it and logs
 * none.", and a sentence of what is the same.
 */
export function summarise(
  above: Trace,
  below: Trace,
  names: Names,
  differences: number,
): { readonly headline: string; readonly rest: string } {
  const middle = midSentence(names.below);
  if (differences === 0)
    return {
      headline: 'Both runs are the same, event for event.',
      rest: `${names.above} and ${middle}.`,
    };
  const [left, right] = [factsOf(above), factsOf(below)];
  const own = leftOver(left.updateRequests, right.updateRequests);
  const phrases = [
    left.verdicts === right.verdicts ? [[], []] : [[left.verdicts], [right.verdicts]],
    own.left.length + own.right.length === 0 ? [[], []] : updateRequestPhrases(left, right, own),
    left.errors === right.errors
      ? [[], []]
      : [[errorPhrase(left.errors, 0)], [errorPhrase(right.errors, left.errors)]],
    left.made === right.made ? [[], []] : [[madePhrase(left.made)], [madePhrase(right.made)]],
    left.deleted === right.deleted
      ? [[], []]
      : [[deletedPhrase(left.deleted)], [deletedPhrase(right.deleted)]],
  ] as const;
  const sentence = (name: string, side: 0 | 1): string => {
    const parts = phrases.flatMap((fact) => fact[side]).filter((text) => text !== '');
    return parts.length === 0 ? `${name} does not.` : `${name} ${list(parts)}.`;
  };
  const isSame = phrases.every(([one, other]) => one.length === 0 && other.length === 0);
  const headline = isSame
    ? `${names.above} and ${middle} do the same; ${differences === 1 ? 'one text or detail differs' : `${differences} texts or details differ`}.`
    : `${sentence(names.above, 0)} ${sentence(names.below, 1)}`;
  return { headline, rest: sameness(left, right, own.left.length + own.right.length === 0) };
}

/** A name that begins with an article is written small within a sentence. */
const midSentence = (name: string): string => name.replace(/^The /, 'the ');

/** `a, b and c`; a part that has an "and" of its own is closed by a comma. */
function list(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join('');
  const comma = parts.some((part) => part.includes(' and ')) ? ',' : '';
  return `${parts.slice(0, -1).join(', ')}${comma} and ${parts.at(-1)}`;
}

function sameness(left: Facts, right: Facts, sameUpdateRequests: boolean): string {
  const same = [
    left.verdicts === right.verdicts ? left.verdicts : '',
    sameUpdateRequests ? endingsPhrase(left.updateRequests) : '',
    left.errors === right.errors ? errorPhrase(left.errors, 0) : '',
    left.made === right.made ? madePhrase(left.made) : '',
  ].filter((text) => text !== '');
  return same.length === 0 ? 'Nothing of the outcome is the same.' : `In both, Kyverno ${list(same)}.`;
}

function factsOf({ events }: Trace): Facts {
  return {
    verdicts: verdicts(events),
    updateRequests: endings(events),
    errors: events.filter((event) => event.kind === 'log' && event.level === 'error').length,
    made: events.filter(
      (event) => event.kind === 'target' && (event.result === 'created' || event.result === 'updated'),
    ).length,
    deleted: events.filter((event) => event.kind === 'target' && event.result === 'deleted').length,
  };
}

const errorPhrase = (count: number, before: number): string =>
  count === 0
    ? before > 0
      ? 'logs none'
      : 'logs no error'
    : count === 1
      ? 'logs an error'
      : `logs ${count} errors`;

const madePhrase = (count: number): string =>
  count === 0 ? 'makes no target' : count === 1 ? 'makes one target' : `makes ${count} targets`;

const deletedPhrase = (count: number): string =>
  count === 0 ? 'deletes no target' : count === 1 ? 'deletes one target' : `deletes ${count} targets`;

function verdicts(events: readonly TraceEvent[]): string {
  const steps = events.flatMap((event) =>
    event.kind === 'step' && event.verdict !== 'none' ? [event.verdict] : [],
  );
  const denied = steps.filter((verdict) => verdict === 'denied').length;
  if (steps.length === 0) return '';
  return denied === 0 ? 'allows every step' : `denies ${denied} of ${steps.length} steps`;
}

function endings(events: readonly TraceEvent[]): readonly Ending[] {
  const lives = new Map<string, { state: Ending['state']; attempts: number }>();
  const lifeOf = (name: string) => {
    const life = lives.get(name) ?? { state: 'waiting', attempts: 0 };
    lives.set(name, life);
    return life;
  };
  for (const event of events) {
    if (event.kind === 'attempt') lifeOf(event.updateRequest).attempts += 1;
    if (event.kind !== 'update-request') continue;
    const life = lifeOf(event.name);
    if (event.state === 'Completed') life.state = 'completed';
    if (event.state === 'Skip') life.state = 'skipped';
    if (event.state === 'dropped') life.state = 'dropped';
  }
  return [...lives.values()];
}

/** Endings that the other run does not have, each side's. */
function leftOver(
  left: readonly Ending[],
  right: readonly Ending[],
): { readonly left: readonly Ending[]; readonly right: readonly Ending[] } {
  const key = ({ state, attempts }: Ending): string => (state === 'dropped' ? `dropped|${attempts}` : state);
  const rest = (of: readonly Ending[], without: readonly Ending[]): readonly Ending[] => {
    const taken = without.map(key);
    return of.filter((ending) => {
      const at = taken.indexOf(key(ending));
      if (at >= 0) taken.splice(at, 1);
      return at < 0;
    });
  };
  return { left: rest(left, right), right: rest(right, left) };
}

/** The UpdateRequests that fare otherwise; one on each side is spoken of as "the" and "it". */
function updateRequestPhrases(
  left: Facts,
  right: Facts,
  own: { readonly left: readonly Ending[]; readonly right: readonly Ending[] },
): readonly [readonly string[], readonly string[]] {
  const [one, other] = [own.left[0], own.right[0]];
  if (own.left.length === 1 && own.right.length === 1 && one !== undefined && other !== undefined)
    return [singlePhrases(one, 'the UpdateRequest'), singlePhrases(other, 'it')];
  // Where one run only has more of them, how many it has is the difference.
  const isMore = own.left.length === 0 || own.right.length === 0;
  const phrase = (facts: Facts, endings: readonly Ending[]): string =>
    endingsPhrase(isMore ? facts.updateRequests : endings);
  return [[phrase(left, own.left)], [phrase(right, own.right)]];
}

function singlePhrases({ state, attempts }: Ending, name: string): readonly string[] {
  switch (state) {
    case 'completed':
      return [`completes ${name}`];
    case 'dropped':
      return [`tries ${attempts} times`, `drops ${name}`];
    case 'skipped':
      return [`skips ${name}`];
    case 'waiting':
      return [`leaves ${name} waiting`];
  }
}

function endingsPhrase(endings: readonly Ending[]): string {
  if (endings.length === 0) return 'makes no UpdateRequest';
  const count = (state: Ending['state']): number => endings.filter((one) => one.state === state).length;
  let named = false;
  const say = (verb: string, number: number, after = ''): string => {
    if (number === 0) return '';
    const noun = named ? '' : number === 1 ? ' UpdateRequest' : ' UpdateRequests';
    const text = `${verb} ${number === 1 ? (named ? 'one' : 'an') : number}${noun}${after}`;
    named = true;
    return text;
  };
  const dropped = endings.filter(({ state }) => state === 'dropped');
  const attempts = new Set(dropped.map((one) => one.attempts));
  const each = attempts.size === 1 ? ` after ${[...attempts][0]} attempts` : '';
  return list(
    [
      say('completes', count('completed')),
      say('drops', dropped.length, each),
      say('skips', count('skipped')),
      say('leaves', count('waiting'), ' waiting'),
    ].filter((text) => text !== ''),
  );
}
