import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Process } from '../base/process.ts';
import { milliseconds } from '../base/units.ts';
import { createEventQueue } from './scheduler.ts';

const never = (): undefined => undefined;

function* say(words: string[], word: string): Process<void> {
  words.push(word);
}

describe('the event queue', () => {
  it('runs by time and, at the same time, in the order of spawning', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 })), (delays) => {
        const queue = createEventQueue();
        const words: string[] = [];
        delays.forEach((delay, i) => {
          queue.spawn(say(words, `${delay}:${String(i).padStart(4, '0')}`), milliseconds(delay));
        });
        queue.runToRest(never);
        expect(words).toEqual([...words].sort());
        expect(words).toHaveLength(delays.length);
      }),
    );
  });

  it('resumes a process after the stretch that it yields', () => {
    const queue = createEventQueue();
    const times: number[] = [];
    function* work(): Process<void> {
      yield milliseconds(5);
      times.push(queue.now());
      yield milliseconds(2.5);
      times.push(queue.now());
    }
    queue.spawn(work());
    queue.runToRest(never);
    expect(times).toEqual([5, 7.5]);
  });

  it('comes to rest while a timer lies in the future, and runs it once time reaches it', () => {
    const queue = createEventQueue();
    const words: string[] = [];
    queue.spawnTimer(say(words, 'timer'), milliseconds(10_000));
    queue.spawn(say(words, 'work'), milliseconds(10));
    queue.runToRest(never);
    expect([words, queue.now()]).toEqual([['work'], 10]);
    queue.runUntil(milliseconds(20_000), never);
    expect([words, queue.now()]).toEqual([['work', 'timer'], 20_000]);
  });

  it('stops when asked to', () => {
    const queue = createEventQueue();
    function* forever(): Process<void> {
      for (;;) yield milliseconds(1);
    }
    queue.spawn(forever());
    const end = queue.runToRest(() => (queue.now() > 50 ? 'enough' : undefined));
    expect(end).toEqual({ rest: false, stop: 'enough' });
  });
});
