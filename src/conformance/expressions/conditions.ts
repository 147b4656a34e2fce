import { get, isObject } from '../../base/json.ts';
import { createContextOver } from '../../engine/context/rule-context.ts';
import { evaluateConditions } from '../../engine/match/conditions.ts';
import { scopeOver } from '../../engine/rules/rule-scope.ts';
import { ORACLE_ENVIRONMENT } from './jmespath.ts';
import { latestBehaviour } from './latest-behaviour.ts';
import type { CaseRunner } from './oracle-case.ts';
import { compareAnswer, input } from './oracle-case.ts';

export const runConditionsCase: CaseRunner = (file, testCase) => {
  const root = input(file, testCase, 'context') ?? {};
  const context = createContextOver({ root: isObject(root) ? root : {}, environment: ORACLE_ENVIRONMENT });
  const condition = {
    key: get(testCase, 'key') ?? null,
    operator: get(testCase, 'operator') ?? '',
    value: get(testCase, 'value') ?? null,
  };
  const result = evaluateConditions({ all: [condition] }, scopeOver(context, latestBehaviour));
  const answer = 'error' in result ? { error: result.error } : { result: result.holds };
  return compareAnswer(testCase, answer, ['result', 'error']);
};
