/**
 * `npm run bench -- [--json] [--only PREFIX]`: measures and prints figures. Timings vary with the machine: compare two runs
 * on the same one, by their medians and 95th percentiles.
 */
import { parseArgs } from 'node:util';
import { engineBenchmark } from '../bench/engine.ts';
import { pageBenchmark } from '../bench/page.ts';
import { simulateBenchmark } from '../bench/simulate.ts';
import { soakBenchmark } from '../bench/soak.ts';
import { timelineBenchmark } from '../bench/timeline.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});

for (const benchmark of [
  engineBenchmark,
  simulateBenchmark,
  pageBenchmark,
  timelineBenchmark,
  soakBenchmark,
]) {
  const wanted = benchmark.prefixes.some(
    (prefix) => prefix.startsWith(values.only) || values.only.startsWith(prefix),
  );
  if (!wanted) continue;
  for (const figure of await benchmark.run()) {
    if (!figure.name.startsWith(values.only)) continue;
    const value = Number(figure.value.toFixed(3));
    if (values.json) console.log(JSON.stringify({ name: figure.name, value, unit: figure.unit }));
    else console.log(`${figure.name.padEnd(36)} ${String(value).padStart(12)} ${figure.unit}`);
  }
}
