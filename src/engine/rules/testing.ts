import type { Json, JsonObject } from '../../base/json.ts';
import { getList, getString, isObject } from '../../base/json.ts';
import { seededRandom } from '../../base/random.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Behaviour } from '../../kyverno/behaviour.ts';
import type { Policy, Rule, RuleType } from '../../kyverno/policy.ts';
import type { ContextLoader, PolicyContext } from '../policy-context.ts';

const TYPES: readonly RuleType[] = ['validate', 'mutate', 'generate', 'verifyImages'];

/** A ClusterPolicy `p` with these rules, for tests. */
export function policyOf(rules: readonly JsonObject[], spec: JsonObject = {}): Policy {
  const whole = { ...spec, rules };
  return {
    kind: 'ClusterPolicy',
    name: 'p',
    namespace: '',
    key: 'p',
    object: { apiVersion: 'kyverno.io/v1', kind: 'ClusterPolicy', metadata: { name: 'p' }, spec: whole },
    spec: whole,
    rules: getList(whole, 'rules')
      .filter(isObject)
      .map(
        (raw, index): Rule => ({
          name: getString(raw, 'name') ?? '',
          type: TYPES.find((type) => raw[type] !== undefined) ?? 'none',
          raw,
          path: ['spec', 'rules', index],
          autogen: false,
        }),
      ),
  };
}

export const configMap = (data: JsonObject, metadata: JsonObject = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'cm', namespace: 'default', ...metadata },
  data,
});

const unavailable = (): { readonly error: string } => ({ error: 'not available' });
const NO_LOADER: ContextLoader = {
  configMap: unavailable,
  apiCall: unavailable,
  service: unavailable,
  globalContext: unavailable,
  imageData: unavailable,
};

const LATEST = { notEqualsAcrossTypes: true, ruleLevelFailureAction: true } as Behaviour;

/** A context about a ConfigMap, as a test wants it. */
export function contextOf(policy: Policy, parts: Partial<PolicyContext> = {}): PolicyContext {
  return {
    policy,
    operation: 'CREATE',
    kind: { group: '', version: 'v1', kind: 'ConfigMap' },
    subresource: '',
    request: { uid: 'u', namespace: 'default' },
    exceptions: [],
    configuration: { isExcluded: () => false, isFiltered: () => false },
    loader: NO_LOADER,
    behaviour: LATEST,
    now: 0,
    random: seededRandom(1),
    explain: false,
    ...parts,
  };
}

/** `match.any` of ConfigMaps, with further criteria. */
export const matchConfigMaps = (resources: JsonObject = {}): JsonObject => ({
  any: [{ resources: { kinds: ['ConfigMap'], ...resources } }],
});

export const condition = (key: Json, operator: string, value: Json): JsonObject => ({ key, operator, value });
