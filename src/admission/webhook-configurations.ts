import type { Json, JsonObject } from '../base/json.ts';
import type { Discovery, ResourceInfo } from '../cluster/api.ts';
import { parseKindSelector } from '../kubernetes/kind-selector.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { containsWildcard, matchWildcard } from '../kubernetes/wildcard.ts';
import { failurePolicyOf } from './failure-action.ts';
import type { RegisteredPolicy } from './policy-registry.ts';

/** What the configurations are made of. */
export interface WebhookConfigurationInput {
  readonly policies: readonly RegisteredPolicy[];
  isFineGrained(registered: RegisteredPolicy): boolean;
  readonly discovery: Discovery;
  readonly namespaceSelector: Json | undefined;
  /** Every failurePolicy is Ignore (`--forceFailurePolicyIgnore`). */
  readonly ignoresFailures?: boolean;
}

const API = 'admissionregistration.k8s.io/v1';
const KINDS = {
  mutating: 'MutatingWebhookConfiguration',
  validating: 'ValidatingWebhookConfiguration',
} as const;
type Type = keyof typeof KINDS;
const VERBS = { mutating: 'mutate', validating: 'validate' } as const;

/** The webhook configurations that the webhook controller keeps (lifecycle A.4; controllers/webhook). */
export function webhookConfigurations(input: WebhookConfigurationInput): readonly KubernetesObject[] {
  return [
    configuration('mutating', 'kyverno-policy-mutating-webhook-cfg', [
      own('mutate-policy.kyverno.svc', '/policymutate', POLICY_RULES),
    ]),
    configuration('mutating', 'kyverno-resource-mutating-webhook-cfg', resourceWebhooks('mutating', input)),
    configuration('mutating', 'kyverno-verify-mutating-webhook-cfg', [
      own('monitor-webhooks.kyverno.svc', '/verifymutate', LEASE_RULES),
    ]),
    configuration('validating', 'kyverno-policy-validating-webhook-cfg', [
      own('validate-policy.kyverno.svc', '/policyvalidate', POLICY_RULES),
    ]),
    configuration(
      'validating',
      'kyverno-resource-validating-webhook-cfg',
      resourceWebhooks('validating', input),
    ),
  ];
}

const configuration = (type: Type, name: string, webhooks: readonly JsonObject[]): KubernetesObject => ({
  apiVersion: API,
  kind: KINDS[type],
  metadata: { name, labels: { 'webhook.kyverno.io/managed-by': 'kyverno' } },
  webhooks,
});

const POLICY_RULES: readonly JsonObject[] = [
  {
    apiGroups: ['kyverno.io'],
    apiVersions: ['v1', 'v2beta1'],
    operations: ['CREATE', 'UPDATE'],
    resources: ['clusterpolicies/*', 'policies/*'],
    scope: '*',
  },
];
const LEASE_RULES: readonly JsonObject[] = [
  {
    apiGroups: ['coordination.k8s.io'],
    apiVersions: ['v1'],
    operations: ['UPDATE'],
    resources: ['leases'],
    scope: 'Namespaced',
  },
];

const own = (name: string, path: string, rules: readonly JsonObject[]): JsonObject =>
  webhook(name, path, rules, { failurePolicy: 'Ignore', timeoutSeconds: 10 });

const webhook = (name: string, path: string, rules: readonly JsonObject[], more: JsonObject): JsonObject => ({
  admissionReviewVersions: ['v1'],
  clientConfig: { caBundle: '', service: { name: 'kyverno-svc', namespace: 'kyverno', path, port: 443 } },
  matchPolicy: 'Equivalent',
  name,
  namespaceSelector: {},
  objectSelector: {},
  rules,
  sideEffects: 'NoneOnDryRun',
  ...more,
});

/** One webhook for each failure policy that policies have, and one for each policy with match conditions. */
function resourceWebhooks(type: Type, input: WebhookConfigurationInput): readonly JsonObject[] {
  const webhooks: JsonObject[] = [];
  for (const failure of ['ignore', 'fail'] as const) {
    const failureOf = ({ policy }: RegisteredPolicy): 'fail' | 'ignore' =>
      input.ignoresFailures === true ? 'ignore' : failurePolicyOf(policy);
    const policies = input.policies.filter((registered) => failureOf(registered) === failure);
    const make = (
      some: readonly RegisteredPolicy[],
      suffix: string,
      path: string,
      more: JsonObject,
    ): void => {
      const rules = rulesOf(type, some, input.discovery);
      if (rules.length === 0) return;
      webhooks.push(
        webhook(
          `${VERBS[type]}.kyverno.svc-${failure}${suffix}`,
          `/${VERBS[type]}/${failure}${path}`,
          rules,
          {
            failurePolicy: failure === 'fail' ? 'Fail' : 'Ignore',
            timeoutSeconds: timeoutOf(some),
            ...(input.namespaceSelector === undefined ? {} : { namespaceSelector: input.namespaceSelector }),
            ...more,
          },
        ),
      );
    };
    make(
      policies.filter((one) => !input.isFineGrained(one)),
      '',
      '',
      {},
    );
    for (const one of policies.filter((registered) => input.isFineGrained(registered))) {
      const key = one.policy.key.replace('/', '-');
      const settings = one.policy.spec['webhookConfiguration'];
      const conditions = isRecord(settings) ? settings['matchConditions'] : undefined;
      make([one], `-finegrained-${key}`, `/finegrained/${key}`, {
        ...(conditions === undefined ? {} : { matchConditions: conditions }),
      });
    }
  }
  return webhooks;
}

const isRecord = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The longest of the policies' time limits, 10 s without any, 30 s at most. */
function timeoutOf(policies: readonly RegisteredPolicy[]): number {
  const wanted = policies.flatMap(({ policy: { spec } }) => {
    const settings = spec['webhookConfiguration'];
    const seconds = isRecord(settings) ? settings['timeoutSeconds'] : spec['webhookTimeoutSeconds'];
    return typeof seconds === 'number' ? [seconds] : [];
  });
  return Math.min(30, wanted.length === 0 ? 10 : Math.max(...wanted));
}

interface Registered {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly scope: '*' | 'Namespaced';
}

/** Rules of one group, version, scope and set of operations are one. */
function rulesOf(
  type: Type,
  policies: readonly RegisteredPolicy[],
  discovery: Discovery,
): readonly JsonObject[] {
  const operations = new Map<string, { readonly at: Registered; readonly operations: Set<string> }>();
  for (const { policy, webhooks } of policies)
    for (const rule of webhooks[type])
      for (const kind of rule.kinds)
        for (const at of resourcesOf(kind, policy.namespace !== '', discovery)) {
          const key = [at.group, at.version, at.scope, at.resource].join('|');
          const known = operations.get(key) ?? { at, operations: new Set<string>() };
          for (const operation of rule.operations) known.operations.add(operation);
          operations.set(key, known);
        }
  const entries = [...operations.values()].filter(
    (entry) => entry.at.scope === '*' || !isCovered(entry, [...operations.values()]),
  );
  const rules = new Map<
    string,
    { readonly at: Registered; readonly operations: string[]; resources: string[] }
  >();
  for (const { at, operations: some } of entries) {
    const sorted = [...some].sort();
    if (sorted.length === 0) continue;
    const key = [at.group, at.version, at.scope, ...sorted].join('\0');
    const known = rules.get(key) ?? { at, operations: sorted, resources: [] };
    known.resources.push(at.resource);
    rules.set(key, known);
  }
  return [...rules.entries()]
    .sort(([left], [right]) => rank(left) - rank(right) || (left < right ? -1 : 1))
    .map(([, { at, operations: sorted, resources }]) => ({
      apiGroups: [at.group],
      apiVersions: [at.version],
      operations: sorted,
      resources: [...resources].sort(),
      scope: at.scope,
    }));
}

/** Wildcard groups come after named ones. */
const rank = (key: string): number => (key.startsWith('*') ? 1 : 0);

type Entry = { readonly at: Registered; readonly operations: ReadonlySet<string> };

/** What a rule for all scopes registers need not be registered for namespaces again. */
const isCovered = ({ at, operations }: Entry, entries: readonly Entry[]): boolean =>
  entries.some(
    (other) =>
      other.at.scope === '*' &&
      other.at.group === at.group &&
      other.at.version === at.version &&
      other.at.resource === at.resource &&
      [...operations].every((operation) => other.operations.has(operation)),
  );

/** The resources that a kind of a policy registers; kinds that nobody serves register none. */
function resourcesOf(text: string, namespaced: boolean, discovery: Discovery): readonly Registered[] {
  const { group, version, kind, subresource } = parseKindSelector(text);
  if (kind === '*') {
    const scope = namespaced ? 'Namespaced' : '*';
    const resource = subresource === '' ? '*' : `*/${subresource}`;
    const found: Registered[] = [{ group, version, resource, scope }];
    if (group === '*' && version === '*' && resource === '*')
      found.push({ group, version, resource: 'pods/ephemeralcontainers', scope });
    return found;
  }
  const seen = new Set<string>();
  return discovery.resources.flatMap((info) => {
    const hits =
      matchWildcard(group, info.group) &&
      matchWildcard(version, info.version) &&
      matchWildcard(kind, info.kind);
    const key = `${info.group}/${info.resource}`;
    // Without a version the preferred one is registered, which discovery lists first.
    if (!hits || (version === '*' && seen.has(key))) return [];
    seen.add(key);
    return paths(info, subresource).map((resource) => ({
      group: info.group,
      version: info.version,
      resource,
      scope: info.namespaced ? ('Namespaced' as const) : ('*' as const),
    }));
  });
}

function paths(info: ResourceInfo, subresource: string): readonly string[] {
  const isPod = info.group === '' && info.resource === 'pods';
  if (subresource === '') return isPod ? ['pods', 'pods/ephemeralcontainers'] : [info.resource];
  const named = containsWildcard(subresource)
    ? info.subresources.filter((name) => matchWildcard(subresource, name))
    : info.subresources.filter((name) => name === subresource);
  return named.map((name) => `${info.resource}/${name}`);
}
