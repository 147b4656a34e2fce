import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { get, getList, type Json } from '../base/json.ts';
import { milliseconds } from '../base/units.ts';
import { type ClusterBase, readClusterBase } from '../cluster/cluster-base.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { ScenarioStep } from '../simulation/scenario.ts';
import { simulate } from '../simulation/simulate.ts';
import { scenarioOf } from '../simulation/testing.ts';
import { objectsAt } from '../trace/outcome.ts';
import type { Trace } from '../trace/trace.ts';

const END = milliseconds(Number.MAX_SAFE_INTEGER);

function base(): ClusterBase {
  const text = readFileSync(new URL('../../public/cluster/base-1.19.json', import.meta.url), 'utf8');
  const read = readClusterBase(JSON.parse(text), '1.19');
  if (read === undefined) throw new Error('no base for 1.19');
  return read;
}

const policy = (more = '', rule = ''): string => `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: labels, annotations: {policies.kyverno.io/severity: high}}
spec:
  validationFailureAction: Audit
${more}
  rules:
  - name: team
${rule}
    match: {any: [{resources: {kinds: [ConfigMap], names: [a]}}]}
    validate: {message: label team is required, pattern: {metadata: {labels: {team: '?*'}}}}
`;
const OBJECT = `
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: default}
`;
const FILES = { 'p.yaml': policy(), 'a.yaml': OBJECT };

/** Plays command lines; a number is a wait in seconds. */
function play(
  before: string,
  lines: readonly (string | number)[],
  files: Readonly<Record<string, string>> = FILES,
): Trace {
  const commands = lines.map((line) => (typeof line === 'string' ? line : 'kubectl version'));
  const scenario = scenarioOf(before, commands, files);
  const steps = scenario.steps.map((step, index): ScenarioStep => {
    const line = lines[index];
    return typeof line === 'number'
      ? { ...step, action: { type: 'wait', duration: milliseconds(line * 1000) } }
      : step;
  });
  return simulate({ ...scenario, steps }, { version: '1.19', seed: 1, base: base(), policyExceptions: true });
}

const objects = (trace: Trace, kind: string): readonly KubernetesObject[] =>
  objectsAt(trace, END)
    .filter(({ ref }) => ref.kind === kind)
    .flatMap(({ revision }) => trace.revisions[revision]?.object ?? []);

const results = (trace: Trace): readonly Json[] =>
  objects(trace, 'PolicyReport').flatMap((report) =>
    getList(report, 'results').map((result) => `${get(result, 'rule')}: ${get(result, 'result')}`),
  );

describe('the report of an object', () => {
  it('comes twice ten seconds after the request: the report of admission is given its owner first', () => {
    const lines = ['kubectl create -f p.yaml', 'kubectl create -f a.yaml'];
    expect(objects(play('', [...lines, 15]), 'PolicyReport')).toEqual([]);
    const trace = play('', [...lines, 25]);
    const [subject] = objects(trace, 'ConfigMap').filter(({ metadata }) => metadata['name'] === 'a');
    const uid = String(subject?.metadata['uid']);
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid };
    const [report] = objects(trace, 'PolicyReport');
    expect(report).toMatchObject({
      metadata: {
        name: uid,
        namespace: 'default',
        labels: { 'app.kubernetes.io/managed-by': 'kyverno' },
        ownerReferences: [owner],
      },
      scope: { ...owner, namespace: 'default' },
      summary: { error: 0, fail: 1, pass: 0, skip: 0, warn: 0 },
      results: [
        { policy: 'labels', rule: 'team', result: 'fail', scored: true, severity: 'high', source: 'kyverno' },
      ],
    });
    expect(objects(trace, 'EphemeralReport')).toEqual([]);
  });

  it('comes ten seconds after the background scan', () => {
    const trace = play(OBJECT, ['kubectl create -f p.yaml', 12]);
    expect(results(trace)).toEqual(['team: fail']);
  });

  it('comes of no scan where there is none', () => {
    const files = { 'p.yaml': policy('  background: false') };
    expect(results(play(OBJECT, ['kubectl create -f p.yaml', 60], files))).toEqual([]);
  });

  it('follows its object: half a minute after a change it is scanned anew', () => {
    const lines = ['kubectl create -f p.yaml', 12, 'kubectl label cm a team=x'];
    const files = { 'p.yaml': policy('  admission: false') };
    expect(results(play(OBJECT, [...lines, 25], files))).toEqual(['team: fail']);
    expect(results(play(OBJECT, [...lines, 45], files))).toEqual(['team: pass']);
  });

  it('goes with its object, and with its policy', () => {
    const lines = ['kubectl create -f p.yaml', 12];
    expect(results(play(OBJECT, [...lines, 'kubectl delete cm a', 5]))).toEqual([]);
    expect(results(play(OBJECT, [...lines, 'kubectl delete cpol labels', 12]))).toEqual([]);
  });

  it('says what an exception skips, from the moment that there is one', () => {
    const exception = `
apiVersion: kyverno.io/v2
kind: PolicyException
metadata: {name: e, namespace: default}
spec:
  exceptions: [{policyName: labels, ruleNames: [team]}]
  match: {any: [{resources: {kinds: [ConfigMap]}}]}
`;
    const lines = ['kubectl create -f p.yaml', 12, 'kubectl create -f e.yaml', 12];
    expect(results(play(OBJECT, lines, { ...FILES, 'e.yaml': exception }))).toEqual(['team: skip']);
  });

  it('is not written for a policy that is not to be reported', () => {
    const files = {
      'p.yaml': policy().replace(
        'name: labels,',
        'name: labels, labels: {reports.kyverno.io/disabled: "true"},',
      ),
      'a.yaml': OBJECT,
    };
    expect(results(play('', ['kubectl create -f p.yaml', 'kubectl create -f a.yaml', 60], files))).toEqual(
      [],
    );
  });

  it('is written anew every hour', () => {
    const trace = play(OBJECT, ['kubectl create -f p.yaml', 7300]);
    const scans = trace.events.filter((event) => event.kind === 'report');
    expect(scans.map(({ time }) => Math.round(time / 3_600_000))).toEqual([0, 1, 2]);
  });

  it('keeps no run alive', () => {
    expect(play(OBJECT, ['kubectl create -f p.yaml']).end).toBeLessThan(5000);
  });
});
