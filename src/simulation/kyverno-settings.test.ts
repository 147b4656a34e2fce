import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readClusterBase } from '../cluster/cluster-base.ts';
import { readScenario } from '../formats/read-scenario.ts';
import type { KyvernoVersion } from '../kyverno/versions.ts';
import { parseFile } from '../manifest/parse.ts';
import type { StepEvent, TraceEvent } from '../trace/event.ts';
import { diagnosePolicies } from './diagnose-policies.ts';
import { simulate } from './simulate.ts';
import { scriptedTest as test } from './testing.ts';

function baseOf(version: KyvernoVersion) {
  const path = join(import.meta.dirname, `../../public/cluster/base-${version}.json`);
  const base = readClusterBase(JSON.parse(readFileSync(path, 'utf8')), version);
  if (base === undefined) throw new Error('no base');
  return base;
}

type Files = Readonly<Record<string, string>>;

const parsed = (files: Files) => Object.entries(files).map(([path, text]) => parseFile({ path, text }));

function play(files: Files, version: KyvernoVersion = '1.19') {
  const scenario = readScenario(parsed(files));
  expect(scenario.diagnostics).toEqual([]);
  const { events } = simulate(scenario, { version, seed: 1, base: baseOf(version) });
  const steps = events.filter((event): event is StepEvent => event.kind === 'step' && event.step > 0);
  const of = <Kind extends TraceEvent['kind']>(kind: Kind) =>
    events.filter((event): event is Extract<TraceEvent, { kind: Kind }> => event.kind === kind);
  return { steps, of };
}

const judge = (kyverno: string, version: KyvernoVersion = '1.19') =>
  diagnosePolicies(
    parsed({ 'kyverno.yaml': kyverno }).flatMap(({ documents }) => documents),
    { version, base: baseOf(version) },
  ).map(({ code, hint, location }) => ({ code, line: location?.line, hint }));

const config = (...data: readonly string[]): string => `apiVersion: v1
kind: ConfigMap
metadata: {name: kyverno, namespace: kyverno}
data:
${data.map((line) => `  ${line}\n`).join('')}`;

const deployment = (name: string, ...args: readonly string[]): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: kyverno-${name}, namespace: kyverno}
spec:
  template:
    spec:
      containers:
        - name: kyverno
          args:
${args.map((arg) => `            - ${arg}\n`).join('')}`;

const DENIES = `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: no-configmaps}
spec:
  rules:
    - name: none
      match: {any: [{resources: {kinds: [ConfigMap]}}]}
      validate: {failureAction: Enforce, message: "no ConfigMaps", deny: {}}
`;

const GENERATES = `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: settings}
spec:
  rules:
    - name: settings
      match: {any: [{resources: {kinds: [Namespace]}}]}
      generate:
        synchronize: true
        apiVersion: v1
        kind: ConfigMap
        name: settings
        namespace: "{{ request.object.metadata.name }}"
        data: {data: {a: b}}
`;

const CREATE = 'kubectl create configmap a';

describe('the ConfigMap kyverno', () => {
  it('filters what resourceFilters name instead of the chart’s', () => {
    const { steps } = play({
      'kyverno.yaml': config('resourceFilters: "[ConfigMap,default,*]"'),
      'policies.yaml': DENIES,
      'chainsaw-test.yaml': test(CREATE, 'kubectl create configmap a -n kube-public'),
    });
    expect(steps.map(({ exitCode }) => exitCode)).toEqual([0, 1]);
  });

  it('keeps the chart’s keys beside those that are given', () => {
    const { steps } = play({
      'kyverno.yaml': config('excludeUsernames: bob'),
      'chainsaw-test.yaml': test('kubectl get configmap kyverno -n kyverno -o yaml'),
    });
    expect(steps[0]?.stdout).toContain('excludeGroups: system:nodes');
    expect(steps[0]?.stdout).toContain('excludeUsernames: bob');
  });

  it('keeps all the chart’s keys where only comments stand', () => {
    const { steps } = play({
      'kyverno.yaml': `${config()}  # excludeUsernames: bob\n`,
      'chainsaw-test.yaml': test('kubectl get configmap kyverno -n kyverno -o yaml'),
    });
    expect(steps[0]?.stdout).toContain('excludeGroups: system:nodes');
  });

  it('takes effect when a step changes it', () => {
    const { steps } = play({
      'policies.yaml': DENIES,
      'chainsaw-test.yaml': test(
        CREATE,
        `kubectl patch configmap kyverno -n kyverno --type merge -p '{"data":{"excludeUsernames":"kubernetes-*"}}'`,
        CREATE,
        'kubectl delete configmap kyverno -n kyverno',
        'kubectl create configmap b',
      ),
    });
    expect(steps.map(({ exitCode }) => exitCode)).toEqual([1, 0, 0, 0, 1]);
  });

  it('ends the making of UpdateRequests at updateRequestThreshold, from 1.12 on', () => {
    const files = {
      'kyverno.yaml': config('updateRequestThreshold: "0"'),
      'policies.yaml': GENERATES,
      'chainsaw-test.yaml': test('kubectl create namespace a'),
    };
    const { of } = play(files);
    expect(of('update-request')).toEqual([]);
    expect(of('log').map(({ message }) => message)).toContain(
      'the number of updaterequests exceeds the threshold, please adjust updateRequestThreshold in the Kyverno configmap',
    );
    expect(play(files, '1.11').of('update-request').length).toBeGreaterThan(0);
  });
});

describe('flags of the controllers', () => {
  const exception = `apiVersion: kyverno.io/v2
kind: PolicyException
metadata: {name: e, namespace: trusted}
spec:
  match: {any: [{resources: {kinds: [ConfigMap]}}]}
  exceptions: [{policyName: no-configmaps, ruleNames: [none]}]
`;
  const files = (...args: readonly string[]) => ({
    'kyverno.yaml': deployment('admission-controller', ...args),
    'policies.yaml': DENIES,
    'cluster.yaml': `apiVersion: v1\nkind: Namespace\nmetadata: {name: trusted}\n---\n${exception}`,
    'chainsaw-test.yaml': test(CREATE),
  });

  it('--enablePolicyException lets exceptions of --exceptionNamespace count', () => {
    const exits = (...args: readonly string[]) => play(files(...args)).steps.map(({ exitCode }) => exitCode);
    expect(exits('--enablePolicyException=true', '--exceptionNamespace=trusted')).toEqual([0]);
    expect(exits('--enablePolicyException', '--exceptionNamespace=*')).toEqual([0]);
    expect(exits('--enablePolicyException', '--exceptionNamespace=other')).toEqual([1]);
    expect(exits('--enablePolicyException')).toEqual([1]);
    expect(exits('--exceptionNamespace=trusted')).toEqual([1]);
  });

  it('--omitEvents leaves Events of a reason unwritten', () => {
    const reasons = (list: string) =>
      play(files(`--omitEvents=${list}`))
        .of('event')
        .map(({ reason }) => reason);
    expect(reasons('PolicyApplied')).toContain('PolicyViolation');
    expect(reasons('PolicyViolation,PolicyApplied')).toEqual([]);
  });

  it('PolicyApplied needs generateSuccessEvents too', () => {
    const applied = (data: string) =>
      play({
        'kyverno.yaml': `${deployment('background-controller', '--omitEvents=PolicySkipped')}---\n${config(data)}`,
        'policies.yaml': GENERATES,
        'chainsaw-test.yaml': test('kubectl create namespace a'),
      })
        .of('event')
        .filter(({ reason }) => reason === 'PolicyApplied');
    expect(applied('generateSuccessEvents: "false"')).toEqual([]);
    expect(applied('generateSuccessEvents: "true"')).toHaveLength(2);
    expect(applied('generateSuccessEvents: "true"\n  successEventActions: Resource Generated')).toHaveLength(
      1,
    );
  });

  it('--admissionReports=false and --enableReporting write no reports', () => {
    const reports = (...args: readonly string[]) =>
      play({ ...files(...args), 'policies.yaml': DENIES.replace('Enforce', 'Audit') })
        .of('report')
        .filter(({ source }) => source === 'admission').length;
    expect(reports('--admissionReports=true')).toBeGreaterThan(0);
    expect(reports('--admissionReports=false')).toBe(0);
    expect(reports('--enableReporting=mutate,generate')).toBe(0);
  });

  it('--forceFailurePolicyIgnore calls every webhook as one that may fail', () => {
    const { of } = play(files('--forceFailurePolicyIgnore=true'));
    expect(of('webhook').map(({ name }) => name)).toContain('validate.kyverno.svc-ignore');
  });

  it('--protectManagedResources leaves what Kyverno made to Kyverno', () => {
    const { steps } = play({
      'kyverno.yaml': deployment('admission-controller', '--protectManagedResources=true'),
      'policies.yaml': GENERATES,
      'chainsaw-test.yaml': test(
        'kubectl create namespace a',
        'kubectl delete configmap settings -n a',
        'kubectl label configmap settings -n a app.kubernetes.io/managed-by-',
      ),
    });
    expect(steps[1]?.stderr).toContain('A kyverno managed resource can only be modified by kyverno');
    expect(steps.map(({ exitCode }) => exitCode)).toEqual([0, 1, 1]);
  });

  it('--backgroundScan=false and --backgroundScanInterval say when the reports controller scans', () => {
    const scans = (...args: readonly string[]) =>
      play({
        'kyverno.yaml': deployment('reports-controller', ...args),
        'cluster.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: old, namespace: default}\n',
        'policies.yaml': DENIES,
        'chainsaw-test.yaml': `${test('kubectl get namespaces')}        - sleep: {duration: 11m}\n`,
      })
        .of('report')
        .filter(({ source }) => source === 'background-scan').length;
    expect(scans('--backgroundScanInterval=10m')).toBeGreaterThan(0);
    expect(scans('--backgroundScanInterval=1h')).toBe(0);
    expect(scans('--backgroundScanInterval=10m', '--backgroundScan=false')).toBe(0);
  });

  it('--crdWatcher knows a kind as soon as its CRD is there', () => {
    const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: widgets, labels: {rbac.kyverno.io/aggregate-to-background-controller: "true", rbac.kyverno.io/aggregate-to-admission-controller: "true"}}
rules: [{apiGroups: [example.com], resources: [widgets], verbs: ["*"]}]
`;
    const policy = GENERATES.replace('apiVersion: v1\n', 'apiVersion: example.com/v1\n').replace(
      'kind: ConfigMap',
      'kind: Widget',
    );
    const exits = (...args: readonly string[]) =>
      play({
        'kyverno.yaml': deployment('admission-controller', ...args),
        'crd.yaml': crd,
        'policy.yaml': policy,
        'chainsaw-test.yaml': test('kubectl apply -f crd.yaml', 'kubectl apply -f policy.yaml'),
      }).steps.map(({ exitCode }) => exitCode);
    expect(exits('--crdWatcher=false')).toEqual([0, 1]);
    expect(exits('--crdWatcher=true')).toEqual([0, 0]);
  });
});

describe('the trace', () => {
  it('names what differs from the chart', () => {
    const kyverno = `${deployment('background-controller', '--genWorkers=10', '--omitEvents=')}---\n${config('excludeRoles: a')}`;
    const scenario = readScenario(
      parsed({ 'kyverno.yaml': kyverno, 'chainsaw-test.yaml': test('kubectl get ns') }),
    );
    const { settings } = simulate(scenario, { version: '1.19', seed: 1, base: baseOf('1.19') });
    expect(settings).toEqual([
      'kyverno-background-controller --omitEvents=',
      'ConfigMap kyverno: excludeRoles',
    ]);
  });
});

describe('the hourly reconciliation', () => {
  it('makes again what was changed behind Kyverno’s back', () => {
    const { steps } = play({
      'kyverno.yaml': config('resourceFilters: "[ConfigMap,*,*]"'),
      'policies.yaml': GENERATES,
      'chainsaw-test.yaml': `${test(
        'kubectl create namespace a',
        `kubectl patch configmap settings -n a --type merge -p '{"data":{"a":"x"}}'`,
        'kubectl get configmap settings -n a -o jsonpath={.data.a}',
      )}        - sleep: {duration: 61m}
        - script:
            content: kubectl get configmap settings -n a -o jsonpath={.data.a}
`,
    });
    expect([steps[2]?.stdout, steps.at(-1)?.stdout]).toEqual(['x', 'b']);
  });
});

describe('what is wrong with kyverno.yaml', () => {
  it('is told at the argument: unknown, of another controller, of another version, not simulated', () => {
    const args = [
      '--omitEvent=x',
      '--genWorkers=2',
      '--excludeBootstrapResources',
      '--v=4',
      '--webhookTimeout=x',
    ];
    expect(judge(deployment('admission-controller', ...args), '1.18')).toEqual([
      { code: 'kyverno-flag-unknown', line: 10, hint: 'Did you mean --omitEvents?' },
      { code: 'kyverno-flag-unknown', line: 11, hint: 'kyverno-background-controller has it.' },
      { code: 'kyverno-flag-unknown', line: 12, hint: 'It exists from 1.19 on.' },
      { code: 'kyverno-flag-not-simulated', line: 13, hint: undefined },
      { code: 'kyverno-flag-not-simulated', line: 14, hint: undefined },
    ]);
    expect(judge(deployment('background-controller', '--genWorkers=many'))).toEqual([
      { code: 'kyverno-flag', line: 10, hint: undefined },
    ]);
  });

  it('is told at the key: unknown, no text, not simulated, not readable', () => {
    const data = ['excludeGroup: a', 'excludeRoles: [a]', 'defaultRegistry: ghcr.io', 'webhooks: "{"'];
    expect(judge(config(...data))).toEqual([
      { code: 'kyverno-configuration-unknown', line: 5, hint: 'Did you mean excludeGroups?' },
      { code: 'kyverno-configuration', line: 6, hint: undefined },
      { code: 'kyverno-configuration-not-simulated', line: 7, hint: undefined },
      { code: 'kyverno-configuration', line: 8, hint: undefined },
    ]);
  });

  it('is told of an object that is no setting', () => {
    expect(judge('apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n').map(({ code }) => code)).toEqual([
      'kyverno-settings-object',
    ]);
  });

  it('is nothing where a setting is in order', () => {
    expect(judge(deployment('reports-controller', '--backgroundScan=false', '--metricsPort=8001'))).toEqual(
      [],
    );
  });
});
