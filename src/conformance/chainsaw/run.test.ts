import { describe, expect, it } from 'vitest';
import type { ClusterBase } from '../../cluster/cluster-base.ts';
import { loadParts } from '../../parts.ts';
import { treeOf } from '../cli/file-tree.ts';
import { runChainsawTest } from './run.ts';

await loadParts();

const role = (name: string) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name },
  rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
});
const controllers = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: 'controllers' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
  subjects: [{ kind: 'Group', name: 'system:serviceaccounts' }],
};
const BASE: ClusterBase = {
  kyverno: '1.19',
  kubernetes: 'v1.36.3',
  objects: [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } },
    role('cluster-admin'),
    controllers,
  ],
};

const CONFIG_MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: "1", l: "2"}\n';

/** Runs a test whose steps are given; `files` lie beside it. */
function run(steps: string, files: Readonly<Record<string, string>> = {}, spec = '') {
  const text = `apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
metadata: {name: t}
spec:
${spec}  steps:
${steps.replace(/^/gm, '  ')}`;
  const all = { 'cm.yaml': CONFIG_MAP, ...files, 'chainsaw-test.yaml': text };
  const tree = treeOf(Object.entries(all).map(([path, content]) => ({ path: `t/${path}`, text: content })));
  return runChainsawTest({
    tree,
    path: 't/chainsaw-test.yaml',
    folder: 't',
    base: BASE,
    settings: [],
    preinstalled: [],
    libraries: {},
    programs: null,
  });
}

const assertion = (tree: string): string => `- try:
  - apply: {file: cm.yaml}
  - assert:
      resource:
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: a}
${tree.replace(/^/gm, '        ')}`;

describe('a Chainsaw test', () => {
  it('passes if what it asserts holds, in the namespace that is made for it', () => {
    expect(run(assertion('data: {k: "1"}'))).toEqual({ outcome: 'pass', reason: '' });
    expect(run(assertion('(data.k): "1"')).outcome).toBe('pass');
    expect(run(assertion("(contains(data.l, '2')): true")).outcome).toBe('pass');
  });

  it('tells the place of the first difference', () => {
    const { outcome, reason } = run(assertion('data: {k: "7"}'));
    expect(outcome).toBe('fail');
    expect(reason).toContain('step 1: assert: ConfigMap a: data.k: Invalid value: "1"');
  });

  it('is unsupported, and no pass, where a form is not known', () => {
    expect(run(assertion('(surprise(data)): true')).outcome).toBe('unsupported');
    expect(run(assertion("(cel; object.data.k == '1'): true")).outcome).toBe('unsupported');
    expect(run('- try:\n  - podLogs: {selector: a=b}').outcome).toBe('unsupported');
    expect(run('- try:\n  - apply: {file: cm.yaml, cluster: other}').outcome).toBe('unsupported');
    expect(run('- try:\n  - apply: {file: missing.yaml}').outcome).toBe('unsupported');
    expect(run('- outputs: []\n  try: []').outcome).toBe('unsupported');
  });

  it('is unsupported with the line of a script that is beyond the small shell', () => {
    const { outcome, reason } = run(
      '- try:\n  - script:\n      content: |\n        echo a\n        for i in 1 2; do echo $i; done',
    );
    expect(outcome).toBe('unsupported');
    expect(reason).toContain('for i in 1 2; do echo $i; done');
    expect(run('- try:\n  - script: {content: "curl example.org"}').outcome).toBe('unsupported');
    expect(run('- try:\n  - script: {content: "kubectl cp a b"}').outcome).toBe('unsupported');
  });

  it('lets the check of an operation decide instead of its error', () => {
    const update = (check: string): string =>
      `- try:\n  - update:\n      file: cm.yaml\n      expect:\n      - check: {${check}}`;
    expect(run(update('($error != null): true')).outcome).toBe('pass');
    expect(run(update('($error): other')).outcome).toBe('fail');
    expect(run('- try:\n  - update: {file: cm.yaml}').reason).toContain('configmaps "a" not found');
    const apply =
      '- try:\n  - apply:\n      file: cm.yaml\n      expect:\n      - check: {($error != null): true}';
    expect(run(apply).outcome).toBe('fail');
  });

  it('holds `error` only if no object is as it says', () => {
    const error = (name: string): string =>
      `- try:\n  - apply: {file: cm.yaml}\n  - error:\n      resource: {apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}}}`;
    expect(run(error('other')).outcome).toBe('pass');
    expect(run(error('a')).outcome).toBe('fail');
  });

  it('fills templates in unless they are switched off', () => {
    const named = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ($test.metadata.name)}\n';
    const steps =
      '- try:\n  - apply: {file: named.yaml}\n  - assert:\n      resource: {apiVersion: v1, kind: ConfigMap, metadata: {name: t}}';
    expect(run(steps, { 'named.yaml': named }).outcome).toBe('pass');
    expect(run(steps, { 'named.yaml': named }, '  template: false\n').outcome).toBe('fail');
  });

  it('puts step templates in, with their bindings', () => {
    const template =
      'apiVersion: chainsaw.kyverno.io/v1alpha1\nkind: StepTemplate\nmetadata: {name: s}\nspec:\n  try:\n  - apply: {file: ($file)}\n';
    const use =
      '- use:\n    template: s.yaml\n    with:\n      bindings:\n      - {name: file, value: cm.yaml}\n- try:\n  - assert: {file: cm.yaml}';
    expect(run(use, { 's.yaml': template }).outcome).toBe('pass');
  });

  it('runs scripts in virtual time, with pipes, conditions and the check of their output', () => {
    const script = (content: string, check = ''): string =>
      `- try:\n  - apply: {file: cm.yaml}\n  - script:\n      content: |\n${content.replace(/^/gm, '        ')}${check}`;
    const count = 'COUNT=$(kubectl get cm -n $NAMESPACE --no-headers 2>/dev/null | grep -c "^a" | wc -l)';
    expect(run(script(`${count}`)).outcome).toBe('unsupported');
    const plain =
      'if [ "$(kubectl get cm a -n $NAMESPACE --no-headers | wc -l)" -eq 1 ]\nthen exit 0\nelse exit 1\nfi';
    expect(run(script(plain)).outcome).toBe('pass');
    expect(run(script('kubectl get cm b -n $NAMESPACE')).reason).toContain('exit status 1');
    const check =
      "\n      check:\n        ($error != null): true\n        (contains($stderr, 'not found')): true";
    expect(run(script('kubectl get cm b -n $NAMESPACE', check)).outcome).toBe('pass');
    expect(run(script('sleep 300')).outcome).toBe('pass');
  });

  it('does not evaluate policies in CEL and says so', () => {
    const policy =
      'apiVersion: policies.kyverno.io/v1\nkind: ValidatingPolicy\nmetadata: {name: v}\nspec: {}\n';
    const { outcome, reason } = run('- try:\n  - apply: {file: v.yaml}', { 'v.yaml': policy });
    expect(outcome).toBe('unsupported');
    expect(reason).toContain('CEL');
  });

  it('puts out what later operations of the step see, and no further', () => {
    const output = `- try:
  - create:
      file: cm.yaml
      outputs:
      - name: made
        value: (data.k)
      - match: {data: {k: "other"}}
        name: made
        value: never
  - script:
      content: echo hello
      outputs: [{name: said, value: (trim_space($stdout))}]
  - assert:
      bindings: [{name: one, value: "(join('-', [$made, $said]))"}]
      resource:
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: a}
        "(join('-', [data.k, 'hello']) == $one)": true
`;
    expect(run(output)).toEqual({ outcome: 'pass', reason: '' });
    const later = `${output}- try:
  - assert:
      resource: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, "(data.k == $made)": true}
`;
    expect(run(later).outcome).not.toBe('pass');
  });

  it('waits, gets and describes as kubectl does', () => {
    const operations = `- try:
  - apply: {file: cm.yaml}
  - get: {apiVersion: v1, kind: ConfigMap, name: a}
  - describe: {apiVersion: v1, kind: ConfigMap, name: a}
  - events: {}
  - wait:
      apiVersion: v1
      kind: ConfigMap
      name: a
      for: {jsonPath: {path: '{.data.k}', value: "1"}}
`;
    expect(run(operations)).toEqual({ outcome: 'pass', reason: '' });
    const missing = operations.replace('value: "1"', 'value: "7"');
    expect(run(missing)).toMatchObject({
      outcome: 'fail',
      reason: expect.stringMatching(/wait: .*timed out waiting for the condition on configmaps\/a/),
    });
    const both = '- try:\n  - get: {apiVersion: v1, kind: ConfigMap, name: a, selector: b=c}\n';
    expect(run(both)).toMatchObject({
      outcome: 'fail',
      reason: expect.stringContaining('name cannot be provided when a selector is specified'),
    });
  });

  it('goes on after an operation that may fail, and fails all the same', () => {
    const steps = `- try:
  - continueOnError: true
    get: {apiVersion: v1, kind: ConfigMap, name: nothing}
  - sleep: {duration: 1s}
`;
    expect(run(steps)).toMatchObject({ outcome: 'fail', reason: expect.stringContaining('not found') });
    const unknown = `${steps}  - proxy: {apiVersion: v1, kind: Service, name: x}\n`;
    expect(run(unknown)).toMatchObject({ outcome: 'fail', reason: expect.stringContaining('nothing') });
  });

  it('runs each scenario of a test on a cluster of its own', () => {
    const steps = `- try:
  - create: {file: cm.yaml}
  - assert:
      resource: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, "(data.k == $wanted)": true}
`;
    const spec = (second: string): string =>
      `  scenarios:\n  - bindings: [{name: wanted, value: "('1')"}]\n  - bindings: [{name: wanted, value: "('${second}')"}]\n`;
    expect(run(steps, {}, spec('1'))).toEqual({ outcome: 'pass', reason: '' });
    expect(run(steps, {}, spec('2')).outcome).toBe('fail');
  });

  it('writes without storing where it is told to', () => {
    const steps = `- try:
  - create: {file: cm.yaml, dryRun: true}
  - error:
      resource: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
`;
    expect(run(steps)).toEqual({ outcome: 'pass', reason: '' });
  });

  it('reads the files that a pattern names', () => {
    const files = { 'more-b.yaml': CONFIG_MAP.replace('name: a', 'name: b') };
    const steps = `- try:
  - apply: {file: "*.yaml"}
  - assert:
      resource: {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}
`;
    // The test's own file is among them.
    expect(run(steps, files).outcome).toBe('fail');
    expect(run(steps.replace('*.yaml', 'more-?.yaml'), files)).toEqual({ outcome: 'pass', reason: '' });
  });
});
