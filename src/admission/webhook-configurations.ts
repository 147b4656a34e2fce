import { getList, type Json, type JsonObject } from '../base/json.ts';
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
      own('mutating', 'mutate-policy.kyverno.svc', '/policymutate', POLICY_RULES, FAILS),
    ]),
    configuration('mutating', 'kyverno-resource-mutating-webhook-cfg', resourceWebhooks('mutating', input)),
    configuration('mutating', 'kyverno-verify-mutating-webhook-cfg', [
      own('mutating', 'monitor-webhooks.kyverno.svc', '/verifymutate', LEASE_RULES, {
        objectSelector: { matchLabels: { 'app.kubernetes.io/name': 'kyverno' } },
      }),
    ]),
    ...GENERIC.filter(([, , , rules]) => isServed(rules, input.discovery)).map(
      ([name, service, path, rules, more]) =>
        configuration('validating', `kyverno-${name}-validating-webhook-cfg`, [
          own('validating', `${service}.kyverno.svc`, path, rules, {
            ...more,
            clientConfig: client(service, path),
            sideEffects: 'None',
          }),
        ]),
    ),
    configuration('validating', 'kyverno-policy-validating-webhook-cfg', [
      own('validating', 'validate-policy.kyverno.svc', '/policyvalidate', POLICY_RULES, {
        ...FAILS,
        sideEffects: 'None',
      }),
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

const FAILS = { failurePolicy: 'Fail' } as const;

const onWrites = (group: string, versions: readonly string[], resources: readonly string[]): JsonObject => ({
  apiGroups: [group],
  apiVersions: [...versions],
  operations: ['CREATE', 'UPDATE'],
  resources: [...resources],
  scope: '*',
});

const ADMISSION = 'kyverno-svc';
const CLEANUP = 'kyverno-cleanup-controller';

/** The other configurations: name, service, path, rules (cmd/kyverno, cmd/cleanup-controller; controllers/generic/webhook). */
const GENERIC: readonly (readonly [string, string, string, readonly JsonObject[], JsonObject])[] = [
  [
    'cel-exception',
    ADMISSION,
    '/celexception/validate',
    [onWrites('policies.kyverno.io', ['v1alpha1'], ['policyexceptions'])],
    FAILS,
  ],
  [
    'cleanup',
    CLEANUP,
    '/validate',
    [onWrites('kyverno.io', ['v2beta1'], ['cleanuppolicies/*', 'clustercleanuppolicies/*'])],
    FAILS,
  ],
  [
    'exception',
    ADMISSION,
    '/exceptionvalidate',
    [onWrites('kyverno.io', ['v2alpha1', 'v2beta1'], ['policyexceptions'])],
    FAILS,
  ],
  [
    'global-context',
    ADMISSION,
    '/globalcontextvalidate',
    [onWrites('kyverno.io', ['v2alpha1'], ['globalcontextentries'])],
    FAILS,
  ],
  [
    'ttl',
    CLEANUP,
    '/verifyttl',
    [onWrites('*', ['*'], ['*'])],
    { objectSelector: { matchExpressions: [{ key: 'cleanup.kyverno.io/ttl', operator: 'Exists' }] } },
  ],
];

/** Kinds that a version does not have, it does not watch over either. */
const isServed = ([rule]: readonly JsonObject[], { resources }: Discovery): boolean => {
  const group = getList(rule, 'apiGroups')[0];
  const [resource] = String(getList(rule, 'resources')[0]).split('/');
  return group === '*' || resources.some((info) => info.group === group && info.resource === resource);
};

const own = (
  type: Type,
  name: string,
  path: string,
  rules: readonly JsonObject[],
  more: JsonObject = {},
): JsonObject => webhook(type, name, path, rules, { failurePolicy: 'Ignore', timeoutSeconds: 10, ...more });

const client = (name: string, path: string): JsonObject => ({
  caBundle: '',
  service: { name, namespace: 'kyverno', path, port: 443 },
});

const webhook = (
  type: Type,
  name: string,
  path: string,
  rules: readonly JsonObject[],
  more: JsonObject,
): JsonObject => ({
  admissionReviewVersions: ['v1'],
  clientConfig: client(ADMISSION, path),
  matchPolicy: 'Equivalent',
  name,
  namespaceSelector: {},
  objectSelector: {},
  ...(type === 'mutating' ? { reinvocationPolicy: 'IfNeeded' } : {}),
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
          type,
          `${VERBS[type]}.kyverno.svc-${failure}${suffix}`,
          `/${VERBS[type]}/${failure}${path}`,
          rules,
          {
            failurePolicy: failure === 'fail' ? 'Fail' : 'Ignore',
            timeoutSeconds: timeoutOf(some),
            ...(isRecord(input.namespaceSelector)
              ? { namespaceSelector: withoutNulls(input.namespaceSelector) }
              : {}),
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

const withoutNulls = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));

/** The longest of the policies' time limits, at least the flag's default of 10 s, 30 s at most (mergeWebhook, capTimeout). */
function timeoutOf(policies: readonly RegisteredPolicy[]): number {
  const wanted = policies.flatMap(({ policy: { spec } }) => {
    const settings = spec['webhookConfiguration'];
    const own = isRecord(settings) ? settings['timeoutSeconds'] : undefined;
    const seconds = own ?? spec['webhookTimeoutSeconds'];
    return typeof seconds === 'number' ? [seconds] : [];
  });
  return Math.min(30, Math.max(10, ...wanted));
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
