import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { getList, getPath, type Json } from '../base/json.ts';
import { readClusterBase } from '../cluster/cluster-base.ts';
import { simulate } from '../simulation/simulate.ts';
import { outputsOf, scenarioOf } from '../simulation/testing.ts';
import type { TraceEvent } from '../trace/event.ts';
import type { Trace } from '../trace/trace.ts';

const text = readFileSync(new URL('../../public/cluster/base-1.19.json', import.meta.url), 'utf8');
const read = readClusterBase(JSON.parse(text), '1.19');
if (read === undefined) throw new Error('no base');
const base = read;

const play = (
  before: string,
  commands: readonly string[],
  options: { readonly policyExceptions?: boolean; readonly exceptionNamespace?: string } = {},
): Trace => simulate(scenarioOf(before, commands), { version: '1.19', seed: 1, base, ...options });

const verdicts = (trace: Trace): readonly string[] =>
  trace.events.flatMap((event) => (event.kind === 'step' && event.step > 0 ? [event.verdict] : []));

const ofKind = <K extends TraceEvent['kind']>(trace: Trace, kind: K) =>
  trace.events.filter((event): event is Extract<TraceEvent, { kind: K }> => event.kind === kind);

const warnings = (trace: Trace): readonly string[] =>
  outputsOf(trace)
    .flatMap((output) => output.split('\n'))
    .filter((line) => line.startsWith('Warning: policy'));

/** A policy `p` over ConfigMaps of the namespace `team` whose name is not kube-root-ca.crt. */
const policy = (rules: string, spec = '', annotations = '{}'): string => `
---
apiVersion: v1
kind: Namespace
metadata: {name: team, labels: {tier: prod}}
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: p, annotations: ${annotations}}
spec:
  ${spec}
  rules:
${rules}
`;

const rule = (name: string, body: string): string => `
  - name: ${name}
    match: {any: [{resources: {kinds: [ConfigMap], namespaces: [team]}}]}
    exclude: {any: [{resources: {names: [kube-root-ca.crt]}}]}
    ${body}
`;
const needsA = (settings = ''): string =>
  `validate: {${settings} message: a is needed, pattern: {data: {a: "?*"}}}`;

const CREATE = ['kubectl create cm x -n team --from-literal=b=1'];

/** The results of all reports, one text each. */
const results = (trace: Trace): readonly string[] =>
  ofKind(trace, 'report').flatMap(({ results: told }) =>
    told.map(({ rule: name, result, message }) => `${name} ${result} ${message ?? ''}`),
  );

describe('admission: false', () => {
  it('leaves requests alone; background still reports', () => {
    const trace = play(`${policy(rule('r', needsA('failureAction: Enforce,')), 'admission: false')}`, CREATE);
    expect(verdicts(trace)).toEqual(['allowed']);
    expect(ofKind(trace, 'webhook')).toEqual([]);
  });
});

describe('emitWarning', () => {
  const audit = rule('r', needsA());

  it('tells the failures of audit rules', () => {
    expect(warnings(play(policy(audit), CREATE))).toEqual([]);
    expect(warnings(play(policy(audit, 'emitWarning: true'), CREATE))).toEqual([
      'Warning: policy p.r: validation error: a is needed. rule r failed at path /data/a/',
    ]);
  });

  it('tells what a mutate rule did', () => {
    const mutate = rule('m', 'mutate: {patchStrategicMerge: {data: {c: "2"}}}');
    expect(warnings(play(policy(mutate), CREATE))).toEqual([]);
    expect(warnings(play(policy(mutate, 'emitWarning: true'), CREATE))).toEqual([
      'Warning: policy p.m: mutated ConfigMap/x in namespace team',
    ]);
  });

  it('names a Policy without its namespace', () => {
    const namespaced = policy(audit, 'emitWarning: true')
      .replace('kind: ClusterPolicy', 'kind: Policy')
      .replace('metadata: {name: p,', 'metadata: {name: p, namespace: team,')
      .replace(', namespaces: [team]', '');
    expect(warnings(play(namespaced, CREATE))).toEqual([
      'Warning: policy p.r: validation error: a is needed. rule r failed at path /data/a/',
    ]);
  });
});

describe('failureActionOverrides', () => {
  const overridden = (override: string): string =>
    policy(rule('r', needsA(`failureActionOverrides: [${override}],`)));

  it.each([
    ['{action: Enforce, namespaces: [te*]}', 'denied'],
    ['{action: Enforce, namespaces: [other]}', 'allowed'],
    ['{action: Enforce, namespaceSelector: {matchLabels: {tier: prod}}}', 'denied'],
    ['{action: Enforce, namespaceSelector: {matchLabels: {tier: dev}}}', 'allowed'],
    // Either is enough to enforce, but both are asked for before the request is blocked.
    ['{action: Enforce, namespaces: [team], namespaceSelector: {matchLabels: {tier: dev}}}', 'allowed'],
  ])('%s: %s', (override, verdict) => {
    expect(verdicts(play(overridden(override), CREATE))).toEqual([verdict]);
  });
});

describe('a rule that enforces beside one that audits', () => {
  it('is denied by the first alone; once it passes, Events tell of both', () => {
    const both = policy(
      rule('strict', needsA('failureAction: Enforce,')) +
        rule('loose', 'validate: {message: z is needed, pattern: {data: {z: "?*"}}}'),
    );
    const denied = play(both, CREATE);
    expect(outputsOf(denied).join('')).not.toContain('z is needed');
    const passed = play(both, ['kubectl create cm x -n team --from-literal=a=1']);
    const told = ofKind(passed, 'event').filter(({ regarding }) => regarding.kind === 'ConfigMap');
    expect(told.map(({ message }) => message).sort()).toEqual([
      'policy p/loose fail: validation error: z is needed. rule loose failed at path /data/z/',
      "policy p/strict pass: validation rule 'strict' passed.",
    ]);
  });
});

describe('applyRules: One', () => {
  it('stops at the first rule that passes or fails', () => {
    const rules = rule('first', needsA()) + rule('second', needsA());
    expect(new Set(results(play(policy(rules), CREATE)).map((line) => line.split(' ')[0]))).toEqual(
      new Set(['first', 'second']),
    );
    expect(
      new Set(results(play(policy(rules, 'applyRules: One'), CREATE)).map((line) => line.split(' ')[0])),
    ).toEqual(new Set(['first']));
  });
});

describe('reports', () => {
  const reportOf = (trace: Trace): Json | undefined => {
    const [report] = ofKind(trace, 'report');
    const stored = ofKind(trace, 'stored').find(
      ({ object }) => report !== undefined && object.name === report.report.name,
    );
    const object = stored && trace.revisions[stored.revision]?.object;
    return object && getList(object, 'spec', 'results')[0];
  };

  it('warn where the policy is not scored, with category and severity', () => {
    const annotations =
      '{policies.kyverno.io/scored: "false", policies.kyverno.io/category: Best, policies.kyverno.io/severity: high}';
    const result = reportOf(play(policy(rule('r', needsA()), 'background: false', annotations), CREATE));
    expect(result).toMatchObject({ result: 'warn', scored: false, category: 'Best', severity: 'high' });
  });

  it('carry reportProperties, which may say the message', () => {
    const body = `reportProperties: {owner: "{{request.object.metadata.name}}", failMessage: "see {{request.object.metadata.name}}"}
    ${needsA()}`;
    const result = reportOf(play(policy(rule('r', body), 'background: false'), CREATE));
    expect(result).toMatchObject({
      message: 'see x',
      properties: { owner: 'x', failMessage: 'see x', process: 'admission review' },
    });
    expect(getPath(result, ['result'])).toBe('fail');
  });
});

describe('the report of a podSecurity rule', () => {
  it('lists the controls with their images', () => {
    const body = 'validate: {podSecurity: {level: baseline, version: latest}}';
    const pod = `apiVersion: v1
kind: Pod
metadata: {name: x, namespace: team}
spec: {hostNetwork: true, containers: [{name: c, image: nginx, securityContext: {privileged: true}}]}
`;
    const scenario = scenarioOf(
      policy(rule('r', body).replaceAll('ConfigMap', 'Pod'), 'background: false'),
      ['kubectl create -f pod.yaml'],
      { 'pod.yaml': pod },
    );
    const [report] = ofKind(simulate(scenario, { version: '1.19', seed: 1, base }), 'report');
    expect(report?.results[0]?.properties).toEqual({
      standard: 'baseline',
      version: 'latest',
      controls: 'hostNamespaces,privileged',
      controlsJSON:
        '[{"ID":"hostNamespaces","Name":"Host Namespaces","Images":null},{"ID":"privileged","Name":"Privileged Containers","Images":["docker.io/nginx:latest"]}]',
      process: 'admission review',
    });
  });
});

describe('a mutate rule at admission', () => {
  const broken = 'mutate: {patchStrategicMerge: {data: {c: "{{request.object.data.nope}}"}}}';

  it('has its result in a report', () => {
    const trace = play(policy(rule('m', 'mutate: {patchStrategicMerge: {data: {c: "2"}}}')), CREATE);
    expect(results(trace)).toEqual(['m pass mutated ConfigMap/x in namespace team']);
  });

  it('that cannot be carried out raises Events where the policy lets it pass', () => {
    const trace = play(policy(rule('m', broken), 'failurePolicy: Ignore'), CREATE);
    expect(verdicts(trace)).toEqual(['allowed']);
    expect(ofKind(trace, 'event').map(({ regarding }) => regarding.kind)).toEqual([
      'ClusterPolicy',
      'ConfigMap',
    ]);
    const denied = play(policy(rule('m', broken)), CREATE);
    expect(verdicts(denied)).toEqual(['denied']);
    expect(ofKind(denied, 'event')).toEqual([]);
  });
});

describe('PolicyException', () => {
  const exception = (match: string, more = ''): string => `
---
apiVersion: kyverno.io/v2
kind: PolicyException
metadata: {name: e, namespace: team}
spec:
  exceptions: [{policyName: p, ruleNames: ["r*"]}]
  match: ${match}
  ${more}
`;
  const enforced = policy(rule('r', needsA('failureAction: Enforce,')));
  const names = (...list: readonly string[]): string =>
    `{any: [{resources: {kinds: [ConfigMap], names: [${list.join(', ')}]}}]}`;
  const run = (polex: string, on = true): readonly string[] =>
    verdicts(play(enforced + polex, CREATE, { policyExceptions: on }));

  it('takes what it matches out of the rule, where the feature is on', () => {
    expect(run(exception(names('x')))).toEqual(['allowed']);
    expect(run(exception(names('x')), false)).toEqual(['denied']);
    expect(run(exception(names('other')))).toEqual(['denied']);
  });

  it('counts in the namespace of the flag alone', () => {
    const polex = exception(names('x'));
    const of = (exceptionNamespace: string): readonly string[] =>
      verdicts(play(enforced + polex, CREATE, { policyExceptions: true, exceptionNamespace }));
    expect(['team', '*', 'other', ''].map((flag) => of(flag)[0])).toEqual([
      'allowed',
      'allowed',
      'denied',
      'denied',
    ]);
  });

  it('matches any filter, or all of them', () => {
    const all = (second: string): string =>
      `{all: [{resources: {kinds: [ConfigMap]}}, {resources: {names: [${second}]}}]}`;
    expect(run(exception(all('x')))).toEqual(['allowed']);
    expect(run(exception(all('y')))).toEqual(['denied']);
  });

  it('has conditions over the request', () => {
    const when = (value: string): string =>
      `conditions: {all: [{key: "{{request.object.data.b}}", operator: Equals, value: "${value}"}]}`;
    expect(run(exception(names('x'), when('1')))).toEqual(['allowed']);
    expect(run(exception(names('x'), when('2')))).toEqual(['denied']);
  });

  it('takes single controls of podSecurity out', () => {
    const pods = `
---
apiVersion: v1
kind: Namespace
metadata: {name: team}
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: p}
spec:
  background: false
  rules:
  - name: r
    match: {any: [{resources: {kinds: [Pod]}}]}
    validate: {failureAction: Enforce, podSecurity: {level: baseline, version: latest}}
`;
    const pod = (spec: string): string => `apiVersion: v1
kind: Pod
metadata: {name: x, namespace: team}
spec: {${spec}, containers: [{name: c, image: a}]}
`;
    const polex = exception(
      '{any: [{resources: {kinds: [Pod]}}]}',
      'podSecurity: [{controlName: Host Namespaces}]',
    );
    const create = (spec: string): readonly string[] => {
      const scenario = scenarioOf(pods + polex, ['kubectl create -f pod.yaml'], { 'pod.yaml': pod(spec) });
      return verdicts(simulate(scenario, { version: '1.19', seed: 1, base, policyExceptions: true }));
    };
    expect(create('hostNetwork: true')).toEqual(['allowed']);
    expect(create('hostNetwork: true, volumes: [{name: v, hostPath: {path: /x}}]')).toEqual(['denied']);
  });
});

describe('what is not simulated', () => {
  it.each([
    ['verifyImages', 'verifyImages: [{imageReferences: ["*"]}]', 'it needs a registry'],
    ['validate.cel', 'validate: {cel: {expressions: [{expression: "true"}]}}', 'it needs the CEL'],
    [
      'validate.manifests',
      'validate: {manifests: {attestors: [{entries: [{keys: {publicKeys: k}}]}]}}',
      'it needs signatures',
    ],
  ])('%s is said to be so, and never passes', (what, body, reason) => {
    const trace = play(policy(rule('r', body).replaceAll('ConfigMap', 'Pod'), 'background: false'), [
      'kubectl run x --image=a -n team',
    ]);
    const told = ofKind(trace, 'unsupported').filter((event) => event.what === what);
    expect(told.length).toBeGreaterThan(0);
    expect(told[0]?.message).toContain(reason);
    expect(results(trace)).toEqual([]);
    expect(ofKind(trace, 'rule').filter(({ status }) => status === 'pass')).toEqual([]);
  });
});
