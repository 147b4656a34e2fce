import { expect, test } from 'vitest';
import type { Trace } from '../../src/index.ts';
import { fromParts, inParts } from './deliver.ts';

const traceOf = (events: number, revisions: number): Trace =>
  ({
    end: 5,
    events: Array.from({ length: events }, (_, id) => ({ id })),
    revisions: Array.from({ length: revisions }, (_, id) => ({ id })),
    evaluations: [],
  }) as unknown as Trace;

test('a short trace goes over whole', () => {
  const trace = traceOf(500, 20);
  expect(inParts(trace)).toEqual({ parts: [], rest: trace });
});

test('a long one goes ahead in parts of a bounded size and is the same again', () => {
  const trace = traceOf(45_001, 7003);
  const { parts, rest } = inParts(trace);
  expect(Math.max(...parts.map(({ events }) => events.length))).toBeLessThanOrEqual(2000);
  expect(rest.events).toEqual([]);
  expect(fromParts(parts, rest)).toEqual(trace);
});
