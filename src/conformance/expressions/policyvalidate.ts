import { get, getString, isObject, type Json, type JsonObject } from '../../base/json.ts';
import { substituteAll } from '../../engine/context/substitute.ts';
import { findVariables } from '../../engine/context/variable-pattern.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Policy } from '../../kyverno/policy.ts';
import { readPolicy } from '../../kyverno/read-policy.ts';
import { validatePolicy } from '../../kyverno/validate-policy.ts';
import { latestBehaviour } from './latest-behaviour.ts';
import { type CaseRunner, compareAnswer, type OracleCase } from './oracle-case.ts';

const readCase = (value: Json | undefined): Policy | undefined =>
  isObject(value) ? readPolicy({ metadata: {}, ...value } as KubernetesObject) : undefined;

/** Valid operators come in the order of a Go map. */
const sortOperators = (text: string): string =>
  text.replace(
    /(valid values: \[)([^\]]*)\]/,
    (_, head: string, list: string) => `${head}${list.split(' ').toSorted().join(' ')}]`,
  );

function sortCase(testCase: OracleCase): OracleCase {
  const error = get(testCase, 'error');
  return typeof error === 'string' ? { ...testCase, error: sortOperators(error) } : testCase;
}

/** Classic policies: whether the policy webhook accepts, its error and its warnings. */
export const runPolicyValidateCase: CaseRunner = (_file, testCase) => {
  if (!(getString(get(testCase, 'policy'), 'apiVersion') ?? '').startsWith('kyverno.io/'))
    return { outcome: 'unsupported', reason: 'CEL policies: not simulated yet' };
  const policy = readCase(get(testCase, 'policy'));
  if (policy === undefined) return { outcome: 'fail', reason: 'not a policy' };
  const { error, warnings } = validatePolicy(policy, readCase(get(testCase, 'oldPolicy')), {
    behaviour: latestBehaviour,
    variables: { find: findVariables, substitute: substituteAll },
  });
  const answer: JsonObject = {
    accepted: error === undefined,
    ...(error === undefined ? {} : { error: sortOperators(error) }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
  return compareAnswer(sortCase(testCase), answer, ['accepted', 'error', 'warnings']);
};
