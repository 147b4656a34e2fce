import type { JsonObject } from '../../base/json.ts';
import { createContextOver } from '../../engine/context/rule-context.ts';
import { matchPattern } from '../../engine/rules/pattern.ts';
import { ORACLE_ENVIRONMENT } from './jmespath.ts';
import type { CaseRunner } from './oracle-case.ts';
import { compareAnswer, input } from './oracle-case.ts';

const FIELDS = ['status', 'path', 'message', 'phase'];

export const runPatternsCase: CaseRunner = (file, testCase) => {
  const context = createContextOver({ root: {}, environment: ORACLE_ENVIRONMENT });
  const pattern = context.substitute(input(file, testCase, 'pattern') ?? null);
  if ('error' in pattern)
    return compareAnswer(
      testCase,
      { status: 'error', message: pattern.error, phase: 'substitution' },
      FIELDS,
    );
  const result = matchPattern(input(file, testCase, 'resource') ?? null, pattern.value);
  const answer: JsonObject =
    result.status === 'pass'
      ? { status: 'pass' }
      : { status: result.status, path: result.path, message: result.message };
  return compareAnswer(testCase, answer, FIELDS);
};
