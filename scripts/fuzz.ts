/**
 * `npm run fuzz -- [--seconds N] [--seed N] [--only NAME]… [--case N]`: hostile and broken inputs for everything that reads
 * a person's text, until the time is over. A defect is printed with a short input that shows it and with the command that
 * tries it again; `--case` tries that one input alone.
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { inputOf, tryCase } from './fuzz/cases.ts';
import { loadReaders } from './fuzz/load-readers.ts';
import type { FuzzTask } from './fuzz/worker.ts';

/** No case may take as long as this. */
const HANG_SECONDS = 30;
const MAX_SHOWN = 2000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', multiple: true, default: [] },
    case: { type: 'string' },
  },
});
const seed = Number(values.seed);
const readers = await loadReaders(values.only);
if (readers.length === 0) throw new Error(`no reader is named ${values.only.join(', ')}`);
let defects = 0;

if (values.case === undefined) await runFor(Number(values.seconds));
else for (const reader of readers) report(tryCase(reader, seed, Number(values.case), true));
process.exit(defects === 0 ? 0 : 1);

interface Report {
  readonly reader: string;
  readonly index: number;
  readonly input: string;
  readonly problem: string;
  readonly reduced?: string;
}

function report(found: Report | undefined): void {
  if (found === undefined) return;
  defects += 1;
  const { reader, index, input, problem, reduced = input } = found;
  const shown = JSON.stringify(reduced);
  console.log(`\n${reader}, case ${index}: ${problem}`);
  console.log(`  input (${reduced.length} of ${input.length} characters): ${shown.slice(0, MAX_SHOWN)}`);
  console.log(`  again: npm run fuzz -- --only ${reader} --seed ${seed} --case ${index}`);
}

/** Runs workers until the time is over; one that hangs is stopped, and its case is the defect. */
async function runFor(seconds: number): Promise<void> {
  const until = Date.now() + seconds * 1000;
  let cases = 0;
  for (let from = 0; Date.now() < until; ) {
    const { tried, hanging } = await runWorker(from, until);
    cases += tried;
    if (hanging === undefined) break;
    const reader = readers[hanging.reader];
    if (reader !== undefined) {
      const input = inputOf(reader, seed, hanging.index, true);
      const problem = `takes longer than ${HANG_SECONDS} s`;
      report({ reader: reader.name, index: hanging.index, input, problem });
    }
    from = hanging.index + 1;
  }
  console.log(`\n${cases} cases of ${readers.length} readers, seed ${seed}: ${defects} defects`);
}

interface WorkerEnd {
  readonly tried: number;
  readonly hanging?: { readonly reader: number; readonly index: number };
}

function runWorker(from: number, until: number): Promise<WorkerEnd> {
  const state = new Int32Array(new SharedArrayBuffer(12));
  const entry = new URL('./fuzz/worker.ts', import.meta.url).href;
  const workerData: FuzzTask = { entry, only: values.only, seed, from, state };
  const worker = new Worker(new URL('./fuzz/start-worker.mjs', import.meta.url), { workerData });
  worker.on('message', report);
  return new Promise((resolve, reject) => {
    let last = -1;
    let since = Date.now();
    const end = (result: WorkerEnd): void => {
      clearInterval(timer);
      worker.removeAllListeners('error');
      void worker.terminate().then(() => resolve(result));
    };
    const timer = setInterval(() => {
      const tried = Atomics.load(state, 2);
      if (tried !== last) since = Date.now();
      last = tried;
      if (Date.now() - since > HANG_SECONDS * 1000)
        end({ tried, hanging: { reader: Atomics.load(state, 0), index: Atomics.load(state, 1) } });
      else if (Date.now() > until) end({ tried });
    }, 200);
    worker.on('error', (error) => {
      clearInterval(timer);
      reject(error);
    });
  });
}
