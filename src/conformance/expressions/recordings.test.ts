import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runJmespathCase } from './jmespath.ts';
import type { CaseRunner, OracleFile } from './oracle-case.ts';
import { runVariablesCase } from './variables.ts';

const FOLDER = new URL('../../../../shared/oracle/expressions/', import.meta.url);

const FILES: readonly (readonly [string, CaseRunner])[] = [
  ['jmespath', runJmespathCase],
  ['jmespath-compliance', runJmespathCase],
  ['variables', runVariablesCase],
];

for (const [name, run] of FILES) {
  const location = new URL(`${name}.json`, FOLDER);
  const present = existsSync(location);
  // The recordings stand beside the project; a clone that stands alone has its copy elsewhere.
  test(present ? `all cases of ${name} are answered as recorded` : `${name}: recordings are absent`, () => {
    if (!present) return;
    const file = JSON.parse(readFileSync(location, 'utf8')) as OracleFile;
    const failed = file.cases.filter((testCase) => run(file, testCase).outcome !== 'pass');
    expect(failed.map(({ id }) => id)).toEqual([]);
  });
}
