/** How long the engine takes: a whole run, from text to trace, of the stories that the studio ships. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import {
  type ClusterBase,
  LATEST_KYVERNO,
  loadParts,
  readClusterBase,
  runScenario,
  type TextFile,
} from '../src/index.ts';
import { type Benchmark, type Figure, percentile } from './figures.ts';

const root = join(import.meta.dirname, '..');
const STORIES = ['bad-namespace', 'configmap-notification'];
const WARM_UP = 20;
const RUNS = 200;

function storyFiles(id: string): readonly TextFile[] {
  const folder = join(root, 'public/scenarios', id);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => ({ path: name, text: readFileSync(join(folder, name), 'utf8') }));
}

function readBase(): ClusterBase {
  const text = readFileSync(join(root, `public/cluster/base-${LATEST_KYVERNO}.json`), 'utf8');
  const base = readClusterBase(JSON.parse(text), LATEST_KYVERNO);
  if (base === undefined) throw new Error('the cluster base cannot be read');
  return base;
}

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
