import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadParts, milliseconds, readClusterBase, runScenario, type Trace } from '../../src/index.ts';
import { ruleLinesAt } from './rule-lines.ts';

const root = join(import.meta.dirname, '../../public');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

let trace: Trace;
beforeAll(async () => {
  await loadParts();
  const base = readClusterBase(JSON.parse(read('cluster/base-1.19.json')), '1.19');
  if (base === undefined) throw new Error('no base');
  const files = ['policies.yaml', 'chainsaw-test.yaml'].map((path) => ({
    path,
    text: read(`scenarios/bad-namespace/${path}`),
  }));
  const run = runScenario(files, { version: '1.19', seed: 1, base });
  if (run.trace === undefined) throw new Error('the story runs');
  trace = run.trace;
});

const texts = (at: number): readonly string[] => ruleLinesAt(trace, milliseconds(at)).map(({ text }) => text);

describe('the line above a rule', () => {
  it('is there before anything has happened', () => {
    expect(texts(0)).toEqual(['not evaluated yet', 'not evaluated yet']);
    expect(ruleLinesAt(trace, milliseconds(0)).map(({ at }) => [at.file, at.document, at.path])).toEqual([
      ['policies.yaml', 0, ['spec', 'rules', 0]],
      ['policies.yaml', 1, ['spec', 'rules', 0]],
    ]);
  });

  it('counts what a denied request leads to, attempt by attempt', () => {
    const failures = trace.events.filter((event) => event.kind === 'attempt' && event.step === 1);
    expect(failures).toHaveLength(5);
    expect(texts(failures[1]?.end ?? 0)).toEqual([
      '1 match · ✕ 1 failed · step 1',
      '1 match · 1 UpdateRequest · ‼ 2 attempts failed · 0 generated · step 1',
    ]);
  });

  it('counts over all steps at the end', () => {
    expect(texts(trace.end)).toEqual([
      '2 matches · ✓ 1 passed · ✕ 1 failed',
      '2 matches · 2 UpdateRequests · ‼ 5 attempts failed · 1 generated',
    ]);
  });

  it('leads to the events that it counts, in order of time', () => {
    for (const { events } of ruleLinesAt(trace, trace.end)) {
      const times = events.map((id) => trace.events.find((event) => event.id === id)?.time ?? -1);
      expect(times.length).toBeGreaterThan(0);
      expect(times).toEqual([...times].sort((left, right) => left - right));
    }
  });
});
