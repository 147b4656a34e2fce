import { isObject } from '../../base/json.ts';
import { loadParts } from '../../parts.ts';
import type { CaseResult } from '../index.ts';
import { RUNNERS } from './index.ts';
import type { OracleCase, OracleFile } from './oracle-case.ts';

await loadParts();

/** Answers every case of a file of expression cases; a file that nobody answers is reported as unsupported. */
export function* runExpressionFile(name: string, text: string): Generator<CaseResult> {
  const file = JSON.parse(text) as OracleFile;
  const runner = RUNNERS.get(file.name) ?? RUNNERS.get(name);
  for (const testCase of file.cases)
    yield { id: testCase.id, group: name, ...answer(name, file, testCase, runner) };
}

function answer(
  name: string,
  file: OracleFile,
  testCase: OracleCase,
  runner: ReturnType<(typeof RUNNERS)['get']>,
): Pick<CaseResult, 'outcome' | 'reason'> {
  if (!runner) return { outcome: 'unsupported', reason: `${name}: not simulated yet` };
  if (!isObject(testCase)) return { outcome: 'fail', reason: 'not a case' };
  try {
    return runner(file, testCase);
  } catch (error) {
    return { outcome: 'fail', reason: `crashed: ${error instanceof Error ? error.message : String(error)}` };
  }
}
