import { assert } from '../base/assert.ts';
import type { Process } from '../base/process.ts';
import type { Scheduler } from '../base/scheduler.ts';
import { type Milliseconds, milliseconds } from '../base/units.ts';

interface Task {
  readonly time: number;
  readonly sequence: number;
  readonly process: Process<unknown>;
  /** A timer does not keep a run from coming to rest. */
  readonly timer: boolean;
}

/** How a run of the queue ended. */
export type RunEnd<Stop> = { readonly rest: true } | { readonly rest: false; readonly stop: Stop };

/** The scheduler with its handles: simulation alone lets time pass. */
export interface EventQueue extends Scheduler {
  /**
   * Runs until nothing is left to do but timers that lie in the future, or until `stop` answers; it is asked after every
   * task. Timers that fall due meanwhile are run.
   */
  runToRest<Stop>(stop: () => Stop | undefined): RunEnd<Stop>;
  /** Lets time pass until `time`, running all that falls due, timers included. */
  runUntil<Stop>(time: Milliseconds, stop: () => Stop | undefined): RunEnd<Stop>;
  /** When the next thing falls due, timers included; undefined if nothing is left. */
  nextDue(): Milliseconds | undefined;
}

/** One queue of processes, ordered by time and, at the same time, by the order in which they were put there. */
export function createEventQueue(): EventQueue {
  const heap: Task[] = [];
  let now = 0;
  let sequence = 0;
  let alive = 0;

  const put = (process: Process<unknown>, delay: number, timer: boolean): void => {
    assert(delay >= 0, `a delay is not negative: ${delay}`);
    push(heap, { time: now + delay, sequence, process, timer });
    sequence += 1;
    if (!timer) alive += 1;
  };

  const runNext = (): void => {
    const task = pop(heap);
    if (task === undefined) return;
    if (!task.timer) alive -= 1;
    now = task.time;
    const { done, value } = task.process.next();
    if (done !== true) put(task.process, value, false);
  };

  const run = <Stop>(wanted: () => boolean, stop: () => Stop | undefined): RunEnd<Stop> => {
    while (wanted()) {
      runNext();
      const reason = stop();
      if (reason !== undefined) return { rest: false, stop: reason };
    }
    return { rest: true };
  };

  return {
    now: () => milliseconds(now),
    spawn: (process, delay = milliseconds(0)) => put(process, delay, false),
    spawnTimer: (process, delay) => put(process, delay, true),
    runToRest: (stop) => run(() => alive > 0, stop),
    runUntil: (time, stop) => {
      const end = run(() => heap[0] !== undefined && heap[0].time <= time, stop);
      if (end.rest && now < time) now = time;
      return end;
    },
    nextDue: () => (heap[0] === undefined ? undefined : milliseconds(heap[0].time)),
  };
}

const before = (left: Task, right: Task): boolean =>
  left.time !== right.time ? left.time < right.time : left.sequence < right.sequence;

/** Binary heap: the earliest task is first. */
function push(heap: Task[], task: Task): void {
  let at = heap.length;
  heap.push(task);
  while (at > 0) {
    const above = (at - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || !before(task, parent)) break;
    heap[at] = parent;
    at = above;
  }
  heap[at] = task;
}

function pop(heap: Task[]): Task | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    const left = heap[below];
    if (left === undefined) break;
    const right = heap[below + 1];
    if (right !== undefined && before(right, left)) below += 1;
    const child = heap[below];
    if (child === undefined || !before(child, last)) break;
    heap[at] = child;
    at = below;
  }
  heap[at] = last;
  return first;
}
