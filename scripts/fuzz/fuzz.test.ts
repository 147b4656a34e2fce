import { describe, expect, it } from 'vitest';
import { inputOf, tryCase } from './cases.ts';
import { loadReaders } from './load-readers.ts';
import { findProblem, type Read } from './oracle.ts';
import { reduceInput } from './reduce.ts';

/** Cases of a reader of weight 1; `npm run fuzz` goes on from here. */
const CASES = 40;
const SEED = 1;
const readers = await loadReaders();

describe.each(readers.map((reader) => [reader.name, reader] as const))('the reader of %s', (_, reader) => {
  it('takes whatever comes', () => {
    const cases = Math.max(2, Math.ceil(CASES / reader.weight));
    const corpus = Math.min(reader.corpus.length, Math.ceil(cases / 4));
    const indices = Array.from({ length: cases }, (_, at) =>
      at < corpus ? at : reader.corpus.length + at - corpus,
    );
    expect(indices.flatMap((index) => tryCase(reader, SEED, index) ?? [])).toEqual([]);
  });

  it('is tried with the same inputs again', () => {
    const index = reader.corpus.length + 3;
    expect(inputOf(reader, SEED, index)).toBe(inputOf(reader, SEED, index));
  });
});

describe('the oracle', () => {
  let count = 0;
  const place = (end: number) => ({
    file: 'a',
    range: { start: 0, end },
    line: 1,
    column: 1,
    endLine: 1,
    endColumn: 1,
  });
  const told =
    (end: number): Read =>
    (input) => ({
      answer: 1,
      diagnostics: [{ code: 'c', severity: 'error', message: 'm', location: place(end) }],
      texts: new Map([['a', input]]),
    });
  const bad: readonly (readonly [string, Read])[] = [
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    [
      'pollutes',
      () => {
        Object.assign(Object.prototype, { polluted: true });
        return { answer: 1 };
      },
    ],
    [
      'answers differently',
      () => {
        count += 1;
        return { answer: count };
      },
    ],
    ['has a diagnostic', told(99)],
  ];

  it.each(bad)('sees a reader that %s', (problem, read) => {
    expect(findProblem(read, 'text')).toMatch(new RegExp(`^${problem}`));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('has nothing to say of a reader that holds', () => {
    expect(findProblem(told(4), 'text')).toBeUndefined();
  });
});

it('an input is cut down to what shows the defect', () => {
  expect(reduceInput('some text with x in it and more', (input) => input.includes('x'))).toBe('x');
});
