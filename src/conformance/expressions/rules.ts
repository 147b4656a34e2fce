import type { Json, JsonObject } from '../../base/json.ts';
import { equal, get, getList, getObject, getString, isObject } from '../../base/json.ts';
import { seededRandom } from '../../base/random.ts';
import type { PolicyContext } from '../../engine/policy-context.ts';
import { validate } from '../../engine/rules/validate.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { gvkOf, namespaceOf } from '../../kubernetes/object.ts';
import type { Policy, Rule, RuleType } from '../../kyverno/policy.ts';
import { latestBehaviour } from './latest-behaviour.ts';
import type { CaseOutcome, CaseRunner, OracleCase } from './oracle-case.ts';
import { PASSED } from './oracle-case.ts';

const TYPES: readonly RuleType[] = ['validate', 'mutate', 'generate', 'verifyImages'];

function readPolicy(spec: JsonObject): Policy {
  const rules = getList(spec, 'rules').filter(isObject);
  return {
    kind: 'ClusterPolicy',
    name: 'p',
    namespace: '',
    key: 'p',
    object: { apiVersion: 'kyverno.io/v1', kind: 'ClusterPolicy', metadata: { name: 'p' }, spec },
    spec,
    rules: rules.map(
      (raw, index): Rule => ({
        name: getString(raw, 'name') ?? '',
        type: TYPES.find((type) => get(raw, type) !== undefined) ?? 'none',
        raw,
        path: ['spec', 'rules', index],
        autogen: false,
      }),
    ),
  };
}

const absent = (): { readonly error: string } => ({ error: 'not available' });

function contextOf(policy: Policy, resource: KubernetesObject): PolicyContext {
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
    explain: false,
  };
}

/** Parts of a case that another part of the engine answers. */
function outOfScope(testCase: OracleCase): string | undefined {
  if (get(testCase, 'rejected') !== undefined) return 'answered by policy validation';
  const rules = getList(testCase, 'policy', 'spec', 'rules');
  if (rules.some((rule) => get(rule, 'mutate') !== undefined)) return 'answered by mutation';
  return undefined;
}

function isKubernetesObject(value: Json): value is KubernetesObject {
  return isObject(value) && typeof get(value, 'kind') === 'string' && isObject(get(value, 'metadata'));
}

export const runRulesCase: CaseRunner = (file, testCase): CaseOutcome => {
  const reason = outOfScope(testCase);
  if (reason !== undefined) return { outcome: 'unsupported', reason };
  const policy = readPolicy(getObject(testCase, 'policy', 'spec'));
  const results: JsonObject[] = [];
  for (const resource of getList(file, 'resources').filter(isKubernetesObject)) {
    const response = validate(contextOf(policy, resource));
    const [unsupported] = response.unsupported ?? [];
    if (unsupported) return { outcome: 'unsupported', reason: unsupported.what };
    for (const { rule, status, message } of response.rules)
      results.push({
        rule: rule.name,
        resource: getString(resource, 'metadata', 'name') ?? '',
        status,
        message,
      });
  }
  const expected = get(testCase, 'results') ?? [];
  if (equal(sorted(results), sorted(Array.isArray(expected) ? expected : []))) return PASSED;
  return { outcome: 'fail', reason: `expected ${JSON.stringify(expected)}, got ${JSON.stringify(results)}` };
};

const sorted = (results: readonly Json[]): readonly Json[] =>
  [...results].sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));

const keyOf = (result: Json): string =>
  `${getString(result, 'resource') ?? ''}/${getString(result, 'rule') ?? ''}`;
