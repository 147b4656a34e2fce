/** Tries cases one after the other, telling which one it is at in shared memory: a hang is seen from outside. */
import { parentPort, workerData } from 'node:worker_threads';
import { tryCase } from './cases.ts';
import { loadReaders } from './load-readers.ts';
import { findProblem } from './oracle.ts';
import { reduceInput } from './reduce.ts';

/** What the worker is started with. */
export interface FuzzTask {
  /** This file, for start-worker.mjs. */
  readonly entry: string;
  readonly only: readonly string[];
  readonly seed: number;
  /** The first case of each reader. */
  readonly from: number;
  /** Number of the reader, of its case, and how many cases have been tried. */
  readonly state: Int32Array;
}

/** Cases of a reader of weight 1 before the next reader's turn. */
const TURN = 60;
/** Enough defects of one reader to work on. */
const MAX_FINDINGS = 3;

const { only, seed, from, state } = workerData as FuzzTask;
const readers = await loadReaders(only);
const found = new Map<string, number>();
for (let round = 0; ; round += 1)
  for (const [number, reader] of readers.entries()) {
    const count = Math.max(1, Math.floor(TURN / reader.weight));
    for (let at = 0; at < count && (found.get(reader.name) ?? 0) < MAX_FINDINGS; at += 1) {
      const index = from + round * count + at;
      Atomics.store(state, 0, number);
      Atomics.store(state, 1, index);
      const finding = tryCase(reader, seed, index, true);
      Atomics.add(state, 2, 1);
      if (finding === undefined) continue;
      found.set(reader.name, (found.get(reader.name) ?? 0) + 1);
      const [kind = ''] = finding.problem.split('\n');
      const input = reduceInput(finding.input, (shorter) => {
        Atomics.add(state, 2, 1);
        return findProblem(reader.read, shorter)?.startsWith(kind) === true;
      });
      parentPort?.postMessage({ ...finding, reduced: input });
    }
  }
