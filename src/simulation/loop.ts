import type { StoppedEvent, TraceEvent } from '../trace/event.ts';

type Loop = NonNullable<StoppedEvent['loop']>;

/** A rule that made this many objects in one run is taken to feed itself. */
const MANY = 100;

/** The rules that keep each other running: those that made many objects, the busiest first. */
export function busiestRules(events: readonly TraceEvent[]): Loop {
  const counts = new Map<string, { policy: string; rule: string; times: number }>();
  for (const event of events) {
    if (event.kind !== 'target' || (event.result !== 'created' && event.result !== 'updated')) continue;
    const key = `${event.policy}|${event.rule}`;
    const count = counts.get(key) ?? { policy: event.policy, rule: event.rule, times: 0 };
    count.times += 1;
    counts.set(key, count);
  }
  return [...counts.values()]
    .filter(({ times }) => times >= MANY)
    .sort((left, right) => right.times - left.times);
}

/** Why the run ended before it came to rest, as the banner says it. */
export function describeLoop(reason: StoppedEvent['reason'], loop: Loop, events: number): string {
  switch (reason) {
    case 'loop': {
      const rules = loop
        .map(({ policy, rule, times }) => `${policy} / ${rule}, ${times} times so far`)
        .join('; ');
      return `A chain that feeds itself: ${rules}. It matches what it makes, and skipBackgroundRequests is false. What was traced until then stays.`;
    }
    case 'event-budget':
      return `The run reached its limit of ${events} events. What was traced until then stays.`;
    case 'time-budget':
      return 'The run took longer than its time budget. What was traced until then stays.';
    case 'cancelled':
      return 'The run was cancelled. What was traced until then stays.';
  }
}
