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
    expect(run('- try:\n  - apply: {file: cm.yaml, outputs: []}').outcome).toBe('unsupported');
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
});
