import { describe, expect, it } from 'vitest';
import { parseFile } from '../manifest/parse.ts';
import { arrangeDocuments } from './arrange.ts';
import { readScenario } from './read-scenario.ts';
import { sortDocuments } from './sort-documents.ts';

const POLICY = `# Guard
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: require-team
spec:
  rules:
    - name: check-team
      match:
        any:
          - resources:
              kinds: [Namespace]
`;
const READ =
  'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: platform\n  uid: a\n  resourceVersion: "1"\n';
const NEW = 'apiVersion: v1\nkind: Namespace\nmetadata:\n  # pays\n  name: payments\n';
const sort = (text: string) => sortDocuments([parseFile({ path: 'team-guard.yaml', text })]);
const brief = (text: string) => sort(text).map(({ title, room }) => `${title}: ${room}`);

describe('pasted documents', () => {
  it('that configure Kyverno go into kyverno.yaml', () => {
    const setting =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: kyverno, namespace: kyverno}\ndata: {excludeRoles: a}\n';
    expect(sort(setting)).toMatchObject([{ room: 'cluster', form: 'kyverno' }]);
    expect(arrangeDocuments(sort(setting), []).map(({ path }) => path)).toContain('kyverno.yaml');
    expect(sort(setting.replace('namespace: kyverno', 'namespace: a'))[0]?.form).toBeUndefined();
  });

  it('are sorted with a reason for each', () => {
    expect(sort([POLICY, READ, NEW].join('---\n'))).toMatchObject([
      {
        title: 'ClusterPolicy require-team',
        room: 'policies',
        reason: 'A Kyverno policy. It is Ready before the first step.',
      },
      {
        title: 'Namespace platform',
        room: 'cluster',
        reason: 'It has a uid and a resourceVersion: read from a cluster, so it is there before.',
      },
      {
        title: 'Namespace payments',
        room: 'steps',
        reason: 'require-team matches it and it has no uid: applied as step 1.',
      },
    ]);
  });

  it('know their lines and keep their text', () => {
    const [policy, , created] = sort([POLICY, READ, NEW].join('---\n'));
    expect([policy?.firstLine, policy?.lastLine]).toEqual([2, 12]);
    expect(policy?.text).toBe(POLICY);
    expect(created?.text).toBe(NEW);
  });

  it.each([
    ['apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n', 'ConfigMap a: cluster'],
    ['apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: a}\n', 'Role a: cluster'],
    [
      'apiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata: {name: a}\n',
      'PolicyException a: policies',
    ],
    [
      'apiVersion: policies.kyverno.io/v1\nkind: GeneratingPolicy\nmetadata: {name: a}\n',
      'GeneratingPolicy a: policies',
    ],
    ['apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nmetadata: {name: a}\n', 'Test a: steps'],
    ['apiVersion: cli.kyverno.io/v1alpha1\nkind: Test\nmetadata: {name: a}\n', 'Test a: cluster'],
    ['apiVersion: admission-studio/v1\nkind: Actor\nmetadata: {name: a}\n', 'Actor a: cluster'],
    ['- 1\n', 'no object: cluster'],
  ])('%s', (text, expected) => {
    expect(brief(text)).toEqual([expected]);
  });

  it('are matched by wildcards of kinds and names', () => {
    const policy = POLICY.replace('[Namespace]', '["*/Name*ce"]\n              names: ["pay*s"]');
    expect(brief(`${policy}---\n${NEW}`)[1]).toBe('Namespace payments: steps');
    expect(brief(`${policy}---\n${NEW.replace('payments', 'pay')}`)[1]).toBe('Namespace pay: cluster');
  });
});

describe('sorted documents', () => {
  const read = (files: readonly { path: string; text: string }[]) =>
    readScenario(files.map((file) => parseFile(file)));

  it('become a scenario that runs', () => {
    const files = arrangeDocuments(sort([POLICY, READ, NEW].join('---\n')), [], 'team-guard');
    expect(files.map(({ path }) => path)).toEqual(['policies.yaml', 'cluster.yaml', 'chainsaw-test.yaml']);
    const scenario = read(files);
    expect(scenario.diagnostics).toEqual([]);
    expect(scenario.name).toBe('team-guard');
    expect(scenario.before).toHaveLength(2);
    expect(scenario.steps.map(({ title }) => title)).toEqual(['apply Namespace/payments']);
  });

  it('are added to what is there', () => {
    const present = arrangeDocuments(sort([POLICY, NEW].join('---\n')), []);
    const added = arrangeDocuments(
      sort([POLICY, READ, NEW.replace('payments', 'orders')].join('---\n')),
      present,
    );
    const scenario = read(added);
    expect(scenario.diagnostics).toEqual([]);
    expect(scenario.before.map(({ object }) => object?.kind)).toEqual([
      'Namespace',
      'ClusterPolicy',
      'ClusterPolicy',
    ]);
    expect(scenario.steps.map(({ title }) => title)).toEqual([
      'apply Namespace/payments',
      'apply Namespace/orders',
    ]);
  });

  it('go where a person put them', () => {
    const moved = sort([POLICY, NEW].join('---\n')).map((document) => ({
      ...document,
      room: 'cluster' as const,
    }));
    expect(arrangeDocuments(moved, []).map(({ path }) => path)).toEqual(['cluster.yaml']);
  });

  it('replace the steps if they are a test', () => {
    const test =
      'apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nmetadata:\n  name: other\nspec:\n  namespace: default\n  steps: []\n';
    const present = arrangeDocuments(sort([POLICY, NEW].join('---\n')), []);
    expect(read(arrangeDocuments(sort(test), present)).steps).toEqual([]);
  });
});

describe('declared mocks', () => {
  const VALUES =
    'apiVersion: cli.kyverno.io/v1alpha1\nkind: Values\nmetadata: {name: v}\napiCallResponses:\n- {url: "https://a.example", response: {body: {}}}\n';
  const CONTEXT =
    'apiVersion: cli.kyverno.io/v1alpha1\nkind: Context\nmetadata: {name: c}\nspec: {images: [{image: nginx}]}\n';

  it('go to a file of their own, which no step applies', () => {
    const sorted = sort([POLICY, VALUES, CONTEXT].join('---\n'));
    expect(sorted.map(({ form, room }) => [form, room])).toEqual([
      [undefined, 'policies'],
      ['mocks', 'cluster'],
      ['mocks', 'cluster'],
    ]);
    const files = arrangeDocuments(sorted, []);
    const mocks = files.find(({ path }) => path === 'mocks.yaml');
    expect(mocks?.text).toBe(`${VALUES}---\n${CONTEXT}`);
    expect(files.find(({ path }) => path === 'cluster.yaml')).toBeUndefined();
    const scenario = readScenario(files.map((file) => parseFile(file)));
    expect(scenario.diagnostics).toEqual([]);
    expect(scenario.mocks).toMatchObject({
      apiCallResponses: [{ url: 'https://a.example' }],
      images: [{ image: 'nginx' }],
    });
  });

  it('are read from any file and are no objects of the cluster', () => {
    const scenario = readScenario(
      [
        { path: 'cluster.yaml', text: `${READ}---\n${VALUES}` },
        { path: 'else.yaml', text: VALUES },
      ].map((file) => parseFile(file)),
    );
    expect(scenario.before.map(({ object }) => object?.kind)).toEqual(['Namespace']);
    expect(scenario.diagnostics.map(({ code, location }) => [code, location?.file])).toEqual([
      ['scenario-mocks', 'else.yaml'],
    ]);
    expect(scenario.mocks.apiCallResponses).toHaveLength(1);
  });
});

it('takes a text that begins with blank lines and comments', () => {
  for (const text of ['\n\na: 1\n', '\n# of it\na: 1\n', '\n', '\na: 1\n']) {
    const sorted = sortDocuments([parseFile({ path: 'pasted.yaml', text })]);
    expect(sorted.map((document) => document.text.trim().split('\n').at(-1))).toEqual(
      text.trim() === '' ? [] : ['a: 1'],
    );
  }
});
