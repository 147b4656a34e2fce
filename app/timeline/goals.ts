import type { Trace, TraceEvent } from '../../src/index.ts';
import { nameOf, refText, verdictOf } from '../../src/index.ts';
import { isTold } from './events.ts';
import type { TimelineModel } from './model.ts';
import { firstAbove } from './row-index.ts';
import { playheadText } from './ticks.ts';

/** What playing can go to. */
export type Goal = 'denial' | 'failure' | 'object';

export const GOAL: Readonly<Record<Goal, string>> = {
  denial: 'denial',
  failure: 'failure',
  object: 'generated object',
};

interface Goals {
  readonly times: Float64Array;
  readonly texts: readonly string[];
}

const known = new WeakMap<Trace, Map<Goal, Goals>>();

/** The next time after a moment at which something is denied, fails or is made by Kyverno, and what that is. */
export function nextGoal(
  model: TimelineModel,
  after: number,
  goal: Goal,
): { readonly time: number; readonly text: string } | undefined {
  const { trace } = model;
  let goals = known.get(trace);
  if (goals === undefined) {
    goals = new Map();
    known.set(trace, goals);
  }
  let list = goals.get(goal);
  if (list === undefined) {
    list = readGoals(trace, goal);
    goals.set(goal, list);
  }
  const at = firstAbove(list.times, after + 1e-6);
  const time = list.times[at];
  if (time === undefined) return undefined;
  return { time, text: `${playheadText(model.chapters, time)}, ${list.texts[at] ?? ''}` };
}

function readGoals(trace: Trace, goal: Goal): Goals {
  const found = trace.events
    .flatMap((event) => {
      const text = isTold(trace, event) ? goalText(trace, event, goal) : undefined;
      return text === undefined ? [] : [{ time: goal === 'object' ? event.time : event.end, text }];
    })
    .sort((a, b) => a.time - b.time);
  return { times: Float64Array.from(found, ({ time }) => time), texts: found.map(({ text }) => text) };
}

function goalText(trace: Trace, event: TraceEvent, goal: Goal): string | undefined {
  switch (goal) {
    case 'denial':
      if (event.kind === 'rule') return event.enforced && event.status === 'fail' ? event.rule : undefined;
      return event.kind === 'target' && event.result === 'refused' ? refText(event.target) : undefined;
    case 'failure':
      if (event.kind === 'update-request')
        return event.state === 'Failed' || event.state === 'dropped' ? verdictOf(event).word : undefined;
      return event.kind !== 'request' &&
        verdictOf(event).tone === 'error' &&
        event.kind !== 'attempt' &&
        event.kind !== 'attempt-part'
        ? nameOf(trace, event)
        : undefined;
    case 'object':
      return event.kind === 'stored' &&
        event.change === 'ADDED' &&
        event.component === 'background-controller'
        ? refText(event.object)
        : undefined;
  }
}
