import type { Json } from '../../base/json.ts';
import { get, getList, getString } from '../../base/json.ts';
import { matchRule } from '../../engine/match/match-rule.ts';
import type { MatchSubject } from '../../engine/match/subject.ts';
import type { AdmissionInfo } from '../../engine/policy-context.ts';
import { stringEntries } from '../../kubernetes/label-selector.ts';
import { parseApiVersion } from '../../kubernetes/object.ts';
import type { CaseRunner } from './oracle-case.ts';
import { compareAnswer, input } from './oracle-case.ts';

const texts = (value: Json | undefined, ...path: readonly string[]): readonly string[] =>
  getList(value, ...path).filter((item): item is string => typeof item === 'string');

function readAdmissionInfo(info: Json | undefined): AdmissionInfo | undefined {
  if (info === undefined) return undefined;
  return {
    userInfo: {
      username: getString(info, 'userInfo', 'username') ?? '',
      groups: texts(info, 'userInfo', 'groups'),
    },
    roles: texts(info, 'roles'),
    clusterRoles: texts(info, 'clusterRoles'),
  };
}

const OPERATIONS = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] as const;

export const runMatchCase: CaseRunner = (file, testCase) => {
  const resource = input(file, testCase, 'resource');
  const subject: MatchSubject = {
    resource,
    kind: {
      ...parseApiVersion(getString(resource, 'apiVersion') ?? ''),
      kind: getString(resource, 'kind') ?? '',
    },
    subresource: getString(testCase, 'subresource') ?? '',
    operation: OPERATIONS.find((operation) => operation === get(testCase, 'operation')) ?? '',
    admissionInfo: readAdmissionInfo(get(testCase, 'admissionInfo')),
    namespaceLabels: Object.fromEntries(stringEntries(get(testCase, 'namespaceLabels'))),
  };
  const reason = matchRule(
    { name: 'r', raw: testCase },
    subject,
    getString(testCase, 'policyNamespace') ?? '',
  );
  return compareAnswer(testCase, reason === undefined ? { matched: true } : { matched: false, reason }, [
    'matched',
    'reason',
  ]);
};
