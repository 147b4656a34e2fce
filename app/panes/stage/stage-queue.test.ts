import { describe, expect, it } from 'vitest';
import type { ObjectRef } from '../../../src/index.ts';
import { readMoments } from '../../timeline/moments.ts';
import { traceBuilder } from '../../timeline/seed-trace.ts';
import { stageAt } from './stage-model.ts';
import { stageText } from './stage-text.ts';

const MANY = 15;

/** One step that sets off many UpdateRequests, of which the first few are done. */
function manyRequests() {
  const { add, build } = traceBuilder(['apply 15 Namespaces']);
  const step = add(1, 'admission', 0, 10, undefined, {
    kind: 'step',
    exitCode: 0,
    stdout: 'created\n',
    stderr: '',
    verdict: 'allowed',
  });
  for (let i = 0; i < MANY; i++) {
    const name = `ur-${String(i).padStart(2, '0')}`;
    const trigger: ObjectRef = { apiVersion: 'v1', kind: 'Namespace', name: `team-${i}` };
    const state = {
      kind: 'update-request',
      name,
      policy: 'p',
      requestType: 'generate',
      rules: ['r'],
      trigger,
      retryCount: 0,
      message: '',
    } as const;
    const born = add(1, 'background', 20 + i, 20 + i, step, { ...state, state: '' });
    if (i < 5) add(1, 'background', 60 + i, 60 + i, born, { ...state, state: 'deleted' });
  }
  return build();
}

describe('a queue of many UpdateRequests', () => {
  const trace = manyRequests();
  const moments = readMoments(trace);

  it('shows one in front, those that wait before those that are done, and the rest as a number', () => {
    const { queue } = stageAt(trace, moments, 100);
    expect(queue.front?.name).toBe('ur-04');
    expect(queue.others.map(({ name, word }) => [name, word])).toEqual([
      ['ur-05', 'Pending'],
      ['ur-06', 'Pending'],
    ]);
    expect(queue.more).toBe(MANY - 3);
    expect([queue.waiting, queue.done]).toEqual([10, 5]);
  });

  it('says how many there are in words', () => {
    expect(stageText(stageAt(trace, moments, 100))).toContain('14 more UpdateRequests.');
  });

  it('grows one by one while they are born', () => {
    const lengths = [19, 20, 25, 40].map((time) => {
      const { queue } = stageAt(trace, moments, time);
      return queue.waiting;
    });
    expect(lengths).toEqual([0, 1, 6, MANY]);
  });
});
