import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readClusterBase, runScenario, writeKyvernoTest } from '../../index.ts';
import { runCliTests } from './run.ts';

const root = join(import.meta.dirname, '../../../public');
const base = readClusterBase(JSON.parse(readFileSync(join(root, 'cluster/base-1.19.json'), 'utf8')), '1.19');
const stories = readdirSync(join(root, 'scenarios')).filter((name) => !name.includes('.'));

describe('what "Test before you commit" writes', () => {
  it.each(stories)('for %s passes as the Kyverno CLI judges it', async (story) => {
    if (base === undefined) throw new Error('no base');
    const files = readdirSync(join(root, 'scenarios', story)).map((path) => ({
      path,
      text: readFileSync(join(root, 'scenarios', story, path), 'utf8'),
    }));
    const { scenario, trace } = runScenario(files, { version: '1.19', seed: 1, base });
    if (trace === undefined) throw new Error('cannot be read');
    const written = writeKyvernoTest(scenario, trace);
    // A story whose policies never meet an object has no test, and says why.
    if (written.files.length === 0) {
      expect(trace.events.some(({ kind }) => kind === 'rule') ? written.left : ['none']).not.toEqual([]);
      return;
    }
    const runs = await runCliTests(written.files, 'kyverno-test.yaml');
    expect(runs.map(({ verdict, reason, rows }) => ({ verdict, reason, rows: rows.length > 0 }))).toEqual(
      runs.map(() => ({ verdict: 'pass', reason: '', rows: true })),
    );
    // Rows say what was asked: none is passed over as Excluded.
    expect(runs.flatMap(({ rows }) => rows).filter(({ reason }) => reason !== 'Ok')).toEqual([]);
  });
});
