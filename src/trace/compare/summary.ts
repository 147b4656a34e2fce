import type { TraceEvent } from '../event.ts';
import type { Trace } from '../trace.ts';

/** What a run did, in a few facts that people compare. */
interface Facts {
  readonly verdicts: string;
  readonly updateRequests: string;
  readonly errors: string;
  readonly made: string;
}

/**
 * A headline for people, such as "1.15 completes the UpdateRequest and logs an error. 1.19 tries 5 times, drops it and logs
 * none.", and a sentence of what is the same.
 */
export function summarise(
  above: Trace,
  below: Trace,
  names: { readonly above: string; readonly below: string },
  differences: number,
): { readonly headline: string; readonly rest: string } {
  if (differences === 0)
    return {
      headline: 'Both runs are the same, event for event.',
      rest: `${names.above} and ${names.below}.`,
    };
  const [left, right] = [factsOf(above), factsOf(below)];
  const keys = ['verdicts', 'updateRequests', 'errors', 'made'] as const;
  const differing = keys.filter((key) => left[key] !== right[key]);
  const sentence = (name: string, facts: Facts): string =>
    `${name} ${list(differing.map((key) => facts[key]).filter((text) => text !== ''))}.`;
  const headline =
    differing.length === 0
      ? `${names.above} and ${names.below} do the same; ${differences === 1 ? 'one text or detail differs' : `${differences} texts or details differ`}.`
      : `${sentence(names.above, left)} ${sentence(names.below, right)}`;
  return { headline, rest: sameness(left, differing) };
}

const list = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;

function sameness(facts: Facts, differing: readonly (keyof Facts)[]): string {
  const same = (['verdicts', 'updateRequests', 'errors', 'made'] as const)
    .filter((key) => !differing.includes(key))
    .map((key) => facts[key])
    .filter((text) => text !== '');
  return same.length === 0 ? 'Same files, other course.' : `In both, Kyverno ${list(same)}.`;
}

function factsOf(trace: Trace): Facts {
  const { events } = trace;
  return {
    verdicts: verdicts(events),
    updateRequests: updateRequests(events),
    errors: counted(
      events.filter((event) => event.kind === 'log' && event.level === 'error').length,
      'logs no error',
      'logs an error',
      (count) => `logs ${count} errors`,
    ),
    made: counted(
      events.filter(
        (event) => event.kind === 'target' && (event.result === 'created' || event.result === 'updated'),
      ).length,
      'makes no target',
      'makes one target',
      (count) => `makes ${count} targets`,
    ),
  };
}

const counted = (count: number, none: string, one: string, more: (count: number) => string): string =>
  count === 0 ? none : count === 1 ? one : more(count);

function verdicts(events: readonly TraceEvent[]): string {
  const steps = events.flatMap((event) =>
    event.kind === 'step' && event.verdict !== 'none' ? [event.verdict] : [],
  );
  const denied = steps.filter((verdict) => verdict === 'denied').length;
  if (steps.length === 0) return '';
  return denied === 0 ? 'allows every step' : `denies ${denied} of ${steps.length} steps`;
}

function updateRequests(events: readonly TraceEvent[]): string {
  const states = events.flatMap((event) => (event.kind === 'update-request' ? [event] : []));
  const names = new Set(states.map(({ name }) => name));
  if (names.size === 0) return 'makes no UpdateRequest';
  const ended = (state: string): number =>
    new Set(states.filter((event) => event.state === state).map(({ name }) => name)).size;
  const [completed, dropped] = [ended('Completed'), ended('dropped')];
  const attempts = events.filter((event) => event.kind === 'attempt').length;
  const parts = [
    completed === 0
      ? ''
      : `completes ${completed === 1 ? 'an UpdateRequest' : `${completed} UpdateRequests`}`,
    dropped === 0 ? '' : `drops ${dropped === 1 ? 'one' : dropped} after ${attempts - completed} attempts`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? `leaves ${names.size} UpdateRequests waiting` : list(parts);
}
