import { getString } from '../../base/json.ts';
import { containsWildcard, matchWildcard } from '../../kubernetes/wildcard.ts';
import type { CaseRunner } from './oracle-case.ts';
import { compareAnswer } from './oracle-case.ts';

export const runWildcardCase: CaseRunner = (_file, testCase) => {
  const pattern = getString(testCase, 'pattern') ?? '';
  const result = matchWildcard(pattern, getString(testCase, 'value') ?? '');
  return compareAnswer(testCase, { result, containsWildcard: containsWildcard(pattern) }, [
    'result',
    'containsWildcard',
  ]);
};
