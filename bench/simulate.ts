/** How long the engine takes: a whole run, from text to trace, of the stories that the studio ships. */
import { performance } from 'node:perf_hooks';
import { LATEST_KYVERNO, loadParts, runScenario } from '../src/index.ts';
import { type Benchmark, type Figure, percentile } from './figures.ts';
import { readBase, storyFiles } from './stories.ts';

const STORIES = ['bad-namespace', 'configmap-notification'];
const WARM_UP = 20;
const RUNS = 200;

export const simulateBenchmark: Benchmark = {
  prefixes: ['simulate.'],
  async run() {
    await loadParts();
    const base = readBase();
    const figures: Figure[] = [];
    for (const story of STORIES) {
      const files = storyFiles(story);
      const once = (seed: number) => {
        const started = performance.now();
        const result = runScenario(files, { version: LATEST_KYVERNO, seed, base });
        return { time: performance.now() - started, events: result.trace?.events.length ?? 0 };
      };
      for (let i = 0; i < WARM_UP; i++) once(1);
      const runs = Array.from({ length: RUNS }, (_, i) => once(i));
      const times = runs.map((run) => run.time);
      figures.push(
        { name: `simulate.${story}.p50`, value: percentile(times, 0.5), unit: 'ms' },
        { name: `simulate.${story}.p95`, value: percentile(times, 0.95), unit: 'ms' },
        { name: `simulate.${story}.events`, value: runs[0]?.events ?? 0, unit: 'events' },
      );
    }
    return figures;
  },
};
