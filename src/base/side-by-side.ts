import type { Process } from './process.ts';
import { milliseconds } from './units.ts';

/**
 * Runs processes beside one another and waits for all of them: it takes as long as the slowest. Results in the order in which
 * they ended; what ends at the same time, in the order given.
 */
export function* sideBySide<T>(processes: readonly Process<T>[]): Process<readonly T[]> {
  const results: T[] = [];
  let running = processes.map((process) => ({ process, due: 0 }));
  let now = 0;
  while (running.length > 0) {
    const next = running.reduce((first, other) => (other.due < first.due ? other : first));
    if (next.due > now) yield milliseconds(next.due - now);
    now = next.due;
    const { done, value } = next.process.next();
    if (done === true) {
      results.push(value);
      running = running.filter((one) => one !== next);
    } else next.due = now + value;
  }
  return results;
}
