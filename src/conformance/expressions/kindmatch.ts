import { get, getList, getString } from '../../base/json.ts';
import { matchKind } from '../../kubernetes/kind-selector.ts';
import type { CaseRunner } from './oracle-case.ts';
import { compareAnswer } from './oracle-case.ts';

export const runKindmatchCase: CaseRunner = (_file, testCase) => {
  const kinds = getList(testCase, 'kinds').filter((kind): kind is string => typeof kind === 'string');
  const gvk = get(testCase, 'gvk');
  const kind = {
    group: getString(gvk, 'Group') ?? '',
    version: getString(gvk, 'Version') ?? '',
    kind: getString(gvk, 'Kind') ?? '',
  };
  const result = matchKind(kinds, kind, getString(testCase, 'subresource') ?? '');
  return compareAnswer(testCase, { result }, ['result']);
};
