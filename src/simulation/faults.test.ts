import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readClusterBase } from '../cluster/cluster-base.ts';
import { readScenario } from '../formats/read-scenario.ts';
import { parseFile } from '../manifest/parse.ts';
import type { StepEvent, TraceEvent } from '../trace/event.ts';
import { simulate } from './simulate.ts';
import { scriptedTest as test } from './testing.ts';

const path = join(import.meta.dirname, '../../public/cluster/base-1.19.json');
const base = readClusterBase(JSON.parse(readFileSync(path, 'utf8')), '1.19');

function play(files: Readonly<Record<string, string>>) {
  if (base === undefined) throw new Error('no base');
  const scenario = readScenario(Object.entries(files).map(([name, text]) => parseFile({ path: name, text })));
  expect(scenario.diagnostics).toEqual([]);
  const { events } = simulate(scenario, { version: '1.19', seed: 1, base });
  const steps = events.filter((event): event is StepEvent => event.kind === 'step' && event.step > 0);
  const of = <Kind extends TraceEvent['kind']>(kind: Kind) =>
    events.filter((event): event is Extract<TraceEvent, { kind: Kind }> => event.kind === kind);
  return { steps, events, of };
}

const webhook = (type: 'Validating' | 'Mutating', name: string, more = ''): string =>
  `apiVersion: admissionregistration.k8s.io/v1
kind: ${type}WebhookConfiguration
metadata: {name: ${name}}
webhooks:
  - name: ${name}.example.com
    admissionReviewVersions: [v1]
    clientConfig: {url: "https://hooks.example.com/x"}
    sideEffects: None
    rules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]
    ${more}
`;
const actor = (name: string, behaviour: string): string =>
  `apiVersion: admission-studio/v1\nkind: Actor\nmetadata: {name: ${name}}\nspec: {webhook: {name: ${name}.example.com, ${behaviour}}}\n`;
const CREATE = 'kubectl create configmap a';

describe('a webhook that is not Kyverno’s', () => {
  it('that comes too late is an error of the server, with its URL and time limit', () => {
    const { steps } = play({
      'cluster.yaml': webhook('Validating', 'late', 'timeoutSeconds: 3'),
      'actors.yaml': actor('late', 'delay: 5s'),
      'chainsaw-test.yaml': test(CREATE),
    });
    expect(steps[0]?.stderr).toContain(
      'Internal error occurred: failed calling webhook "late.example.com": failed to call webhook: Post "https://hooks.example.com/x?timeout=3s": context deadline exceeded\n',
    );
    expect(steps[0]?.end).toBeGreaterThan(3000);
  });

  it('that nobody answers is passed over with failurePolicy Ignore', () => {
    const { steps, of } = play({
      'cluster.yaml': webhook('Validating', 'gone', 'failurePolicy: Ignore'),
      'actors.yaml': actor('gone', 'verdict: error'),
      'chainsaw-test.yaml': test(CREATE),
    });
    expect(steps[0]?.verdict).toBe('allowed');
    expect(of('webhook').find(({ name }) => name === 'gone.example.com')?.message).toContain(
      'dial tcp hooks.example.com:443: connect: connection refused',
    );
  });

  it('changes the object, one after the other in order of the configurations’ names', () => {
    const { steps } = play({
      'cluster.yaml': [webhook('Mutating', 'b'), webhook('Mutating', 'a')].join('---\n'),
      'actors.yaml': [
        actor('b', 'patch: [{op: add, path: /data, value: {by: b}}]'),
        actor('a', 'patch: {data: {by: a}}'),
      ].join('---\n'),
      'chainsaw-test.yaml': test(CREATE, `kubectl get configmap a -o jsonpath={.data.by}`),
    });
    expect(steps[1]?.stdout).toBe('b');
  });

  it('is not called for objects that its selector leaves out', () => {
    const { steps } = play({
      'cluster.yaml': webhook('Validating', 'no', 'objectSelector: {matchLabels: {a: b}}'),
      'actors.yaml': actor('no', 'verdict: deny'),
      'chainsaw-test.yaml': test(CREATE),
    });
    expect(steps[0]?.verdict).toBe('allowed');
  });

  it('without a word denies without explanation', () => {
    const { steps } = play({
      'cluster.yaml': webhook('Validating', 'no'),
      'actors.yaml': actor('no', 'verdict: deny'),
      'chainsaw-test.yaml': test(CREATE),
    });
    expect(steps[0]?.stderr).toContain(
      'admission webhook "no.example.com" denied the request without explanation',
    );
  });

  it('of which nothing is said lets pass, and the run says so once', () => {
    const { steps, of } = play({
      'cluster.yaml': webhook('Validating', 'what'),
      'chainsaw-test.yaml': test(CREATE, 'kubectl create configmap b'),
    });
    expect(steps.map(({ verdict }) => verdict)).toEqual(['allowed', 'allowed']);
    expect(of('unsupported').map(({ what }) => what)).toEqual(['the webhook what.example.com']);
  });
});

describe('a quota', () => {
  it('refuses what is more than it counts, with the server’s text', () => {
    const { steps } = play({
      'chainsaw-test.yaml': test(
        'kubectl create namespace full',
        'kubectl create quota few -n full --hard=count/services=0,configmaps=2',
        'kubectl create configmap a -n full',
        'kubectl create configmap b -n full',
      ),
    });
    expect(steps[3]?.stderr).toContain(
      'configmaps "b" is forbidden: exceeded quota: few, requested: configmaps=1, used: configmaps=2, limited: configmaps=2\n',
    );
    expect(steps.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 1]);
  });
});

describe('a controller that cannot be stopped', () => {
  it('is said', () => {
    const { of } = play({
      'chainsaw-test.yaml': test(
        'kubectl scale deployment kyverno-reports-controller -n kyverno --replicas 0',
      ),
    });
    expect(of('unsupported').map(({ what }) => what)).toEqual([
      'Deployment kyverno-reports-controller without replicas',
    ]);
  });
});
