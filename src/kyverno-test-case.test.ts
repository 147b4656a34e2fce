import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseFile, readClusterBase, runScenario, writeKyvernoTest } from './index.ts';

const base = readClusterBase(
  JSON.parse(readFileSync(join(import.meta.dirname, '../public/cluster/base-1.19.json'), 'utf8')),
  '1.19',
);

/** The test that is written for policies, a cluster and steps; files by name, documents as data. */
function write(policies: string, steps: string, cluster = '') {
  if (base === undefined) throw new Error('no base');
  const test = `apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
metadata: {name: t}
spec:
  namespace: default
  steps:
    - name: setup
      try:
        - apply: {file: cluster.yaml}
        - apply: {file: policies.yaml}
${steps}`;
  const files = [
    { path: 'policies.yaml', text: policies },
    {
      path: 'cluster.yaml',
      text: `apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n${cluster}`,
    },
    { path: 'chainsaw-test.yaml', text: test },
  ];
  const { scenario, trace } = runScenario(files, { version: '1.19', seed: 1, base });
  if (trace === undefined) throw new Error('cannot be read');
  const written = writeKyvernoTest(scenario, trace);
  const texts = new Map(written.files.map(({ path, text }) => [path, text]));
  const documents = (path: string): readonly unknown[] =>
    parseFile({ path, text: texts.get(path) ?? '' }).documents.map(({ value }) => value);
  return { ...written, texts, documents };
}

const step = (text: string): string => `    - name: step\n      try:\n${text.replace(/^/gm, '        ')}\n`;
const create = (name: string, data: string): string =>
  step(`- create:
    resource:
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: ${name}, namespace: shop}
      data: ${data}`);
const script = (line: string): string => step(`- script:\n    content: ${line}`);

const policy = (name: string, rule: string): string => `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: ${name}}
spec:
  rules:
    - name: rule
      match: {any: [{resources: {kinds: [ConfigMap], namespaces: [shop]}}]}
      ${rule}
`;
const KEEP_OWNER = policy(
  'keep-owner',
  `validate: {failureAction: Enforce, message: owner stays, deny: {conditions: {all: [{key: "{{ request.object.data.owner }}", operator: NotEquals, value: "{{ request.oldObject.data.owner || request.object.data.owner }}"}]}}}`,
);

describe('a run as a test of the Kyverno CLI', () => {
  it('has one Test a step, with what each rule answered', () => {
    const { documents } = write(KEEP_OWNER, create('a', '{owner: me}') + create('b', '{owner: you}'));
    expect(documents('kyverno-test.yaml')).toMatchObject([
      {
        kind: 'Test',
        policies: ['policies.yaml'],
        resources: ['step-1.yaml'],
        results: [
          { policy: 'keep-owner', rule: 'rule', kind: 'ConfigMap', resources: ['shop/a'], result: 'pass' },
        ],
      },
      { resources: ['step-2.yaml'], results: [{ resources: ['shop/b'], result: 'pass' }] },
    ]);
  });

  it('tells the CLI the old object of an update in values', () => {
    const patch = script(`kubectl label cm a -n shop reviewed=yes`);
    const { documents, texts } = write(KEEP_OWNER, create('a', '{owner: me}') + patch);
    expect(documents('kyverno-test.yaml')[1]).toMatchObject({
      variables: 'step-2-values.yaml',
      results: [{ result: 'pass' }],
    });
    expect(documents('step-2-values.yaml')).toEqual([
      {
        apiVersion: 'cli.kyverno.io/v1alpha1',
        kind: 'Values',
        metadata: { name: 'values' },
        policies: [
          {
            name: 'keep-owner',
            resources: [
              {
                name: 'a',
                values: { 'request.operation': 'UPDATE', 'request.oldObject.metadata.labels': null },
              },
            ],
          },
        ],
      },
    ]);
    expect(texts.get('step-2.yaml')).toContain('reviewed: "yes"');
  });

  it('holds what a generate rule made, without what server and controller added', () => {
    const { documents } = write(
      policy(
        'copy',
        `generate: {apiVersion: v1, kind: ConfigMap, name: made, namespace: shop, data: {data: {owner: "{{ request.object.data.owner }}"}}}`,
      ),
      create('a', '{owner: me}'),
      `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: more, labels: {rbac.kyverno.io/aggregate-to-background-controller: "true"}}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [create, get, update, delete, list, watch]}]`,
    );
    expect(documents('kyverno-test.yaml')).toMatchObject([
      { results: [{ result: 'pass', generatedResource: 'step-1-generated.yaml' }] },
    ]);
    expect(documents('step-1-generated.yaml')).toEqual([
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'made', namespace: 'shop', labels: { 'app.kubernetes.io/managed-by': 'kyverno' } },
        data: { owner: 'me' },
      },
    ]);
  });

  it('holds the object after a mutation, and the one before as the trigger', () => {
    const { documents } = write(
      policy('mark', `mutate: {patchStrategicMerge: {metadata: {labels: {marked: "true"}}}}`),
      create('a', '{owner: me}'),
    );
    expect(documents('step-1.yaml')).toMatchObject([{ metadata: { name: 'a' }, data: { owner: 'me' } }]);
    expect(documents('step-1.yaml')).not.toMatchObject([{ metadata: { labels: { marked: 'true' } } }]);
    expect(documents('step-1-patched.yaml')).toMatchObject([{ metadata: { labels: { marked: 'true' } } }]);
  });

  it('says what the CLI cannot show, and why', () => {
    const { left, files } = write(
      policy(
        'elsewhere',
        `generate: {apiVersion: v1, kind: ConfigMap, name: made, namespace: nowhere, data: {data: {a: b}}}`,
      ),
      create('a', '{owner: me}'),
    );
    expect(left.join()).toContain('the CLI makes its target although the cluster never did');
    expect(files[0]?.text).toContain('# Not in this test');
  });

  it('is empty where nothing meets a policy', () => {
    expect(write(KEEP_OWNER, script('kubectl get cm -n shop')).files).toEqual([]);
  });
});
