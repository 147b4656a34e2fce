import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ClusterBase, readClusterBase } from '../cluster/cluster-base.ts';
import { parseFiles } from '../manifest/parse.ts';
import { simulate } from '../simulation/simulate.ts';
import type { Expectation, StepEvent } from '../trace/event.ts';
import type { Trace } from '../trace/trace.ts';
import { readScenario } from './read-scenario.ts';

let base: ClusterBase;
beforeAll(() => {
  const text = readFileSync(new URL('../../public/cluster/base-1.19.json', import.meta.url), 'utf8');
  const read = readClusterBase(JSON.parse(text), '1.19');
  if (read === undefined) throw new Error('no base');
  base = read;
});

/** A Test of those steps, run; indented as under `steps:`. */
function run(steps: string, files: Readonly<Record<string, string>> = {}, spec = ''): Trace {
  const test = `apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
metadata:
  name: checks
spec:
  namespace: default
${spec}  steps:
${steps}`;
  const texts = Object.entries({ 'chainsaw-test.yaml': test, ...files });
  const scenario = readScenario(parseFiles(texts.map(([path, text]) => ({ path, text }))));
  expect(scenario.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return simulate(scenario, { version: '1.19', seed: 1, base });
}

const stepEvents = (trace: Trace): readonly StepEvent[] =>
  trace.events.filter((event): event is StepEvent => event.kind === 'step' && event.step > 0);
const expectations = (trace: Trace): readonly Expectation[] =>
  stepEvents(trace).flatMap((event) => event.expectations ?? []);
const results = (trace: Trace): readonly string[] => expectations(trace).map(({ result }) => result);
const titles = (trace: Trace): readonly string[] => trace.steps.slice(1).map(({ title }) => title);

const CREATE = `    - try:
        - create:
            resource: { apiVersion: v1, kind: ConfigMap, metadata: { name: one }, data: { colour: red } }
`;

const assertion = (colour: string, more = ''): string => `    - try:
        - assert:
${more}            resource: { apiVersion: v1, kind: ConfigMap, metadata: { name: one }, data: { colour: ${colour} } }
`;

describe('An assertion of a scenario', () => {
  it('is met by the object as it is', () => {
    const trace = run(CREATE + assertion('red'));
    expect(expectations(trace)).toMatchObject([{ text: 'assert ConfigMap one', result: 'met' }]);
    expect(trace.steps.at(-1)).toMatchObject({ kind: 'check', command: '', title: 'assert ConfigMap/one' });
  });

  it('that does not hold is given up after its time, and tells the first difference and its place', () => {
    const trace = run(CREATE + assertion('blue', '            timeout: 2s\n'));
    const [missed] = expectations(trace);
    expect(missed).toMatchObject({
      result: 'missed',
      difference: 'data.colour: Invalid value: "red": Expected value: "blue"',
    });
    expect(missed?.source?.path).toEqual([
      'spec',
      'steps',
      1,
      'try',
      0,
      'assert',
      'resource',
      'data',
      'colour',
    ]);
    const step = stepEvents(trace).at(-1);
    expect((step?.end ?? 0) - (step?.time ?? 0)).toBe(2000);
  });

  it('waits thirty seconds unless the Test says otherwise', () => {
    const lasts = (spec: string): number => {
      const step = stepEvents(run(CREATE + assertion('blue'), {}, spec)).at(-1);
      return (step?.end ?? 0) - (step?.time ?? 0);
    };
    expect(lasts('')).toBe(30_000);
    expect(lasts('  timeouts: { assert: 1s }\n')).toBe(1000);
  });

  it('is met late when something comes true meanwhile', () => {
    const trace = run(`    - try:
        - create:
            resource:
              apiVersion: batch/v1
              kind: Job
              metadata: { name: work }
              spec:
                template:
                  spec: { restartPolicy: Never, containers: [{ name: main, image: busybox }] }
                ttlSecondsAfterFinished: 5
        - error:
            resource: { apiVersion: batch/v1, kind: Job, metadata: { name: work } }
            timeout: 2m
`);
    expect(results(trace)).toEqual(['met']);
    const step = stepEvents(trace).at(-1);
    expect((step?.end ?? 0) - (step?.time ?? 0)).toBeGreaterThan(1000);
  });

  it('evaluates expressions, and takes a file with several objects one by one', () => {
    const trace = run(
      `${CREATE}    - try:
        - assert: { file: wanted.yaml, timeout: 100ms }
`,
      {
        'wanted.yaml': `apiVersion: v1
kind: ConfigMap
metadata: { name: one }
(length(data)): 1
---
apiVersion: v1
kind: ConfigMap
metadata: { name: two }
`,
      },
    );
    expect(expectations(trace).map(({ text, result }) => `${text}: ${result}`)).toEqual([
      'assert ConfigMap one: met',
      'assert ConfigMap two: missed',
    ]);
    expect(expectations(trace)[1]?.source).toEqual({ file: 'wanted.yaml', document: 1, path: [] });
  });
});

describe('The operation error', () => {
  it('is met while there is no such object, and missed if there stays one', () => {
    const look = (name: string) => `    - try:
        - error:
            timeout: 1s
            resource: { apiVersion: v1, kind: ConfigMap, metadata: { name: ${name} } }
`;
    expect(results(run(CREATE + look('two') + look('one')))).toEqual(['met', 'missed']);
  });
});

describe('What a write is expected to come to', () => {
  const twice = (expected: string): string => `${CREATE}    - try:
        - create:
            resource: { apiVersion: v1, kind: ConfigMap, metadata: { name: one } }
            expect:
${expected}`;

  it('is told when it expects only an error', () => {
    const refusal = '              - check: { ($error != null): true }\n';
    expect(expectations(run(twice(refusal)))).toMatchObject([{ text: 'an error', result: 'met' }]);
    const fine = run(`    - try:
        - create:
            resource: { apiVersion: v1, kind: ConfigMap, metadata: { name: one } }
            expect:
${refusal}`);
    expect(expectations(fine)).toMatchObject([{ text: 'an error', result: 'missed' }]);
  });

  it('is told of the objects that match', () => {
    const trace = run(
      twice(`              - match: { kind: Secret }
                check: { ($error): never }
              - match: { kind: ConfigMap }
                check: { ($error): 'configmaps "one" already exists' }
`),
    );
    expect(results(trace)).toEqual(['met']);
  });
});

describe('Bindings and outputs', () => {
  it('go from the Test to its steps, and from an operation to the next ones', () => {
    const trace = run(
      `    - bindings: [{ name: full, value: "(join('-', [$stem, 'map']))" }]
      try:
        - create:
            resource: { apiVersion: v1, kind: ConfigMap, metadata: { name: ($full) }, data: { of: ($namespace) } }
            outputs: [{ name: made, value: (metadata.name) }]
        - assert:
            resource: { apiVersion: v1, kind: ConfigMap, metadata: { name: ($made) }, data: { of: default } }
`,
      {},
      '  bindings: [{ name: stem, value: red }]\n',
    );
    expect(results(trace)).toEqual(['met']);
    expect(trace.revisions.some(({ object }) => object.metadata['name'] === 'red-map')).toBe(true);
  });

  it('hold what a script printed', () => {
    const trace = run(`${CREATE}    - try:
        - script:
            content: kubectl get configmap one -o jsonpath={.data.colour}
            check: { ($stdout): red }
            outputs: [{ name: colour, value: ($stdout) }]
        - assert:
            resource: { apiVersion: v1, kind: ConfigMap, metadata: { name: one }, data: { colour: ($colour) } }
`);
    expect(results(trace)).toEqual(['met', 'met']);
  });
});

describe('Sections of a step', () => {
  const step = (wanted: string): string => `${CREATE}    - try:
        - assert:
            timeout: 100ms
            resource: { apiVersion: v1, kind: ConfigMap, metadata: { name: one }, data: { colour: ${wanted} } }
      catch: [{ get: { apiVersion: v1, kind: ConfigMap, name: one } }]
      finally: [{ delete: { ref: { apiVersion: v1, kind: ConfigMap, name: one } } }]
      cleanup: [{ script: { content: kubectl get namespaces } }]
    - try: [{ script: { content: kubectl get nodes } }]
      cleanup: [{ script: { content: kubectl get secrets } }]
`;
  it('are run in their order, what is to be caught only after a failure', () => {
    const rest = ['delete ConfigMap/one', 'get nodes', 'get secrets', 'get namespaces'];
    expect(titles(run(step('red')))).toEqual(['create ConfigMap/one', 'assert ConfigMap/one', ...rest]);
    expect(titles(run(step('blue')))).toEqual([
      'create ConfigMap/one',
      'assert ConfigMap/one',
      'get ConfigMap/one',
      ...rest,
    ]);
  });

  it('may come from a template with bindings of its own', () => {
    const trace = run(
      '    - use: { template: look.yaml, with: { bindings: [{ name: name, value: kube-system }] } }\n',
      {
        'look.yaml': `apiVersion: chainsaw.kyverno.io/v1alpha1
kind: StepTemplate
metadata: { name: look }
spec:
  bindings: [{ name: name, value: nothing }]
  try:
    - assert:
        resource: { apiVersion: v1, kind: Namespace, metadata: { name: ($name) } }
`,
      },
    );
    expect(results(trace)).toEqual(['met']);
    expect(trace.steps.at(-1)?.source?.file).toBe('look.yaml');
  });

  it('run what Chainsaw runs with kubectl', () => {
    const trace = run(`${CREATE}    - try:
        - get: { apiVersion: v1, kind: ConfigMap, name: one }
        - wait: { apiVersion: v1, kind: ConfigMap, name: one, timeout: 1s, for: { deletion: {} } }
`);
    expect(trace.steps.slice(2).map(({ command }) => command)).toEqual([
      'kubectl get configmaps one -n default',
      'kubectl wait configmaps --for=delete one -n default --timeout 1s',
    ]);
    expect(results(trace)).toEqual(['missed']);
  });
});
