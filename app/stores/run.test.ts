import { expect, test } from 'vitest';
import type { Trace } from '../../src/index.ts';
import { createRunStore, type RunResult } from './run.ts';

const trace = { kyverno: '1.19', events: [] } as unknown as Trace;
const good: RunResult = { trace, diagnostics: [], duration: 2 };
const broken: RunResult = {
  diagnostics: [{ code: 'yaml-syntax', severity: 'error', message: 'x' }],
  duration: 1,
};

test('text that cannot be run leaves the last good run, marked stale, until one succeeds', () => {
  const run = createRunStore(() => 7);
  run.started();
  expect(run.getState().status).toBe('running');
  run.finished(good);
  run.started();
  run.finished(broken);
  expect(run.getState()).toMatchObject({ status: 'stale', trace, duration: 2, goodAt: 7 });
  expect(run.getState().diagnostics).toHaveLength(1);
  run.finished(good);
  expect(run.getState()).toMatchObject({ status: 'ok', diagnostics: [] });
});

test('without a good run before it, it has failed', () => {
  const run = createRunStore();
  run.started();
  run.finished(broken);
  expect(run.getState().status).toBe('failed');
});

test('every good run is another one, also after nothing was there to run', () => {
  const run = createRunStore();
  run.finished(good);
  run.clear();
  expect(run.getState().trace).toBeUndefined();
  run.finished(good);
  expect(run.getState().serial).toBe(2);
});

test('advice on a run that another one has overtaken is not shown', () => {
  const run = createRunStore();
  run.finished(good);
  run.finished(good);
  run.advised([{ code: 'x' } as never], 1);
  expect(run.getState().advice).toEqual([]);
  run.advised([{ code: 'y' } as never], 2);
  expect(run.getState().advice).toHaveLength(1);
});

const diagnostic = (code: string) => ({ code, severity: 'warning', message: code }) as const;

test('what is said beside the runs stays until something else is, and knows what each of them tells', () => {
  const run = createRunStore();
  run.saidBeside((told) => (told.length === 0 ? [diagnostic('beside')] : []));
  run.finished(good);
  expect(run.getState().diagnostics).toEqual([diagnostic('beside')]);
  run.judged([diagnostic('own')], run.getState().serial);
  expect(run.getState().diagnostics).toEqual([diagnostic('own')]);
  run.clear();
  run.finished(good);
  expect(run.getState().diagnostics).toEqual([]);
});
