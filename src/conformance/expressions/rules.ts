import { assert } from '../../base/assert.ts';
import type { Json, JsonObject } from '../../base/json.ts';
import { equal, get, getList, getObject, getString, isObject } from '../../base/json.ts';
import { seededRandom } from '../../base/random.ts';
import { substituteAll } from '../../engine/context/substitute.ts';
import { findVariables } from '../../engine/context/variable-pattern.ts';
import type { PolicyContext } from '../../engine/policy-context.ts';
import { mutate } from '../../engine/rules/mutate.ts';
import { validate } from '../../engine/rules/validate.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { gvkOf, nameOf, namespaceOf } from '../../kubernetes/object.ts';
import type { Policy } from '../../kyverno/policy.ts';
import { readPolicy } from '../../kyverno/read-policy.ts';
import { validatePolicy } from '../../kyverno/validate-policy.ts';
import { latestBehaviour } from './latest-behaviour.ts';
import type { CaseOutcome, CaseRunner } from './oracle-case.ts';
import { PASSED } from './oracle-case.ts';

/** The case's policy as the CLI reads it; derived rules included. */
export function policyOf(spec: JsonObject): Policy {
  const object = { apiVersion: 'kyverno.io/v1', kind: 'ClusterPolicy', metadata: { name: 'p' }, spec };
  const policy = readPolicy(object);
  assert(policy !== undefined, 'a case holds a policy');
  return policy;
}

const absent = (): { readonly error: string } => ({ error: 'not available' });

/** A resource as the CLI holds it against a policy. */
export function contextOf(policy: Policy, resource: KubernetesObject, explain = false): PolicyContext {
  return {
    policy,
    operation: 'CREATE',
    kind: gvkOf(resource),
    subresource: '',
    newObject: resource,
    request: { operation: 'CREATE', namespace: namespaceOf(resource) },
    namespaceLabels: {},
    exceptions: [],
    configuration: { isExcluded: () => false, isFiltered: () => false },
    loader: {
      configMap: absent,
      apiCall: absent,
      service: absent,
      globalContext: absent,
      imageData: absent,
    },
    behaviour: latestBehaviour,
    now: 0,
    random: seededRandom(1),
    explain,
  };
}

export function isKubernetesObject(value: Json): value is KubernetesObject {
  return isObject(value) && typeof get(value, 'kind') === 'string' && isObject(get(value, 'metadata'));
}

/** A policy that the CLI refuses is answered by policy validation; others by mutation, then validation of what it left. */
export const runRulesCase: CaseRunner = (file, testCase): CaseOutcome => {
  const policy = policyOf(getObject(testCase, 'policy', 'spec'));
  const rejected = getString(testCase, 'rejected');
  if (rejected !== undefined) return compareRejection(policy, rejected);
  const results: JsonObject[] = [];
  const patched: Record<string, Json> = {};
  for (const resource of getList(file, 'resources').filter(isKubernetesObject)) {
    const name = nameOf(resource);
    const mutated = mutate(contextOf(policy, resource));
    const object = mutated.patched ?? resource;
    const validated = validate(contextOf(policy, object));
    const [unsupported] = [...(mutated.unsupported ?? []), ...(validated.unsupported ?? [])];
    if (unsupported) return { outcome: 'unsupported', reason: unsupported.what };
    for (const { rule, status, message } of [...mutated.rules, ...validated.rules])
      results.push({ rule: rule.name, resource: name, status, message });
    patched[name] = object;
  }
  const expected = getList(testCase, 'results');
  if (!equal(sorted(results), sorted(expected)))
    return {
      outcome: 'fail',
      reason: `expected ${JSON.stringify(expected)}, got ${JSON.stringify(results)}`,
    };
  for (const [name, object] of Object.entries(getObject(testCase, 'patched')))
    if (!equal(object, patched[name]))
      return {
        outcome: 'fail',
        reason: `patched ${name}: expected ${JSON.stringify(object)}, got ${JSON.stringify(patched[name])}`,
      };
  return PASSED;
};

function compareRejection(policy: Policy, rejected: string): CaseOutcome {
  const { error } = validatePolicy(policy, undefined, {
    behaviour: latestBehaviour,
    variables: { find: findVariables, substitute: substituteAll },
  });
  return error === rejected
    ? PASSED
    : { outcome: 'fail', reason: `expected ${rejected}, got ${error ?? 'no error'}` };
}

const sorted = (results: readonly Json[]): readonly Json[] =>
  [...results].sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));

const keyOf = (result: Json): string =>
  `${getString(result, 'resource') ?? ''}/${getString(result, 'rule') ?? ''}`;
