import type { JsonObject } from '../../base/json.ts';
import { isObject } from '../../base/json.ts';
import { createContextOver } from '../../engine/context/rule-context.ts';
import { encodeNumbers, ORACLE_ENVIRONMENT } from './jmespath.ts';
import type { CaseRunner } from './oracle-case.ts';
import { compareAnswer, input } from './oracle-case.ts';

export const runVariablesCase: CaseRunner = (file, testCase) => {
  const root = input(file, testCase, 'context') ?? {};
  const context = createContextOver({
    root: isObject(root) ? root : {},
    environment: ORACLE_ENVIRONMENT,
  });
  const substituted = context.substitute(input(file, testCase, 'document') ?? null);
  const answer: JsonObject =
    'error' in substituted ? { error: substituted.error } : { result: encodeNumbers(substituted.value) };
  return compareAnswer(testCase, answer, ['result', 'error']);
};
