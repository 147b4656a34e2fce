import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { getString } from './base/json.ts';
import { withOrder } from './base/order.ts';
import { type ClusterBase, readClusterBase } from './cluster/cluster-base.ts';
import { nameOf } from './kubernetes/object.ts';
import { loadParts } from './parts.ts';
import { runScenario } from './run-scenario.ts';
import type { StepEvent } from './trace/event.ts';
import type { Trace } from './trace/trace.ts';

const root = join(import.meta.dirname, '../public');
const ORDERS = 12;

let base: ClusterBase;
beforeAll(async () => {
  await loadParts();
  const known = readClusterBase(
    JSON.parse(readFileSync(join(root, 'cluster/base-1.19.json'), 'utf8')),
    '1.19',
  );
  if (known === undefined) throw new Error('no base');
  base = known;
});

const deny = (name: string, failurePolicy: 'Fail' | 'Ignore'): string => `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: ${name}}
spec:
  failurePolicy: ${failurePolicy}
  rules:
    - name: never
      match: {any: [{resources: {kinds: [ConfigMap], names: [refused]}}]}
      validate: {failureAction: Enforce, message: ${name} says no, deny: {}}
`;
const mutate = (name: string): string => `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: ${name}}
spec:
  rules:
    - name: sign
      match: {any: [{resources: {kinds: [ConfigMap], names: [signed]}}]}
      mutate: {patchStrategicMerge: {metadata: {labels: {last: ${name}}}}}
`;
const step = (name: string): string => `    - name: create ${name}
      try:
        - create: {resource: {apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, namespace: default}}}
`;
const TEST = `apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
metadata: {name: orders}
spec:
  namespace: default
  steps:
`;

function run(policies: string, steps: string, order: number): Trace {
  const files = [
    { path: 'policies.yaml', text: policies },
    { path: 'chainsaw-test.yaml', text: TEST + steps },
  ];
  const { trace } = runScenario(files, { version: '1.19', seed: withOrder(1, order), base });
  if (trace === undefined) throw new Error('the scenario runs');
  return trace;
}

const all = (policies: string, steps: string): readonly Trace[] =>
  Array.from({ length: ORDERS }, (_, order) => run(policies, steps, order));

const answer = (trace: Trace): string =>
  trace.events.find((event): event is StepEvent => event.kind === 'step' && event.step === 1)?.stderr ?? '';
const marks = (trace: Trace): readonly string[] => trace.events.flatMap(({ couldAlso }) => couldAlso ?? []);

describe('what a real cluster could also do', () => {
  const policies = [deny('a-fails', 'Fail'), deny('b-ignores', 'Ignore')].join('---\n');

  it('lets either of two webhooks that refuse answer, and says so', () => {
    const traces = all(policies, step('refused'));
    const answered = new Set(traces.map((trace) => /webhook "([^"]+)"/.exec(answer(trace))?.[1]));
    expect(answered).toEqual(new Set(['validate.kyverno.svc-fail', 'validate.kyverno.svc-ignore']));
    expect(answer(traces[0] as Trace)).toContain('validate.kyverno.svc-fail');
    for (const trace of traces) {
      const other = answer(trace).includes('svc-fail"') ? 'svc-ignore' : 'svc-fail';
      expect(marks(trace)).toEqual([
        expect.stringMatching(new RegExp(`^validate\\.kyverno\\.${other} refuses too`)),
      ]);
      const told = trace.events.filter((event) => event.kind === 'event');
      expect(told.length).toBeGreaterThanOrEqual(2);
    }
  });

  it('says nothing where one webhook refuses', () => {
    for (const trace of all(deny('a-fails', 'Fail'), step('refused'))) expect(marks(trace)).toEqual([]);
  });

  it('lets policies change an object in any order', () => {
    const traces = all([mutate('a'), mutate('b')].join('---\n'), step('signed'));
    const last = new Set(
      traces.map((trace) => {
        const stored = trace.revisions.findLast(({ object }) => nameOf(object) === 'signed');
        return getString(stored?.object, 'metadata', 'labels', 'last');
      }),
    );
    expect(last).toEqual(new Set(['a', 'b']));
    for (const trace of traces) expect(marks(trace).join()).toContain('a and b change the object');
  });

  it('lets either UpdateRequest of two policies come first, and either may be the last to write', () => {
    const own = (name: string): string => `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: ${name}}
spec:
  rules:
    - name: make
      match: {any: [{resources: {kinds: [ConfigMap], names: [trigger]}}]}
      generate:
        apiVersion: v1
        kind: ConfigMap
        name: shared
        namespace: default
        synchronize: true
        data: {data: {owner: ${name}}}
`;
    const traces = all([own('a'), own('b')].join('---\n'), step('trigger'));
    const owners = new Set(
      traces.map((trace) => {
        const stored = trace.revisions.findLast(({ object }) => nameOf(object) === 'shared');
        return getString(stored?.object, 'data', 'owner');
      }),
    );
    expect(owners).toEqual(new Set(['a', 'b']));
    for (const trace of traces) {
      expect(marks(trace).filter((text) => text.startsWith('The UpdateRequest of')).length).toBe(2);
      expect(marks(trace).filter((text) => text.includes('before the answer')).length).toBe(2);
    }
  });

  it('is the same run for the same seed', () => {
    for (const order of [0, 3])
      expect(run(policies, step('refused'), order)).toEqual(run(policies, step('refused'), order));
  });
});
