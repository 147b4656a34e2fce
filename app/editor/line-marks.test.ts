import { expect, test } from 'vitest';
import { milliseconds, type Trace } from '../../src/index.ts';
import { lineMarksAt } from './line-marks.ts';

const source = { file: 'policies.yaml', document: 0, path: [] };
const trigger = { apiVersion: 'v1', kind: 'Namespace', name: 'bad' };

/** A rule that refuses between 2 and 4, and an attempt of another between 6 and 8. */
const trace = {
  events: [
    { id: 0, kind: 'step', time: 0, end: 4, step: 1 },
    {
      id: 1,
      kind: 'rule',
      time: 2,
      end: 4,
      step: 1,
      policy: 'p',
      rule: 'check',
      status: 'fail',
      evaluation: 0,
    },
    {
      id: 2,
      kind: 'rule',
      time: 3,
      end: 3,
      step: 1,
      policy: 'g',
      rule: 'make',
      status: 'pass',
      evaluation: 1,
      trigger,
    },
    { id: 3, kind: 'plan', time: 4, end: 4, step: 1, policy: 'g', rule: 'make', updateRequest: 'ur-1' },
    { id: 4, kind: 'attempt', time: 6, end: 8, step: 1, updateRequest: 'ur-1', attempt: 3 },
  ],
  evaluations: [
    {
      policy: 'p',
      rule: 'check',
      source,
      tree: [
        { label: 'match', status: 'pass', path: ['spec', 'rules', 0, 'match'] },
        {
          label: 'pattern',
          status: 'fail',
          path: ['spec', 'rules', 0, 'validate', 'pattern'],
          children: [
            {
              label: 'team',
              status: 'fail',
              decided: true,
              path: ['spec', 'rules', 0, 'validate', 'pattern', 'team'],
            },
          ],
        },
      ],
    },
    {
      policy: 'g',
      rule: 'make',
      source: { ...source, document: 1 },
      tree: [{ label: 'match', status: 'pass', path: ['spec', 'rules', 0, 'match'] }],
    },
  ],
} as unknown as Trace;

const at = (time: number) => lineMarksAt(trace, milliseconds(time));

test('before anything is evaluated no line is marked', () => {
  expect(at(1)).toEqual([]);
});

test('a refusal marks the clause that decided, once it is answered', () => {
  expect(at(3).filter((mark) => mark.kind === 'deny')).toEqual([]);
  const [mark] = at(5).filter((one) => one.kind === 'deny');
  expect(mark?.at.path).toEqual(['spec', 'rules', 0, 'validate', 'pattern', 'team']);
});

test('while a rule or its attempt lasts, its rule is the one running line', () => {
  const running = (time: number) => at(time).filter((mark) => mark.kind === 'running');
  expect(running(7)).toHaveLength(1);
  expect(running(7)[0]?.at).toEqual({ ...source, document: 1, path: ['spec', 'rules', 0] });
  expect(running(7)[0]?.note).toContain('3');
  expect(running(5)).toEqual([]);
});
