import { type Random, seededRandom } from '../../src/base/random.ts';
import { findProblem } from './oracle.ts';
import { randomInput } from './random-input.ts';
import type { Reader } from './readers.ts';

/** The numbers of one case: the same for the same seed, reader and index, whatever ran before it. */
export function randomOf(seed: number, reader: string, index: number): Random {
  let mixed = seed >>> 0;
  for (const character of `${reader}/${index}`)
    mixed = Math.imul(mixed ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return seededRandom(mixed);
}

/** The input of a case; the first ones are the corpus itself. */
export function inputOf(reader: Reader, seed: number, index: number, large = false): string {
  return reader.corpus[index] ?? randomInput(randomOf(seed, reader.name, index), reader.corpus, large);
}

/** A defect that was found, and what it takes to see it again. */
export interface Finding {
  readonly reader: string;
  readonly index: number;
  readonly input: string;
  readonly problem: string;
}

export function tryCase(reader: Reader, seed: number, index: number, large = false): Finding | undefined {
  const input = inputOf(reader, seed, index, large);
  const problem = findProblem(reader.read, input);
  return problem === undefined ? undefined : { reader: reader.name, index, input, problem };
}
