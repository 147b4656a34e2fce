/**
 * A soak: 10,000 steps over 1,000 namespaces under twenty policies. In Node: the whole run, what a step costs at its start and
 * at its end (processor time, so that a busy machine does not show), and the memory. The ratio is that of the last tenth to
 * the second: in the first the process still warms up, which would flatter it.
 */
import {
  LATEST_KYVERNO,
  loadParts,
  parseFiles,
  readScenario,
  type SimulationProgress,
  simulateGradually,
} from '../src/index.ts';
import { type Benchmark, type Figure, percentile } from './figures.ts';
import { SOAK, soakFiles } from './soak-scenario.ts';
import { readBase } from './stories.ts';

const TENTHS = 10;
/** Steps between two looks at the memory. */
const LOOK_EVERY = 250;

export const soakBenchmark: Benchmark = {
  prefixes: [`soak.${SOAK.steps}.`],
  async run() {
    await loadParts();
    const files = parseFiles(soakFiles(SOAK));
    const scenario = readScenario(files);
    const problems = [...files.flatMap((file) => file.diagnostics), ...scenario.diagnostics];
    const [problem] = problems.filter(({ severity }) => severity === 'error');
    // A soak whose cluster cannot be read is quick and says nothing.
    if (problem !== undefined) throw new Error(`the soak cannot be read: ${problem.message}`);
    const options = { version: LATEST_KYVERNO, seed: 1, base: readBase() };
    // The first steps of a process are slow whatever they do: these are another run's.
    drain(simulateGradually({ ...scenario, steps: scenario.steps.slice(0, 200) }, options));
    const began = performance.now();
    const costs: number[] = [];
    let done = 0;
    let before = processorTime();
    let [memory, looked] = [0, 0];
    const end = drain(simulateGradually(scenario, options), (progress) => {
      if (progress.done === done) return;
      const now = processorTime();
      // Steps between two looks share what was used meanwhile.
      const each = (now - before) / (progress.done - done);
      while (done < progress.done) {
        costs.push(each);
        done += 1;
      }
      before = now;
      if (done >= looked + LOOK_EVERY) {
        looked = done;
        memory = Math.max(memory, process.memoryUsage().heapUsed);
      }
    });
    const seconds = (performance.now() - began) / 1000;
    const allowed = end.events.filter((event) => event.kind === 'step' && event.verdict === 'allowed').length;
    const denied = end.events.filter((event) => event.kind === 'step' && event.verdict === 'denied').length;
    const stopped = end.events.find((event) => event.kind === 'stopped');
    if (stopped !== undefined) throw new Error(`the soak was cut: ${stopped.message}`);
    const size = Math.ceil(costs.length / TENTHS);
    const tenth = (index: number) => percentile(costs.slice(index * size, (index + 1) * size), 0.5);
    const name = (what: string) => `soak.${SOAK.steps}.${what}`;
    const figures: Figure[] = Array.from({ length: TENTHS }, (_, index) => ({
      name: name(`step-cost.tenth-${index + 1}`),
      value: tenth(index),
      unit: 'ms',
    }));
    return [
      ...figures,
      { name: name('step-cost-ratio'), value: tenth(TENTHS - 1) / tenth(1), unit: 'ratio' },
      { name: name('allowed'), value: allowed, unit: 'events' },
      { name: name('denied'), value: denied, unit: 'events' },
      { name: name('steps'), value: end.steps.length - 1, unit: 'events' },
      { name: name('events'), value: end.events.length, unit: 'events' },
      { name: name('total-s'), value: seconds, unit: 's' },
      { name: name('memory-mb'), value: memory / 2 ** 20, unit: 'MB' },
    ];
  },
};

/** Milliseconds of processor time of this process. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function drain<Result>(
  run: Generator<SimulationProgress, Result, void>,
  see: (progress: SimulationProgress) => void = () => undefined,
): Result {
  for (let next = run.next(); ; next = run.next()) {
    if (next.done === true) return next.value;
    see(next.value);
  }
}
