import { matchPattern } from '../../engine/rules/pattern.ts';
import type { CaseRunner } from './oracle-case.ts';
import { compareAnswer, input } from './oracle-case.ts';

const FIELDS = ['status', 'path', 'message'];

export const runPatternsCase: CaseRunner = (file, testCase) => {
  const result = matchPattern(
    input(file, testCase, 'resource') ?? null,
    input(file, testCase, 'pattern') ?? null,
  );
  if (result.status === 'pass') return compareAnswer(testCase, { status: 'pass' }, FIELDS);
  const { status, path, message } = result;
  return compareAnswer(testCase, { status, path, message }, FIELDS);
};
