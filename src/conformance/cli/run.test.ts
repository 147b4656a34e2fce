import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { TextFile } from '../../manifest/manifest.ts';
import { readCliRecordings } from './recording.ts';
import { type CliTestRun, runCliTests } from './run.ts';
import { runCliSuite } from './suite.ts';

const POD =
  'apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {app: web}}\nspec: {containers: [{name: c, image: nginx}]}\n';

const policy = (rule: string, kind = 'Pod'): string =>
  `apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec:\n  background: false\n  rules:\n  - name: r\n    match: {any: [{resources: {kinds: [${kind}]}}]}\n${rule}`;

const NEEDS_TEAM = '    validate: {message: "team?", pattern: {metadata: {labels: {team: "?*"}}}}\n';

/** A test of policy `p`, rule `r`; `more` stands beside its results, `result` within its only one. */
async function run(
  files: Readonly<Record<string, string>>,
  result: string,
  more = '',
): Promise<CliTestRun | undefined> {
  const text = `apiVersion: cli.kyverno.io/v1alpha1\nkind: Test\nmetadata: {name: t}\npolicies: [policy.yaml]\nresources: [resource.yaml]\n${more}results:\n- {policy: p, rule: r, kind: Pod, ${result}}\n`;
  const all: TextFile[] = [
    ...Object.entries({ 'resource.yaml': POD, ...files }).map(([path, content]) => ({
      path: `t/${path}`,
      text: content,
    })),
    { path: 't/kyverno-test.yaml', text },
  ];
  const [first] = await runCliTests(all, 't/kyverno-test.yaml');
  return first;
}

const reasons = (found: CliTestRun | undefined): readonly string[] =>
  found?.rows.map(({ result, reason }) => `${result}: ${reason}`) ?? [];

test('a test passes if every row has the status that it asks for', async () => {
  const found = await run({ 'policy.yaml': policy(NEEDS_TEAM) }, 'resources: [a], result: fail');
  expect(found?.verdict).toBe('pass');
  expect(found?.rows).toEqual([
    {
      policy: 'p',
      rule: 'r',
      resource: 'v1/Pod/default/a',
      result: 'Pass',
      reason: 'Ok',
      message: 'validation error: team?. rule r failed at path /metadata/labels/team/',
    },
  ]);
});

test('another status fails the row', async () => {
  const found = await run({ 'policy.yaml': policy(NEEDS_TEAM) }, 'resources: [a], result: pass');
  expect(found?.verdict).toBe('fail');
  expect(reasons(found)).toEqual(['Fail: Want pass, got fail']);
});

test('a rule that does not match excludes the object, whatever is asked for', async () => {
  const found = await run({ 'policy.yaml': policy(NEEDS_TEAM, 'Service') }, 'resources: [a], result: fail');
  expect(reasons(found)).toEqual(['Pass: Excluded']);
});

test('a policy that is not there fails the test', async () => {
  const other = policy(NEEDS_TEAM).replace('{name: p}', '{name: other}');
  expect(reasons(await run({ 'policy.yaml': other }, 'resources: [a], result: pass'))).toEqual([
    'Fail: Not found',
  ]);
});

test('a generate policy that does not match has no answer', async () => {
  const generate =
    '    generate: {apiVersion: v1, kind: ConfigMap, name: x, namespace: default, data: {data: {a: b}}}\n';
  const found = await run({ 'policy.yaml': policy(generate, 'Service') }, 'resources: [a], result: pass');
  expect(reasons(found)).toEqual(['Fail: Not found']);
});

test('what the policy webhook refuses is skipped, and passes', async () => {
  const found = await run({ 'policy.yaml': policy('') }, 'resources: [a], result: pass');
  expect(reasons(found)).toEqual(['Skip: Invalid Policy']);
  expect(found?.verdict).toBe('pass');
});

test('an unknown field of a policy ends the test', async () => {
  const found = await run(
    { 'policy.yaml': policy('    validat: {message: x}\n') },
    'resources: [a], result: pass',
  );
  expect(found?.verdict).toBe('fail');
  expect(found?.reason).toContain('unknown field');
});

test('a name that is not there stands for all objects', async () => {
  const found = await run({ 'policy.yaml': policy(NEEDS_TEAM) }, 'resources: [zzz], result: fail');
  expect(found?.rows.map(({ resource }) => resource)).toEqual(['v1/Pod/default/a']);
});

test('derived rules answer for the rule that they come from', async () => {
  const deployment =
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {metadata: {labels: {team: x}}}}\n';
  const found = await run(
    { 'policy.yaml': policy(NEEDS_TEAM), 'resource.yaml': deployment },
    'resources: [a], result: pass',
  );
  expect(found?.rows.map(({ rule }) => rule)).toEqual(['autogen-r']);
});

test('values change the object and the request', async () => {
  const values =
    'apiVersion: cli.kyverno.io/v1alpha1\nkind: Values\npolicies:\n- name: p\n  resources:\n  - {name: a, values: {request.object.metadata.labels.team: x}}\n';
  const found = await run(
    { 'policy.yaml': policy(NEEDS_TEAM), 'values.yaml': values },
    'resources: [a], result: pass',
    'variables: values.yaml\n',
  );
  expect(found?.verdict).toBe('pass');
});

const DENY_ENTRY =
  "    context: [{name: cm, configMap: {name: x, namespace: default}}]\n    validate: {deny: {conditions: {any: [{key: '{{ cm.data.stop }}', operator: Equals, value: 'yes'}]}}}\n";

test('values of a rule stand for entries that nobody can answer offline', async () => {
  const values = 'values:\n  policies:\n  - {name: p, rules: [{name: r, values: {cm.data.stop: "yes"}}]}\n';
  const files = { 'policy.yaml': policy(DENY_ENTRY) };
  expect((await run(files, 'resources: [a], result: fail', values))?.verdict).toBe('pass');
  expect((await run(files, 'resources: [a], result: error'))?.verdict).toBe('pass');
});

test('with cluster resources entries are looked up among the objects', async () => {
  const cluster =
    "apiVersion: cli.kyverno.io/v1alpha1\nkind: ClusterResource\nmetadata: {name: c}\nspec:\n  resources:\n  - {apiVersion: v1, kind: Namespace, metadata: {name: default}}\n  - {apiVersion: v1, kind: ConfigMap, metadata: {name: x, namespace: default}, data: {stop: 'yes'}}\n";
  const found = await run(
    { 'policy.yaml': policy(DENY_ENTRY), 'cluster.yaml': cluster },
    'resources: [a], result: fail',
    'clusterResources: [cluster.yaml]\n',
  );
  expect(found?.verdict).toBe('pass');
});

const DENY_CALL =
  "    context: [{name: x, apiCall: {service: {url: 'https://x.example/y'}, method: GET}}]\n    validate: {deny: {conditions: {any: [{key: '{{ x.stop }}', operator: Equals, value: 'yes'}]}}}\n";

test('a declared answer stands for an API call; other status codes are errors', async () => {
  const mock = (code: number): string =>
    `apiCallResponses: [{url: 'https://x.example/y', response: {statusCode: ${code}, body: {stop: 'yes'}}}]\n`;
  const files = { 'policy.yaml': policy(DENY_CALL) };
  expect((await run(files, 'resources: [a], result: fail', mock(200)))?.verdict).toBe('pass');
  expect((await run(files, 'resources: [a], result: error', mock(500)))?.verdict).toBe('pass');
});

test('a result may ask for an operation of its own', async () => {
  const rule =
    "    validate: {deny: {conditions: {any: [{key: '{{ request.operation }}', operator: Equals, value: DELETE}]}}}\n";
  const files = { 'policy.yaml': policy(rule) };
  expect((await run(files, 'resources: [a], operation: DELETE, result: fail'))?.verdict).toBe('pass');
  expect((await run(files, 'resources: [a], result: pass'))?.verdict).toBe('pass');
});

const ADD_LABEL = '    mutate: {patchStrategicMerge: {metadata: {labels: {team: x}}}}\n';
const PATCHED = POD.replace('app: web', 'app: web, team: x').replace(
  'name: a',
  'name: a, namespace: default',
);

test('patched objects must equal those of the file', async () => {
  const asked = 'resources: [a], patchedResources: patched.yaml, result: pass';
  const files = { 'policy.yaml': policy(ADD_LABEL), 'patched.yaml': PATCHED };
  expect(reasons(await run(files, asked))).toEqual(['Pass: Ok']);
  const different = { ...files, 'patched.yaml': PATCHED.replace('team: x', 'team: y') };
  expect(reasons(await run(different, asked))).toEqual(['Fail: Resource diff']);
});

test('a file without the object drops the row, unless that is to fail', async () => {
  const files = { 'policy.yaml': policy(ADD_LABEL), 'patched.yaml': PATCHED.replace('name: a', 'name: b') };
  const asked = 'resources: [a], patchedResources: patched.yaml, result: pass';
  expect(reasons(await run(files, asked))).toEqual([]);
  expect(reasons(await run(files, `${asked}, failOnMissingResources: true`))).toEqual([
    'Fail: Resource error',
  ]);
});

test('generated objects are compared one by one', async () => {
  const generate =
    "    generate: {apiVersion: v1, kind: ConfigMap, name: 'of-{{ request.object.metadata.name }}', namespace: default, data: {data: {a: b}}}\n";
  const files = {
    'policy.yaml': policy(generate),
    'made.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: of-a, namespace: default}\ndata: {a: b}\n',
  };
  const found = await run(files, 'resources: [a], generatedResource: made.yaml, result: pass');
  expect(found?.rows.map(({ resource, reason }) => [resource, reason])).toEqual([['/of-a', 'Ok']]);
});

test('a clone is made of the source that the result names', async () => {
  const generate =
    '    generate: {apiVersion: v1, kind: ConfigMap, name: copy, namespace: other, clone: {name: source, namespace: default}}\n';
  const source =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: source, namespace: default}\ndata: {a: b}\n';
  const files = {
    'policy.yaml': policy(generate),
    'source.yaml': source,
    'made.yaml': source.replace('name: source, namespace: default', 'name: copy, namespace: other'),
  };
  const asked =
    'resources: [a], cloneSourceResource: source.yaml, generatedResource: made.yaml, result: pass';
  expect(reasons(await run(files, asked))).toEqual(['Pass: Ok']);
});

test('a mutate-existing rule is held against its targets', async () => {
  const rule =
    '    mutate: {mutateExistingOnPolicyUpdate: false, targets: [{apiVersion: v1, kind: ConfigMap, name: t, namespace: default}], patchStrategicMerge: {data: {seen: "{{ request.object.metadata.name }}"}}}\n';
  const target = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: t, namespace: default}\ndata: {a: b}\n';
  const found = await run(
    {
      'policy.yaml': policy(rule),
      'target.yaml': target,
      'patched.yaml': target.replace('a: b', 'a: b, seen: a'),
    },
    'resources: [t], patchedResources: patched.yaml, result: pass',
    'targetResources: [target.yaml]\n',
  );
  expect(found?.rows.map(({ resource, reason }) => [resource, reason])).toEqual([
    ['v1/ConfigMap/default/t', 'Ok'],
  ]);
});

test('what would have to ask a registry is said to be not simulated', async () => {
  const verify =
    "    verifyImages: [{imageReferences: ['*'], attestors: [{entries: [{keys: {publicKeys: x}}]}]}]\n";
  const found = await run({ 'policy.yaml': policy(verify) }, 'resources: [a], result: pass');
  expect(found?.verdict).toBe('unsupported');
});

const FIXTURES = fileURLToPath(new URL('../../../fixtures/kyverno/cli/', import.meta.url));

function testFiles(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? testFiles(path) : name === 'kyverno-test.yaml' ? [path] : [];
  });
}

test('every recorded test comes out as the real CLI printed it, row by row', async () => {
  const suite = runCliSuite({
    tree: {
      read: (path) => (existsSync(path) && statSync(path).isFile() ? readFileSync(path, 'utf8') : undefined),
      list: (path) =>
        existsSync(path) && statSync(path).isDirectory() ? readdirSync(path).sort() : undefined,
    },
    tests: testFiles(FIXTURES).map((path) => ({ path, id: relative(FIXTURES, path) })),
    recordings: readCliRecordings(readFileSync(join(FIXTURES, 'cli-results.jsonl'), 'utf8')),
  });
  let agreeing = 0;
  for await (const { id, outcome, rows } of suite) {
    expect([id, outcome, rows?.difference]).toEqual([id, 'pass', undefined]);
    agreeing += rows?.agreeing ?? 0;
  }
  expect(agreeing).toBeGreaterThan(1000);
});
