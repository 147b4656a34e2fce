import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readClusterBase } from '../cluster/cluster-base.ts';
import type { KyvernoVersion } from '../kyverno/versions.ts';
import { simulate } from './simulate.ts';
import { outputsOf, scenarioOf } from './testing.ts';

function run(before: string, commands: readonly string[], version: KyvernoVersion = '1.19') {
  const text = readFileSync(new URL(`../../public/cluster/base-${version}.json`, import.meta.url), 'utf8');
  const base = readClusterBase(JSON.parse(text), version);
  if (base === undefined) throw new Error(`no base ${version}`);
  return simulate(scenarioOf(before, commands), { version, seed: 1, base });
}

const policy = (conditions: string, more = ''): string => `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: require-team}
spec:
  ${more}
  webhookConfiguration:
    matchConditions:
${conditions}
  rules:
  - name: check-team
    match: {any: [{resources: {kinds: [ConfigMap]}}]}
    validate:
      failureAction: Enforce
      message: label team is required
      pattern: {metadata: {labels: {team: '?*'}}}
`;
const NOT_SYSTEM = `
    - name: not-kube
      expression: '!object.metadata.name.startsWith("kube-")'
`;

describe('match conditions of a policy', () => {
  it('give the policy a webhook of its own', () => {
    const trace = run(policy(NOT_SYSTEM), ['kubectl create configmap a']);
    expect(outputsOf(trace)[0]).toContain(
      'admission webhook "validate.kyverno.svc-fail-finegrained-require-team" denied the request:',
    );
  });

  it('keep the webhook from being called where one is false, and say which', () => {
    const trace = run(policy(NOT_SYSTEM), ['kubectl create configmap kube-a']);
    expect(outputsOf(trace)).toEqual(['configmap/kube-a created\n']);
    expect(trace.events.some(({ kind }) => kind === 'webhook')).toBe(false);
    const rules = trace.events.flatMap((event) => (event.kind === 'rule' ? [event] : []));
    expect(rules.map(({ status, message }) => `${status}: ${message}`)).toEqual([
      "none: not called: match condition 'not-kube' is false",
    ]);
    const [tree] = rules.map(({ evaluation }) => trace.evaluations[evaluation]?.tree);
    expect(tree?.[0]?.children).toMatchObject([{ label: 'not-kube', status: 'fail', decided: true }]);
  });

  const BROKEN = `
    - {name: owned, expression: 'object.metadata.labels.owner == "me"'}
`;

  it('refuse the request when one cannot be evaluated, as the API server says it', () => {
    const trace = run(policy(BROKEN), ['kubectl create configmap a']);
    expect(outputsOf(trace)).toEqual([
      `error: failed to create configmap: configmaps "a" is forbidden: expression 'object.metadata.labels.owner == "me"' resulted in error: no such key: labels\n`,
    ]);
  });

  it('leave the webhook out when one cannot be evaluated and the failure policy is Ignore', () => {
    const trace = run(policy(BROKEN, 'failurePolicy: Ignore'), ['kubectl create configmap a']);
    expect(outputsOf(trace)).toEqual(['configmap/a created\n']);
  });

  it('let a false condition win over one that cannot be evaluated', () => {
    const trace = run(policy(`${BROKEN}${NOT_SYSTEM}`), ['kubectl create configmap kube-a']);
    expect(outputsOf(trace)).toEqual(['configmap/kube-a created\n']);
  });

  it('are asked again by the engine, which knows no absent object', () => {
    const condition = `
    - {name: new, expression: 'oldObject == null'}
`;
    const trace = run(policy(condition), ['kubectl create configmap a']);
    expect(trace.events.some(({ kind }) => kind === 'webhook')).toBe(true);
    expect(outputsOf(trace)).toEqual(['configmap/a created\n']);
  });

  it('count as true where they call what is not simulated, which is said', () => {
    const condition = `
    - {name: local, expression: 'isIP("::1")'}
`;
    const trace = run(policy(condition), ['kubectl create configmap a']);
    expect(outputsOf(trace)[0]).toContain('denied the request');
    expect(trace.events.flatMap((event) => (event.kind === 'unsupported' ? [event.message] : []))[0]).toBe(
      'A match condition of policy require-team calls isIP, which is not simulated: it counts as true.',
    );
  });

  it('audit in their own webhook, in time for a warning', () => {
    const audited = policy(NOT_SYSTEM).replace('Enforce', 'Audit');
    const trace = run(audited, ['kubectl create configmap a']);
    expect(outputsOf(trace)).toEqual([
      'Warning: policy require-team.check-team: validation error: label team is required. rule check-team failed at path /metadata/labels/\nconfigmap/a created\n',
    ]);
    expect(
      trace.events.filter((event) => event.kind === 'rule' && event.phase === 'admission'),
    ).toMatchObject([{ status: 'fail' }]);
  });
});
