import { describe, expect, it } from 'vitest';
import { readLanes } from './lanes.ts';
import { readMoments } from './moments.ts';
import { seedTrace, traceBuilder } from './seed-trace.ts';

const lanes = readLanes(seedTrace());
const lane = (id: string) => lanes.find((one) => one.id === id);
const firstRow = (id: string, row = 0) => lane(id)?.rows[row]?.marks ?? [];

describe('lanes of the seed story', () => {
  it('run from cause to effect, and a lane without marks takes no room', () => {
    expect(lanes.map(({ id }) => id)).toEqual([
      'steps',
      'api-server',
      'mutating',
      'validating',
      'etcd',
      'update-requests',
      'background',
      'downstream',
      'events',
      'reports',
    ]);
    const { add, build } = traceBuilder(['get pods']);
    add(1, 'admission', 0, 1, undefined, {
      kind: 'step',
      exitCode: 0,
      stdout: '',
      stderr: '',
      verdict: 'none',
    });
    expect(readLanes(build()).map(({ id }) => id)).toEqual(['steps']);
  });

  it('end the denied step and its request at a post', () => {
    expect(firstRow('steps').map(({ tone, post, after }) => [tone, post, after])).toEqual([
      ['deny', true, 'denied · HTTP 400'],
      ['allow', undefined, undefined],
    ]);
    expect(firstRow('api-server')[0]).toMatchObject({ post: true, glyph: 'deny' });
    expect(firstRow('api-server')[0]?.parts?.at(-1)?.name).toBe('validating');
  });

  it('put requests of controllers into the nested row', () => {
    expect(lane('api-server')?.rows[1]?.label).toBe('nested requests');
    expect(firstRow('api-server', 1).map(({ text }) => text)).toEqual([
      'POST UR',
      ...Array.from({ length: 5 }, () => 'LIST namespaces'),
      'POST UR',
      'LIST namespaces',
      'POST networkpolicies',
    ]);
  });

  it('say in etcd what was never stored', () => {
    expect(firstRow('etcd').map(({ glyph, text }) => [glyph, text])).toEqual([
      ['never-stored', 'never stored'],
      ['stored', 'Namespace/good-namespace'],
      ['stored', 'NetworkPolicy good-namespace/default-deny'],
    ]);
  });

  it('show an UpdateRequest as segments that abut and end dropped or deleted', () => {
    const segments = firstRow('update-requests').filter(({ step }) => step === 1);
    expect(segments.map(({ text }) => text)).toEqual([
      'Pending',
      'Failed 1',
      'Pending',
      'Failed 2',
      'Pending',
      'Failed 3',
      'Pending',
      'Failed 4',
      'Pending',
    ]);
    for (const [i, segment] of segments.entries()) {
      const next = segments[i + 1];
      if (next !== undefined) expect(next.start).toBe(segment.end);
    }
    expect(segments.at(-1)?.upright?.word).toBe('dropped');
    expect(firstRow('update-requests').at(-1)?.upright?.word).toBe('deleted');
  });

  it('draw what was never made as a ghost with its reason, and what was made as a bar in sync', () => {
    expect(firstRow('downstream')[0]).toMatchObject({
      shape: 'ghost',
      text: 'NetworkPolicy bad-namespace/default-deny',
      detail: 'would be: its trigger was never stored',
    });
    expect(firstRow('downstream', 1)[0]).toMatchObject({ shape: 'bar', tone: 'allow', detail: 'in sync' });
  });

  it('call the log lines about a refused trigger expected, and those of the other step not', () => {
    const logs = firstRow('events').filter(({ text }) => text === 'start processing UR');
    expect(logs.map(({ tone }) => tone)).toEqual(['noise', 'noise', 'noise', 'noise', 'noise', 'plain']);
  });

  it('never let marks of a row overlap', () => {
    for (const { rows } of lanes) {
      for (const { marks } of rows) {
        for (const [i, mark] of marks.entries()) {
          expect(mark.end).toBeGreaterThanOrEqual(mark.start);
          const next = marks[i + 1];
          if (next !== undefined) expect(next.start).toBeGreaterThanOrEqual(mark.end);
        }
      }
    }
  });
});

describe('the life of a downstream', () => {
  it('is hatched while drifted, ends when deleted and begins again', () => {
    const { add, build } = traceBuilder(['create a', 'patch b', 'delete b'], ['alice', 'bob', 'bob']);
    const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'a', name: 'c' };
    const kyverno = { username: 'system:serviceaccount:kyverno:kyverno-background-controller' };
    const stored = (
      step: number,
      time: number,
      change: 'ADDED' | 'MODIFIED' | 'DELETED',
      component: 'client' | 'background-controller',
    ) =>
      add(step, 'background', time, time, undefined, {
        kind: 'stored',
        change,
        object,
        component,
        username: component === 'client' ? 'bob' : kyverno.username,
      });
    const target = (step: number, time: number, result: 'created' | 'updated') =>
      add(step, 'background', time, time, undefined, {
        kind: 'target',
        target: object,
        policy: 'p',
        rule: 'r',
        trigger: object,
        updateRequest: 'ur',
        result,
        synchronize: true,
        reason: '',
      });
    stored(1, 10, 'ADDED', 'background-controller');
    target(1, 11, 'created');
    stored(2, 100, 'MODIFIED', 'client');
    stored(2, 120, 'MODIFIED', 'background-controller');
    target(2, 121, 'updated');
    stored(3, 200, 'DELETED', 'client');
    stored(3, 230, 'ADDED', 'background-controller');
    target(3, 231, 'created');
    const [row] = readLanes(build()).find(({ id }) => id === 'downstream')?.rows ?? [];
    expect(row?.marks.map(({ shape, start, end }) => [shape, start, end])).toEqual([
      ['bar', 10, 100],
      ['drift', 100, 120],
      ['bar', 120, 200],
      ['ghost', 200, 230],
      ['bar', 230, 231],
    ]);
    expect(row?.marks[1]?.text).toBe('drifted, by bob');
    expect(row?.marks[2]?.upright).toBeDefined();
    expect(row?.marks.at(-1)?.detail).toBe('created again');
  });
});

describe('moments', () => {
  const moments = readMoments(seedTrace());

  it('rise strictly in time', () => {
    for (const [i, moment] of moments.entries()) {
      const next = moments[i + 1];
      if (next !== undefined) expect(next.time).toBeGreaterThan(moment.time);
    }
  });

  it('say what is asked in plain words', () => {
    expect(moments.map(({ caption }) => caption)).toContain(
      'Attempt 3 asks: is the trigger’s uid in the cluster?',
    );
  });

  it('mark where the steps begin', () => {
    expect(moments.filter(({ beginsStep }) => beginsStep).map(({ time }) => time)).toEqual([0, 5600]);
  });
});
