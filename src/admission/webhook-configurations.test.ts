import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { get, getList, type Json } from '../base/json.ts';
import { readClusterBase } from '../cluster/cluster-base.ts';
import { LiveCluster } from '../simulation/live-cluster.ts';
import { scenarioOf } from '../simulation/testing.ts';

const rule = (kinds: string, more: string): string =>
  `  - name: r\n    match: {any: [{resources: {kinds: [${kinds}]}}]}\n    ${more}\n`;
const policy = (name: string, rules: string, spec = ''): string =>
  `---\napiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: ${name}, annotations: {pod-policies.kyverno.io/autogen-controllers: none}}\nspec:\n  background: false\n${spec}  rules:\n${rules}`;
const VALIDATE = 'validate: {pattern: {metadata: {labels: {a: "?*"}}}}';

/** The webhooks of a configuration once the policies stand. */
function webhooks(kind: string, name: string, policies: string): readonly Json[] {
  const text = readFileSync(new URL('../../public/cluster/base-1.19.json', import.meta.url), 'utf8');
  const base = readClusterBase(JSON.parse(text), '1.19');
  if (base === undefined) throw new Error('no base for 1.19');
  const cluster = new LiveCluster(scenarioOf(policies, []), { version: '1.19', seed: 1, base });
  const info = cluster.server
    .discovery()
    .byKind({ group: 'admissionregistration.k8s.io', version: 'v1', kind });
  const found = info && cluster.server.lookup(info, '', name);
  return getList(found, 'webhooks');
}

const resource = (policies: string): readonly Json[] =>
  webhooks('ValidatingWebhookConfiguration', 'kyverno-resource-validating-webhook-cfg', policies);
const rulesOf = (policies: string): readonly Json[] =>
  resource(policies).flatMap((one) => getList(one, 'rules'));

const ALL = ['CONNECT', 'CREATE', 'DELETE', 'UPDATE'];

it('holds no webhook without policies', () => {
  expect(resource('')).toEqual([]);
});

it('registers the resources of the kinds that policies match, by group and operations', () => {
  const rules = rulesOf(policy('a', rule('Pod', VALIDATE)) + policy('b', rule('Deployment', VALIDATE)));
  expect(rules).toEqual([
    {
      apiGroups: [''],
      apiVersions: ['v1'],
      operations: ALL,
      resources: ['pods', 'pods/ephemeralcontainers'],
      scope: 'Namespaced',
    },
    {
      apiGroups: ['apps'],
      apiVersions: ['v1'],
      operations: ALL,
      resources: ['deployments'],
      scope: 'Namespaced',
    },
  ]);
});

it('registers wildcards as they are', () => {
  expect(rulesOf(policy('a', rule("'*'", VALIDATE)))).toEqual([
    {
      apiGroups: ['*'],
      apiVersions: ['*'],
      operations: ALL,
      resources: ['*', 'pods/ephemeralcontainers'],
      scope: '*',
    },
  ]);
});

it('has a webhook for each failure policy and one for each policy with match conditions', () => {
  const conditions =
    "  webhookConfiguration: {matchConditions: [{name: c, expression: 'true'}], timeoutSeconds: 17}\n";
  const found = resource(
    policy('a', rule('Secret', VALIDATE)) +
      policy('b', rule('Secret', VALIDATE), '  webhookConfiguration: {failurePolicy: Ignore}\n') +
      policy('c', rule('Secret', VALIDATE), conditions),
  );
  expect(
    found.map((one) => `${get(one, 'name')} ${get(one, 'failurePolicy')} ${get(one, 'timeoutSeconds')}`),
  ).toEqual([
    'validate.kyverno.svc-ignore Ignore 10',
    'validate.kyverno.svc-fail Fail 10',
    'validate.kyverno.svc-fail-finegrained-c Fail 17',
  ]);
});

it('fails requests about policies that it cannot answer, and lets TTL labels pass', () => {
  const policies = webhooks('ValidatingWebhookConfiguration', 'kyverno-policy-validating-webhook-cfg', '');
  expect(policies.map((one) => get(one, 'failurePolicy'))).toEqual(['Fail']);
  const ttl = webhooks('ValidatingWebhookConfiguration', 'kyverno-ttl-validating-webhook-cfg', '');
  expect(ttl.map((one) => `${get(one, 'name')} ${get(one, 'failurePolicy')}`)).toEqual([
    'kyverno-cleanup-controller.kyverno.svc Ignore',
  ]);
});
