import { getString } from '../../base/json.ts';
import { parseKindSelector } from '../../kubernetes/kind-selector.ts';
import type { CaseRunner } from './oracle-case.ts';
import { compareAnswer } from './oracle-case.ts';

export const runKindselectorCase: CaseRunner = (_file, testCase) =>
  compareAnswer(testCase, { ...parseKindSelector(getString(testCase, 'selector') ?? '') }, [
    'group',
    'version',
    'kind',
    'subresource',
  ]);
