/**
 * `npm run conformance`: how faithful the engine is, measured against recorded answers of real Kyverno.
 *
 * Without arguments it runs the project's own fixtures and holds them against the known-gap table: a case that fails
 * without a row, and a row whose case passes, both fail the run. With a folder it runs that folder's cases.
 *
 *   npm run conformance -- <folder> [--suite expressions|cluster|cli|chainsaw] [--oracle <folder>] [--json] [--only PREFIX] [--failures]
 *
 * The suite `chainsaw` runs every chainsaw-test.yaml below the folder on a simulated cluster of its own; an `index.jsonl`
 * tells of each test which settings of Kyverno and CRDs it needs, and whether upstream's CI runs it.
 *
 * The suite `cli` runs every kyverno-test.yaml below the folder. Recorded results of the real CLI (`cli-results.jsonl`) are
 * looked for in the folder of `--oracle`, else in the folder itself and in its sibling `oracle/cli`.
 *
 * `--json` prints one line a case: {"id", "outcome": "pass" | "fail" | "unsupported", "reason"}.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type CaseResult, gapOf, type Suite, unusedGaps } from '../src/conformance/index.ts';
import { findSuites, runSuite } from './conformance-suites.ts';

const root = resolve(import.meta.dirname, '..');
const FIXTURES = ['expressions', 'cluster', 'cluster-versions', 'cli', 'chainsaw'].map((name) =>
  join(root, 'fixtures/kyverno', name),
);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    suite: { type: 'string' },
    oracle: { type: 'string' },
    json: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    failures: { type: 'boolean', default: false },
  },
});

const folders = positionals.length > 0 ? positionals.map((folder) => resolve(folder)) : FIXTURES;
const missing = folders.filter((folder) => !existsSync(folder));
for (const folder of missing) console.error(`absent: ${folder}`);

const results: CaseResult[] = [];
for (const folder of folders.filter((candidate) => existsSync(candidate)))
  for (const suite of findSuites(folder, values.suite as Suite | undefined))
    for await (const result of runSuite(suite, folder, values.oracle, values.only)) {
      if (!result.id.startsWith(values.only)) continue;
      results.push(result);
      if (values.json)
        console.log(JSON.stringify({ id: result.id, outcome: result.outcome, reason: result.reason }));
    }

const unexpected = results.filter((result) => result.outcome === 'fail' && gapOf(result.id) === undefined);
const closed = results.filter((result) => result.outcome === 'pass' && gapOf(result.id)?.exact === true);
const stale = positionals.length === 0 && values.only === '' ? unusedGaps(results) : [];
const failed = missing.length + unexpected.length + closed.length + stale.length;

if (!values.json) {
  printTable();
  for (const result of unexpected.slice(0, values.failures ? unexpected.length : 20))
    console.log(`FAIL ${result.id}: ${result.reason}`);
  for (const result of closed) console.log(`CLOSED GAP ${result.id}: passes; remove its row from the table`);
  for (const gap of stale)
    console.log(`STALE GAP ${gap}: no failing case left; remove its row from the table`);
  printMessages();
  printCounted();
  const passed = results.filter((result) => result.outcome === 'pass').length;
  console.log(`${passed} passed, ${failed} failed`);
}
process.exit(failed === 0 ? 0 : 1);

/** One row a group: how many of its cases pass, are known gaps, are unsupported. */
function printTable(): void {
  const groups = new Map<string, CaseResult[]>();
  for (const result of results) groups.set(result.group, [...(groups.get(result.group) ?? []), result]);
  console.log('group                       cases   pass      %   gap  fail  unsupported');
  for (const [group, cases] of groups) {
    const count = (outcome: CaseResult['outcome']): number =>
      cases.filter((result) => result.outcome === outcome).length;
    const gaps = cases.filter((result) => result.outcome === 'fail' && gapOf(result.id) !== undefined).length;
    const supported = cases.length - count('unsupported');
    const percent = supported === 0 ? '–' : ((100 * count('pass')) / supported).toFixed(1);
    console.log(
      [
        group.padEnd(26),
        String(cases.length).padStart(6),
        String(count('pass')).padStart(6),
        percent.padStart(6),
        String(gaps).padStart(5),
        String(count('fail') - gaps).padStart(5),
        String(count('unsupported')).padStart(12),
      ].join(' '),
    );
  }
}

/** How many of the recorded rows of the CLI came out word for word. */
function printMessages(): void {
  const compared = results.flatMap(({ id, rows }) => (rows === undefined ? [] : [{ id, ...rows }]));
  if (compared.length === 0) return;
  const sum = (field: 'recorded' | 'agreeing'): number =>
    compared.reduce((total, rows) => total + rows[field], 0);
  for (const { id, difference } of values.failures ? compared : [])
    if (difference !== undefined) console.log(`DIFFERS ${id}: ${difference}`);
  const percent = ((100 * sum('agreeing')) / sum('recorded')).toFixed(1);
  console.log(
    `${sum('agreeing')} of ${sum('recorded')} recorded rows agree, messages included (${percent} %)`,
  );
}

/** The share of the tests that count: upstream's CI runs them, and their policies are classic ones. */
function printCounted(): void {
  const counted = results.filter((result) => result.counted === true);
  if (counted.length === 0) return;
  const passed = counted.filter((result) => result.outcome === 'pass').length;
  const unsupported = counted.filter((result) => result.outcome === 'unsupported').length;
  const percent = ((100 * passed) / counted.length).toFixed(1);
  console.log(
    `${passed} of ${counted.length} tests of classic policies that upstream's CI runs pass (${percent} %); ${unsupported} are unsupported`,
  );
}
