import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { getPath, getString, type Json } from '../base/json.ts';
import { milliseconds } from '../base/units.ts';
import { type ClusterBase, readClusterBase } from '../cluster/cluster-base.ts';
import type { KyvernoVersion } from '../kyverno/versions.ts';
import { simulate } from '../simulation/simulate.ts';
import { scenarioOf } from '../simulation/testing.ts';
import { objectsAt, outcomeRows } from '../trace/outcome.ts';
import type { Trace } from '../trace/trace.ts';
import { COMPLETED, DROPPED, lives, messages, ofKind } from './testing.ts';

const bases = new Map<KyvernoVersion, ClusterBase>();

function baseOf(version: KyvernoVersion): ClusterBase {
  const text = readFileSync(new URL(`../../public/cluster/base-${version}.json`, import.meta.url), 'utf8');
  const base = bases.get(version) ?? readClusterBase(JSON.parse(text), version);
  if (base === undefined) throw new Error(`no base for ${version}`);
  bases.set(version, base);
  return base;
}

const END = milliseconds(Number.MAX_SAFE_INTEGER);

const play = (
  before: string,
  commands: readonly string[],
  files: Readonly<Record<string, string>> = {},
  version: KyvernoVersion = '1.19',
): Trace => simulate(scenarioOf(before, commands, files), { version, seed: 1, base: baseOf(version) });

const errorLines = (trace: Trace, step: number): readonly string[] =>
  ofKind(trace, 'log', step)
    .filter(({ component, level }) => component === 'background-controller' && level === 'error')
    .map(({ line }) => line.slice(line.indexOf(' ERR ')));

const mutateEvents = (trace: Trace, step: number): readonly string[] =>
  ofKind(trace, 'event', step)
    .filter(({ reportingComponent }) => reportingComponent === 'kyverno-mutate')
    .map(({ reason, message }) => `${reason}: ${message}`);

function object(trace: Trace, kind: string, namespace: string, name: string): Json | undefined {
  const found = objectsAt(trace, END).find(
    ({ ref }) => ref.kind === kind && (ref.namespace ?? '') === namespace && ref.name === name,
  );
  return found && trace.revisions[found.revision]?.object;
}

const data = (trace: Trace, namespace: string, name: string, key: string): string | undefined =>
  getString(object(trace, 'ConfigMap', namespace, name), 'data', key);

const configMap = (namespace: string, name: string, content: string, labels = '{}'): string => `
---
apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}, namespace: ${namespace}, labels: ${labels}}
data: ${content}
`;

const NAMESPACES = `
apiVersion: v1
kind: Namespace
metadata: {name: from}
---
apiVersion: v1
kind: Namespace
metadata: {name: to}
`;

const touch = (
  targets: string,
  { operations = '', rule = '', spec = '', patch = '' }: Readonly<Record<string, string>> = {},
): string => `
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: touch}
spec:
  ${spec}
  rules:
  - name: touch-target
    match: {any: [{resources: {kinds: [ConfigMap], namespaces: [from]${operations}}}]}
    ${rule}
    mutate:
      targets: ${targets}
      ${patch === '' ? 'patchStrategicMerge: {data: {op: "{{request.operation}}", by: "{{request.object.metadata.name}}"}}' : patch}
`;

const TARGET = '[{apiVersion: v1, kind: ConfigMap, namespace: to, name: target}]';

const deny = (operations: string): string => `
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: protect}
spec:
  validationFailureAction: Enforce
  background: false
  rules:
  - name: protect
    match: {any: [{resources: {kinds: [ConfigMap], namespaces: [from], operations: [${operations}]}}]}
    validate: {message: protected, deny: {}}
`;

describe('a mutate-existing rule', () => {
  const before = NAMESPACES + touch(TARGET) + configMap('to', 'target', '{v: "1"}');

  it('changes its target after the trigger is created, updated, but not deleted unless it says so', () => {
    const trace = play(before, [
      'kubectl create cm t -n from --from-literal=x=1',
      'kubectl label cm t -n from a=b',
      'kubectl delete cm t -n from',
    ]);
    expect([1, 2, 3].map((step) => lives(trace, step))).toEqual([[COMPLETED], [COMPLETED], []]);
    expect(object(trace, 'ConfigMap', 'to', 'target')).toMatchObject({
      data: { v: '1', op: 'UPDATE', by: 't' },
    });
  });

  it('looks at a deleted trigger if it names DELETE', () => {
    const rule = touch(TARGET, { operations: ', operations: [DELETE]' });
    const trace = play(
      NAMESPACES + rule + configMap('to', 'target', '{v: "1"}') + configMap('from', 't', '{}'),
      ['kubectl delete cm t -n from'],
    );
    expect(lives(trace, 1)).toEqual([COMPLETED]);
    expect(object(trace, 'ConfigMap', 'to', 'target')).toMatchObject({ data: { op: 'DELETE', by: 't' } });
  });

  it('writes an UpdateRequest of type mutate with rule, trigger and its labels', () => {
    const trace = play(before, ['kubectl create cm t -n from --from-literal=x=1']);
    const [born] = ofKind(trace, 'update-request', 1);
    const written = born && trace.revisions[born.revision]?.object;
    expect(written?.metadata['labels']).toEqual({
      'mutate.updaterequest.kyverno.io/policy-name': 'touch',
      'mutate.updaterequest.kyverno.io/trigger-name': 't',
      'mutate.updaterequest.kyverno.io/trigger-namespace': 'from',
      'mutate.updaterequest.kyverno.io/trigger-kind': 'ConfigMap',
      'mutate.updaterequest.kyverno.io/trigger-apiversion': 'v1',
    });
    const uid = getString(object(trace, 'ConfigMap', 'from', 't'), 'metadata', 'uid');
    expect(written?.['spec']).toMatchObject({
      requestType: 'mutate',
      policy: 'touch',
      rule: 'touch-target',
      deleteDownstream: false,
      resource: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'from', name: 't', uid },
    });
    expect(getPath(written, ['spec', 'ruleContext'])).toBeUndefined();
  });

  it('is told of: plan, target, cause and outcome', () => {
    const trace = play(before, ['kubectl create cm t -n from --from-literal=x=1']);
    const [row] = outcomeRows(trace, END);
    expect(row).toMatchObject({
      action: 'mutate',
      state: 'changed',
      target: { kind: 'ConfigMap', namespace: 'to', name: 'target' },
      reason: 'Changed for the trigger ConfigMap from/t.',
    });
    expect(ofKind(trace, 'unsupported')).toEqual([]);
    expect(ofKind(trace, 'report', 1).map(({ results }) => results)).toEqual([
      [
        {
          policy: 'touch',
          rule: 'touch-target',
          result: 'pass',
          message: 'mutated ConfigMap/target in namespace to',
          properties: {
            'patched-target': '/v1, Kind=ConfigMap Name=target Namespace=to',
            process: 'background scan',
          },
        },
      ],
    ]);
  });

  it('does not set itself off: requests of the background controller are skipped unless the rule says otherwise', () => {
    const chain = (skip: string): string =>
      touch('[{apiVersion: v1, kind: ConfigMap, namespace: from, name: second}]', {
        rule: skip,
        patch: 'patchStrategicMerge: {data: {last: "{{request.object.metadata.name}}"}}',
      });
    const plain = configMap('from', 'second', '{v: "1"}');
    const command = ['kubectl create cm first -n from --from-literal=x=1'];
    expect(lives(play(NAMESPACES + chain('') + plain, command), 1)).toHaveLength(1);
    const trace = play(NAMESPACES + chain('skipBackgroundRequests: false') + plain, command);
    expect(lives(trace, 1).length).toBeGreaterThan(1);
    expect(data(trace, 'from', 'second', 'last')).toBe('second');
  });
});

describe('a request that is refused', () => {
  it('on CREATE leaves an UpdateRequest that fails once and completes (corrections.md B.6)', () => {
    const before = NAMESPACES + touch(TARGET) + deny('CREATE') + configMap('to', 'target', '{v: "1"}');
    const trace = play(before, ['kubectl create cm t -n from --from-literal=x=1']);
    expect(lives(trace, 1)).toEqual(['New Pending Failed1 Completed1 deleted']);
    expect(messages(trace, 1)[0]).toMatch(
      /^trigger resource v1\/ConfigMap from\/t with uid \S+ not found in the cluster, the corresponding admission request may have been rejected by the API server$/,
    );
    expect(errorLines(trace, 1)).toHaveLength(1);
    expect(errorLines(trace, 1)[0]).toMatch(
      /^ ERR github\.com\/kyverno\/kyverno\/pkg\/background\/mutate\/mutate\.go:113 > failed to get trigger resource error="trigger resource .*" logger=background\/touch-target name=ur-\w+ policy=touch resource=v1\/ConfigMap\/from\/t$/,
    );
    expect(data(trace, 'to', 'target', 'op')).toBeUndefined();
    expect(outcomeRows(trace, END)[0]).toMatchObject({ state: 'never' });
  });

  it('on UPDATE changes the target all the same, with the values of the refused request', () => {
    const policy = touch(TARGET, { patch: 'patchStrategicMerge: {data: {x: "{{request.object.data.x}}"}}' });
    const before =
      NAMESPACES +
      policy +
      deny('UPDATE') +
      configMap('to', 'target', '{v: "1"}') +
      configMap('from', 't', '{x: old}');
    const trace = play(before, ['kubectl patch cm t -n from --type merge -p \'{"data":{"x":"new"}}\'']);
    expect(lives(trace, 1)).toEqual([COMPLETED]);
    expect(data(trace, 'to', 'target', 'x')).toBe('new');
    expect(data(trace, 'from', 't', 'x')).toBe('old');
  });
});

describe('targets', () => {
  const command = ['kubectl create cm t -n from --from-literal=x=1'];
  const patch = 'patchStrategicMerge: {data: {touched: "{{target.metadata.name}}"}}';
  const others =
    configMap('to', 'one', '{v: "1"}', '{app: a}') +
    configMap('to', 'two', '{v: "2"}', '{app: b}') +
    configMap('default', 'one', '{v: "3"}', '{app: a}');
  const touched = (trace: Trace): readonly (string | undefined)[] => [
    data(trace, 'to', 'one', 'touched'),
    data(trace, 'to', 'two', 'touched'),
    data(trace, 'default', 'one', 'touched'),
  ];
  const run = (targets: string, more = patch): Trace =>
    play(NAMESPACES + touch(targets, { patch: more }) + others, command);

  it('are found by wildcards in name and namespace', () => {
    expect(touched(run('[{apiVersion: v1, kind: ConfigMap, namespace: to, name: "*o*"}]'))).toEqual([
      'one',
      'two',
      undefined,
    ]);
    expect(touched(run('[{apiVersion: v1, kind: ConfigMap, namespace: "*", name: one}]'))).toEqual([
      'one',
      undefined,
      'one',
    ]);
  });

  it('are found by a selector, whose values may be variables', () => {
    const selector = "{matchLabels: {app: \"{{ request.object.data.x == '1' && 'a' || 'b' }}\"}}";
    expect(touched(run(`[{apiVersion: v1, kind: ConfigMap, namespace: to, selector: ${selector}}]`))).toEqual(
      ['one', undefined, undefined],
    );
  });

  it('are left out by their own preconditions, which see their own context', () => {
    const entry =
      '{apiVersion: v1, kind: ConfigMap, namespace: to, context: [{name: value, variable: {jmesPath: target.data.v}}], preconditions: {all: [{key: "{{value}}", operator: Equals, value: "1"}]}}';
    const trace = run(`[${entry}]`);
    expect(touched(trace)).toEqual(['one', undefined, undefined]);
    const kept = outcomeRows(trace, END).filter(({ state }) => state === 'unchanged');
    expect(kept.map(({ target }) => target?.name)).toContain('two');
    expect(kept.find(({ target }) => target?.name === 'two')?.reason).toBe(
      'Left as it is: preconditions not met.',
    );
  });

  it('are patched with patchesJson6902 and foreach as well', () => {
    const json = run(
      '[{apiVersion: v1, kind: ConfigMap, namespace: to, name: one}]',
      'patchesJson6902: \'[{"op":"add","path":"/data/touched","value":"{{target.metadata.name}}"}]\'',
    );
    expect(touched(json)[0]).toBe('one');
    const each = run(
      '[{apiVersion: v1, kind: ConfigMap, namespace: to, name: one}]',
      'foreach: [{list: "target.data | keys(@)", patchStrategicMerge: {data: {"copy-{{element}}": "no. {{elementIndex}}"}}}]',
    );
    expect(data(each, 'to', 'one', 'copy-v')).toBe('no. 0');
  });

  it('that are missing make five attempts, each with a line of its own and no Event (corrections.md D.6)', () => {
    const trace = play(NAMESPACES + touch(TARGET), command);
    expect(lives(trace, 1)).toEqual([DROPPED]);
    const text =
      'failed to mutate existing resource, rule touch-target, response error: : configmaps "target" not found';
    expect(messages(trace, 1)).toEqual([text]);
    expect(errorLines(trace, 1)).toHaveLength(5);
    expect(errorLines(trace, 1)[0]).toMatch(
      /mutate\.go:179 > {2}error="failed to mutate existing resource, rule touch-target, response error: : configmaps \\"target\\" not found" logger=background name=ur-/,
    );
    expect(mutateEvents(trace, 1)).toEqual([]);
  });

  it('that may not be read fail with the API server’s text', () => {
    const secret = '[{apiVersion: v1, kind: Secret, namespace: to, name: s}]';
    const trace = play(NAMESPACES + touch(secret), command);
    expect(lives(trace, 1)).toEqual([DROPPED]);
    expect(messages(trace, 1)).toEqual([
      'failed to mutate existing resource, rule touch-target, response error: : secrets "s" is forbidden: User "system:serviceaccount:kyverno:kyverno-background-controller" cannot get resource "secrets" in API group "" in the namespace "to"',
    ]);
  });

  it('that may not be written raise a PolicyError an attempt', () => {
    const namespaces = '[{apiVersion: v1, kind: Namespace, name: to}]';
    const trace = play(
      NAMESPACES + touch(namespaces, { patch: 'patchStrategicMerge: {metadata: {labels: {a: b}}}' }),
      command,
    );
    expect(lives(trace, 1)).toEqual([DROPPED]);
    const error =
      'namespaces "to" is forbidden: User "system:serviceaccount:kyverno:kyverno-background-controller" cannot update resource "namespaces" in API group "" in the namespace "to"';
    expect(messages(trace, 1)).toEqual([error]);
    expect(mutateEvents(trace, 1)).toEqual(
      Array.from({ length: 5 }, () => `PolicyError: policy touch/touch-target error: ${error}`),
    );
    expect(outcomeRows(trace, END)[0]).toMatchObject({ state: 'refused' });
  });

  it('of a kind that is not served are an error', () => {
    expect(messages(run('[{apiVersion: v1, kind: Nope, namespace: to, name: x}]'), 1)).toEqual([
      'failed to mutate existing resource, rule touch-target, response error: : resource not found',
    ]);
  });

  it('with variables that cannot be resolved are an error', () => {
    expect(
      messages(
        run('[{apiVersion: v1, kind: ConfigMap, namespace: to, name: "{{request.object.data.nope}}"}]'),
        1,
      )[0],
    ).toBe(
      'failed to mutate existing resource, rule touch-target, response error: : failed to substitute variables in target[0]: failed to resolve request.object.data.nope at path /name: JMESPath query failed: Unknown key "nope" in path',
    );
  });
});

describe('policy events', () => {
  const before = NAMESPACES + configMap('to', 'target', '{v: "1"}') + configMap('from', 'a', '{x: "1"}');
  const policy = (flag: string): string => touch(TARGET, { spec: flag, operations: ', names: [a]' });

  it('set a rule off for what exists, if it asks for that, with neither operation nor user', () => {
    const trace = play(before, ['kubectl create -f p.yaml'], {
      'p.yaml': policy('mutateExistingOnPolicyUpdate: true'),
    });
    expect(lives(trace, 1)).toEqual([COMPLETED]);
    expect(object(trace, 'ConfigMap', 'to', 'target')).toMatchObject({ data: { op: '', by: 'a' } });
    expect(outcomeRows(trace, END)[0]).toMatchObject({ action: 'mutate', state: 'changed' });
  });

  it('do nothing otherwise', () => {
    const trace = play(before, ['kubectl create -f p.yaml'], { 'p.yaml': policy('') });
    expect(lives(trace, 1)).toEqual([]);
  });
});
