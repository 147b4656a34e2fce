import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { get } from '../base/json.ts';
import { milliseconds } from '../base/units.ts';
import { readClusterBase } from '../cluster/cluster-base.ts';
import type { ScenarioStep } from '../simulation/scenario.ts';
import { simulate } from '../simulation/simulate.ts';
import { scenarioOf } from '../simulation/testing.ts';

const policy = (labels = ''): string => `
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: data${labels}}
spec:
  admission: false
  rules:
  - name: one
    match: {any: [{resources: {kinds: [ConfigMap], names: [a]}}]}
    validate: {message: k is 1, pattern: {data: {k: '1'}}}
`;
const object = (k: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\ndata: {k: '${k}'}\n`;
const EXCEPTION = `
apiVersion: kyverno.io/v2
kind: PolicyException
metadata: {name: e, namespace: default}
spec:
  exceptions: [{policyName: data, ruleNames: [one]}]
  match: {any: [{resources: {kinds: [ConfigMap]}}]}
`;
const FILES = {
  'p.yaml': policy(),
  'left-out.yaml': policy(', labels: {reports.kyverno.io/disabled: "true"}'),
  'a.yaml': object('2'),
  'changed.yaml': object('1'),
  'e.yaml': EXCEPTION,
  'admission.yaml': EXCEPTION.replace('spec:', 'spec:\n  background: false'),
};

/** Plays command lines, a number being a wait in seconds; what each background scan of the object found, in order. */
function scansOf(lines: readonly (string | number)[]): readonly string[] {
  const text = readFileSync(new URL('../../public/cluster/base-1.19.json', import.meta.url), 'utf8');
  const base = readClusterBase(JSON.parse(text), '1.19');
  if (base === undefined) throw new Error('no base for 1.19');
  const commands = lines.map((line) => (typeof line === 'string' ? line : 'kubectl version'));
  const scenario = scenarioOf('', commands, FILES);
  const steps = scenario.steps.map((step, index): ScenarioStep => {
    const line = lines[index];
    if (typeof line !== 'number') return step;
    return { ...step, action: { type: 'wait', duration: milliseconds(line * 1000) } };
  });
  const trace = simulate({ ...scenario, steps }, { version: '1.19', seed: 1, base, policyExceptions: true });
  return trace.events.flatMap((event) =>
    event.kind === 'report' && event.source === 'background-scan'
      ? event.results.map((result) => String(get({ ...result }, 'result')))
      : [],
  );
}

describe('the background scan', () => {
  it('looks at what exists when a policy becomes Ready', () => {
    expect(scansOf(['kubectl apply -f a.yaml', 'kubectl apply -f p.yaml'])).toEqual(['fail']);
  });

  it('looks at an object half a minute after it came, and after its content changed', () => {
    const made = ['kubectl apply -f p.yaml', 'kubectl apply -f a.yaml'];
    expect(scansOf([...made, 20])).toEqual([]);
    expect(scansOf([...made, 40])).toEqual(['fail']);
    expect(scansOf([...made, 40, 'kubectl apply -f changed.yaml', 40])).toEqual(['fail', 'pass']);
  });

  it('looks again when an exception comes and when it goes', () => {
    const made = ['kubectl apply -f a.yaml', 'kubectl apply -f p.yaml', 'kubectl apply -f e.yaml'];
    expect(scansOf(made)).toEqual(['fail', 'skip']);
    expect(scansOf([...made, 'kubectl delete -f e.yaml'])).toEqual(['fail', 'skip', 'fail']);
  });

  it('does not for an exception that is for admission alone, but heeds it when it looks', () => {
    const made = ['kubectl apply -f a.yaml', 'kubectl apply -f p.yaml', 'kubectl apply -f admission.yaml'];
    expect(scansOf(made)).toEqual(['fail']);
    expect(scansOf(['kubectl apply -f admission.yaml', ...made.slice(0, 2)])).toEqual(['skip']);
  });

  it('leaves out policies that are labelled so', () => {
    expect(scansOf(['kubectl apply -f a.yaml', 'kubectl apply -f left-out.yaml', 60])).toEqual([]);
  });
});
