import {
  causalityOf,
  type DocumentPath,
  type EventId,
  isTold,
  type Milliseconds,
  type RuleEvent,
  stepNumber,
  type Trace,
  type TraceEvent,
} from '../../src/index.ts';
import { rulePath } from './line-marks.ts';

/** What stands above a rule in the editor: what became of it until a moment, and the events that say so. */
export interface RuleLine {
  /** `spec.rules[n]` in its file. */
  readonly at: DocumentPath;
  readonly text: string;
  /** In order of time; empty if nothing has happened yet. */
  readonly events: readonly EventId[];
}

type Count =
  | 'match'
  | 'passed'
  | 'failed'
  | 'error'
  | 'skipped'
  | 'update-request'
  | 'attempt-failed'
  | 'made';

interface Happening {
  readonly count: Count;
  readonly event: TraceEvent;
}

interface RuleStory {
  readonly at: DocumentPath;
  readonly generates: boolean;
  readonly happenings: Happening[];
}

const stories = new WeakMap<Trace, readonly RuleStory[]>();

/** The line of every rule that this run met, until a moment. */
export function ruleLinesAt(trace: Trace, at: Milliseconds): readonly RuleLine[] {
  let known = stories.get(trace);
  if (known === undefined) {
    known = storiesOf(trace);
    stories.set(trace, known);
  }
  return known.map((story) => {
    const until = story.happenings.filter(({ event }) => event.end <= at);
    return { at: story.at, text: textOf(trace, story, until), events: distinct(until) };
  });
}

function textOf(trace: Trace, { generates }: RuleStory, happenings: readonly Happening[]): string {
  if (happenings.length === 0) return 'not evaluated yet';
  const counts = new Map<Count, number>();
  for (const { count } of happenings) counts.set(count, (counts.get(count) ?? 0) + 1);
  const told = (count: Count, one: string, many: string, sign = ''): readonly string[] => {
    const number = counts.get(count) ?? 0;
    return number === 0 ? [] : [`${sign}${number} ${number === 1 ? one : many}`];
  };
  const parts = [
    ...(counts.has('match') ? told('match', 'match', 'matches') : ['no match']),
    ...told('passed', 'passed', 'passed', '✓ '),
    ...told('failed', 'failed', 'failed', '✕ '),
    ...told('error', 'error', 'errors', '‼ '),
    ...told('skipped', 'skipped', 'skipped', '⊘ '),
    ...told('update-request', 'UpdateRequest', 'UpdateRequests'),
    ...told('attempt-failed', 'attempt failed', 'attempts failed', '‼ '),
    ...(generates && counts.has('update-request') ? [`${counts.get('made') ?? 0} generated`] : []),
  ];
  const steps = new Set(happenings.map(({ event }) => stepNumber(trace, event.step)));
  const [step] = steps;
  return [...parts, ...(steps.size === 1 && step !== undefined ? [`step ${step}`] : [])].join(' · ');
}

const distinct = (happenings: readonly Happening[]): readonly EventId[] => [
  ...new Set(happenings.map(({ event }) => event.id)),
];

function storiesOf(trace: Trace): readonly RuleStory[] {
  const byPlace = new Map<string, RuleStory>();
  const byRule = new Map<string, RuleStory>();
  const planned = new Map<string, { readonly policy: string; readonly stories: readonly RuleStory[] }>();
  for (const event of trace.events) {
    if (event.kind === 'rule') {
      const story = storyOf(trace, event, byPlace);
      if (story !== undefined) byRule.set(`${event.policy} ${event.rule}`, story);
      // With each attempt the background controller evaluates the rule anew: that is told by the attempts.
      if (event.phase === 'admission') story?.happenings.push(...outcomesOf(event));
    } else if (event.kind === 'plan') {
      const story = byRule.get(`${event.policy} ${event.rule}`);
      if (story === undefined) continue;
      story.happenings.push({ count: 'update-request', event });
      const stories = [...(planned.get(event.updateRequest)?.stories ?? []), story];
      planned.set(event.updateRequest, { policy: event.policy, stories });
    } else if (event.kind === 'attempt' && event.result === 'failed') {
      for (const story of planned.get(event.updateRequest)?.stories ?? [])
        story.happenings.push({ count: 'attempt-failed', event });
    } else if (event.kind === 'stored' && event.change === 'ADDED' && isTold(trace, event)) {
      const part = causalityOf(trace)
        .causesOf(event.id)
        .find((cause) => cause.kind === 'attempt-part' || cause.kind === 'step');
      if (part?.kind !== 'attempt-part') continue;
      const policy = planned.get(part.updateRequest)?.policy;
      byRule.get(`${policy} ${part.rule}`)?.happenings.push({ count: 'made', event });
    }
  }
  return [...byPlace.values()];
}

/** The story of the rule that an event is about; those that autogen derives are told with the rule they come from. */
function storyOf(trace: Trace, event: RuleEvent, byPlace: Map<string, RuleStory>): RuleStory | undefined {
  const evaluation = trace.evaluations[event.evaluation];
  const path = evaluation && rulePath(evaluation);
  if (evaluation?.source === undefined || path === undefined) return undefined;
  const at = { ...evaluation.source, path: [...evaluation.source.path, ...path] };
  const key = JSON.stringify([at.file, at.document, at.path]);
  const known = byPlace.get(key);
  if (known !== undefined) return known;
  const story = { at, generates: event.ruleType === 'generate', happenings: [] };
  byPlace.set(key, story);
  return story;
}

/** A generate rule that passes says no more than that it matches: what it leads to is told by UpdateRequests. */
function outcomesOf(event: RuleEvent): readonly Happening[] {
  if (event.status === 'none') return [];
  const outcome = OUTCOMES[event.status];
  const isTold = event.status !== 'pass' || event.ruleType === 'validate' || event.ruleType === 'mutate';
  return [{ count: 'match', event }, ...(isTold ? [{ count: outcome, event }] : [])];
}

const OUTCOMES = {
  pass: 'passed',
  fail: 'failed',
  warn: 'failed',
  error: 'error',
  skip: 'skipped',
} as const satisfies Record<Exclude<RuleEvent['status'], 'none'>, Count>;
