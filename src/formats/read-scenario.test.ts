import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFile } from '../manifest/parse.ts';
import type { Scenario } from '../simulation/scenario.ts';
import { readScenario } from './read-scenario.ts';

const folder = (files: Readonly<Record<string, string>>): Scenario =>
  readScenario(Object.entries(files).map(([path, text]) => parseFile({ path, text })));
const NAMESPACE = 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: one\n';
const POLICY = 'apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata:\n  name: p\nspec: {}\n';

/** A Test whose steps are the given operations, each in a step of its own. */
const test = (...operations: readonly string[]): string =>
  `apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nmetadata: {name: t}\nspec:\n  namespace: default\n  steps:\n${operations
    .map((operation, at) => `  - name: s${at}\n    try:\n    - ${operation}\n`)
    .join('')}`;
const argvOf = (scenario: Scenario): readonly (readonly string[] | number)[] =>
  scenario.steps.map(({ action }) =>
    action.type === 'kubectl' ? action.argv : action.type === 'wait' ? action.duration : -1,
  );
const codes = (scenario: Scenario): readonly string[] => scenario.diagnostics.map(({ code }) => code);

describe('a scenario folder', () => {
  it('without a Test holds the cluster, then the policies, and no steps', () => {
    const scenario = folder({ 'policies.yaml': POLICY, 'cluster.yaml': NAMESPACE });
    expect(scenario.before.map(({ object }) => object?.kind)).toEqual(['Namespace', 'ClusterPolicy']);
    expect(scenario.steps).toEqual([]);
    expect(codes(scenario)).toEqual([]);
  });

  it('folds the step setup into what exists before, in its order', () => {
    const setup =
      '{name: setup, try: [{apply: {file: policies.yaml}}, {apply: {file: cluster.yaml}}, {sleep: {duration: 3s}}]}';
    const text = `${test()}  - ${setup}\n  - {name: go, try: [{sleep: {duration: 1m30s}}]}\n`;
    const scenario = folder({
      'policies.yaml': POLICY,
      'cluster.yaml': NAMESPACE,
      'chainsaw-test.yaml': text,
    });
    expect(scenario.before.map(({ object }) => object?.kind)).toEqual(['ClusterPolicy', 'Namespace']);
    expect(argvOf(scenario)).toEqual([90_000]);
    expect(scenario.steps[0]?.title).toBe('wait 1 min 30 s');
    expect(codes(scenario)).toEqual([]);
  });

  it('says that a file is used by nothing', () => {
    expect(codes(folder({ 'policies.yaml': POLICY, 'extra.yaml': NAMESPACE }))).toEqual([
      'scenario-file-unused',
    ]);
  });

  it('says that a document is no object', () => {
    expect(codes(folder({ 'cluster.yaml': 'a: 1\n' }))).toEqual(['scenario-not-an-object']);
  });

  it('never throws, whatever the Test holds', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.string(), (value, text) => {
        const broken = `apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: Test\nspec: ${JSON.stringify(value)}\n`;
        expect(folder({ 'chainsaw-test.yaml': broken }).actors).toEqual([]);
        expect(folder({ 'chainsaw-test.yaml': test(text) }).actors).toEqual([]);
      }),
    );
  });
});

describe('an operation', () => {
  it.each([
    ['create: {file: one.yaml}', ['create', '-f', 'one.yaml'], 'create Namespace/one'],
    [
      'apply: {file: ./one.yaml, dryRun: true}',
      ['apply', '-f', './one.yaml', '--dry-run=server'],
      'apply Namespace/one (dry run)',
    ],
    ['update: {file: one.yaml}', ['replace', '-f', 'one.yaml'], 'replace Namespace/one'],
    ['delete: {file: one.yaml}', ['delete', '-f', 'one.yaml'], 'delete Namespace/one'],
    [
      'create: {resource: {apiVersion: v1, kind: Namespace, metadata: {name: two}}}',
      ['create', '-f', 'two.yaml'],
      'create Namespace/two',
    ],
    [
      'patch: {resource: {apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: ns, labels: {a: b}}, data: {x: "1"}}}',
      [
        'patch',
        'configmap',
        'c',
        '-n',
        'ns',
        '--type',
        'merge',
        '-p',
        '{"data":{"x":"1"},"metadata":{"labels":{"a":"b"}}}',
      ],
      'patch ConfigMap/c',
    ],
    [
      'delete: {ref: {apiVersion: foo.example.org/v1, kind: Foo, name: f, namespace: ns}}',
      ['delete', 'foo.foo.example.org', 'f', '-n', 'ns'],
      'delete foo.foo.example.org/f',
    ],
    [
      'delete: {deletionPropagationPolicy: Orphan, ref: {apiVersion: apps/v1, kind: Deployment, labels: {a: b}}}',
      ['delete', 'deployment', '-l', 'a=b', '--cascade=orphan'],
      'delete Deployment',
    ],
    ['script: {content: kubectl label ns one team-}', ['label', 'ns', 'one', 'team-'], 'label Namespace/one'],
    [
      'command: {entrypoint: kubectl, args: [delete, netpol/default-deny, -n, one]}',
      ['delete', 'netpol/default-deny', '-n', 'one'],
      'delete NetworkPolicy/default-deny',
    ],
  ])('%s is a kubectl line', (operation, argv, title) => {
    const scenario = folder({ 'one.yaml': NAMESPACE, 'chainsaw-test.yaml': test(operation) });
    expect(codes(scenario).filter((code) => code !== 'scenario-file-unused')).toEqual([]);
    expect(argvOf(scenario)).toEqual([argv]);
    expect(scenario.steps[0]?.title).toBe(title);
  });

  it('is the cluster admin unless it names somebody', () => {
    const lines =
      'kubectl create ns a\nkubectl create ns b --as bob --as-group=devs\nkubectl create ns c --as system:serviceaccount:x:y';
    const scenario = folder({ 'chainsaw-test.yaml': test(`script: {content: ${JSON.stringify(lines)}}`) });
    expect(scenario.steps.map(({ user }) => user)).toEqual([
      { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] },
      { username: 'bob', groups: ['devs', 'system:authenticated'] },
      {
        username: 'system:serviceaccount:x:y',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:x', 'system:authenticated'],
      },
    ]);
    expect(argvOf(scenario)[1]).toEqual(['create', 'ns', 'b']);
  });

  it('with an inline resource knows the place of every value', () => {
    const text = test(
      'create:\n        resource:\n          apiVersion: v1\n          kind: Namespace\n          metadata:\n            name: two',
    );
    const action = folder({ 'chainsaw-test.yaml': text }).steps[0]?.action;
    const document = action?.type === 'kubectl' ? action.files['two.yaml']?.[0] : undefined;
    const { range } = document?.locate(['metadata', 'name']) ?? { range: { start: 0, end: 0 } };
    expect(text.slice(range.start, range.end)).toBe('two');
  });

  it.each([
    ['create: {file: missing.yaml}', 'scenario-file-missing'],
    ['create: {}', 'scenario-test'],
    ['sleep: {duration: soon}', 'scenario-test'],
    ['script: {content: echo hello}', 'scenario-script'],
    ['script: {content: "kubectl get pods | wc -l"}', 'scenario-script'],
    ['script: {content: kubectl delete ns $NAMESPACE}', 'scenario-script'],
    ['command: {entrypoint: rm, args: [-rf]}', 'scenario-script'],
    ['create: {file: one.yaml, subresource: status}', 'scenario-unsupported'],
    ['assert: {file: missing.yaml}', 'scenario-file-missing'],
    ['script: {content: kubectl get pods, env: []}', 'scenario-unsupported'],
    ['dance: {}', 'scenario-unsupported'],
  ])('%s is said, not passed over', (operation, code) => {
    expect(codes(folder({ 'one.yaml': NAMESPACE, 'chainsaw-test.yaml': test(operation) }))).toContain(code);
  });

  it('may expect to be refused', () => {
    const operation = 'create: {file: one.yaml, expect: [{check: {($error != null): true}}]}';
    expect(codes(folder({ 'one.yaml': NAMESPACE, 'chainsaw-test.yaml': test(operation) }))).toEqual([]);
  });
});

describe('an actor', () => {
  const actor = (reaction: string): string =>
    `apiVersion: admission-studio/v1\nkind: Actor\nmetadata: {name: a, namespace: ns}\nspec:\n  watch: {apiVersion: v1, kind: Secret}\n  reactions:\n  - ${reaction}\n`;

  it('watches, requires and acts', () => {
    const text = actor(
      '{require: [{apiVersion: v1, kind: Secret, name: x, absent: true}], do: [{log: hello, level: error, after: 1.5s}, {status: {a: 1}}, {delete: true}]}',
    );
    const scenario = folder({ 'actors.yaml': text });
    expect(codes(scenario)).toEqual([]);
    expect(scenario.actors[0]).toMatchObject({
      name: 'a',
      namespace: 'ns',
      watch: { apiVersion: 'v1', kind: 'Secret' },
      reactions: [
        {
          require: [{ apiVersion: 'v1', kind: 'Secret', name: 'x', namespace: '', absent: true }],
          actions: [
            { type: 'log', after: 1500, line: 'hello', level: 'error' },
            { type: 'status', after: 0, status: { a: 1 } },
            { type: 'delete', after: 0 },
          ],
        },
      ],
    });
  });

  it.each(['{do: [{dance: true}]}', '{do: [{log: a, after: soon}]}', '{when: []}', 'text'])(
    'with %s is said, not passed over',
    (reaction) => {
      expect(codes(folder({ 'actors.yaml': actor(reaction) }))).toContain('scenario-actor');
    },
  );
});
