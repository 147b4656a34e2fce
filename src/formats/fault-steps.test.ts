import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readClusterBase } from '../cluster/cluster-base.ts';
import type { TextFile } from '../manifest/manifest.ts';
import { parseFile } from '../manifest/parse.ts';
import { simulate } from '../simulation/simulate.ts';
import type { StepEvent, TraceEvent, UpdateRequestEvent } from '../trace/event.ts';
import { readSteps } from './editable-steps.ts';
import { FAULT_DURATION, FAULTS, faultChanges, isFaultName } from './fault-steps.ts';
import { readScenario } from './read-scenario.ts';
import { applyEdits } from './step-text.ts';
import { writeStep } from './write-step.ts';

const TEST = `apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
metadata:
  name: t
spec:
  namespace: default
  steps:
    - name: create a
      try:
        - script:
            content: |
              kubectl create namespace a
    - try:
        - script:
            content: |
              kubectl create namespace b
`;
/** A Namespace gets a ConfigMap in `default`. */
const POLICY = `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: tell}
spec:
  rules:
    - name: tell
      match: {any: [{resources: {kinds: [Namespace]}}]}
      generate:
        apiVersion: v1
        kind: ConfigMap
        name: "ns-{{ request.object.metadata.name }}"
        namespace: default
        synchronize: true
        data: {data: {k: v}}
`;

const faultOf = (title: string) => {
  const fault = FAULTS.find((one) => one.title === title);
  if (fault === undefined) throw new Error(title);
  return fault;
};

/** The text of the Test with a fault around one of its steps. */
function withFault(title: string, around: number, duration = FAULT_DURATION): readonly TextFile[] {
  const fault = faultOf(title);
  let text = TEST;
  for (const change of faultChanges(fault, around, duration)) {
    const parsed = parseFile({ path: 'chainsaw-test.yaml', text });
    text = applyEdits(text, writeStep(parsed, change).edits);
  }
  return [...fault.files, { path: 'chainsaw-test.yaml', text }];
}

const base = readClusterBase(
  JSON.parse(readFileSync(join(import.meta.dirname, '../../public/cluster/base-1.19.json'), 'utf8')),
  '1.19',
);

function play(title: string, around: number, duration?: string): readonly TraceEvent[] {
  if (base === undefined) throw new Error('no base');
  const files = [...withFault(title, around, duration), { path: 'policies.yaml', text: POLICY }];
  const scenario = readScenario(files.map((file) => parseFile(file)));
  expect(scenario.diagnostics).toEqual([]);
  return simulate(scenario, { version: '1.19', seed: 1, base }).events;
}

const steps = (events: readonly TraceEvent[]): readonly StepEvent[] =>
  events.filter((event): event is StepEvent => event.kind === 'step' && event.step > 0);
const verdicts = (events: readonly TraceEvent[]): readonly string[] =>
  steps(events).flatMap(({ verdict }) => (verdict === 'none' ? [] : [verdict]));
const endOf = (events: readonly TraceEvent[], step: number): string | undefined =>
  events
    .filter((event): event is UpdateRequestEvent => event.kind === 'update-request' && event.step === step)
    .at(-1)?.state;

describe('faults', () => {
  it.each(FAULTS.map((fault) => [fault.title, fault] as const))(
    '%s: it goes around a step, and each of its steps can be run',
    (title, { begins, ends }) => {
      const files = withFault(title, 1, '12s');
      const parsed = files.map((file) => parseFile(file));
      expect(parsed.flatMap(({ diagnostics }) => diagnostics)).toEqual([]);
      expect(readScenario(parsed).diagnostics).toEqual([]);
      const test = parsed.at(-1);
      const written = test === undefined ? undefined : readSteps(test, parsed)?.steps;
      const told = (step: (typeof begins)[number]): string =>
        step.kind === 'kubectl' ? step.command : step.kind === 'file' ? `kubectl apply -f ${step.file}` : '';
      expect(written?.map(({ command, duration }) => duration ?? command)).toEqual([
        'kubectl create namespace a',
        ...begins.map(told),
        'kubectl create namespace b',
        ...(ends.length === 0 ? [] : ['12s', ...ends.map(told)]),
      ]);
    },
  );

  it.each(FAULTS.map(({ title }) => title))(
    '%s: behind the last step all of it stands at the end',
    (title) => {
      const test = parseFile(withFault(title, 2).at(-1) ?? { path: '', text: '' });
      const commands = readSteps(test)?.steps.map(({ command }) => command);
      expect(commands?.slice(0, 2)).toEqual(['kubectl create namespace a', 'kubectl create namespace b']);
    },
  );

  it('are told by the names of their steps', () => {
    const test = parseFile(withFault('A quota is full', 1).at(-1) ?? { path: '', text: '' });
    const names = readSteps(test)?.steps.map(({ name }) => name);
    expect(names).toEqual(['create a', 'A quota is full', undefined, undefined, 'A quota is full: over']);
    expect(names?.filter((name) => name !== undefined && isFaultName(name))).toHaveLength(2);
  });

  it('Kyverno is down: the step in it is refused, and the next is not', () => {
    expect(verdicts(play('Kyverno is down', 0))).toEqual(['allowed', 'denied', 'allowed', 'allowed']);
  });

  it('lasts as long as a person says', () => {
    const times = steps(play('Kyverno is down', 0, '45s')).filter(({ verdict }) => verdict === 'allowed');
    const [from = 0, to = 0] = times.map(({ time }) => time);
    expect(to - from).toBeGreaterThan(45_000);
  });

  it('the admission controller scaled to zero: no UpdateRequest, for nobody asks Kyverno', () => {
    const events = play('The admission controller is scaled to zero', 1);
    expect([endOf(events, 1), endOf(events, 3)]).toEqual(['deleted', undefined]);
  });

  it('the background controller stopped: the UpdateRequest is done when it is back', () => {
    const events = play('The background controller is stopped', 1, '20s');
    const done = events.find(
      (event) => event.kind === 'update-request' && event.step === 3 && event.state === 'Completed',
    );
    const asked = steps(events).find(({ step }) => step === 3);
    expect((done?.time ?? 0) - (asked?.time ?? 0)).toBeGreaterThan(20_000);
  });

  it('a slow webhook loses the generation of an accepted request', () => {
    const events = play('A webhook of others is slow', 1);
    expect(verdicts(events)).toEqual(['allowed', 'allowed', 'allowed', 'allowed']);
    expect([endOf(events, 1), endOf(events, 3)]).toEqual(['deleted', 'dropped']);
  });

  it.each([
    [
      'A webhook of others denies',
      'admission webhook "closed.example.com" denied the request: nothing new today',
    ],
    ['A quota is full', 'exceeded quota: full, requested: count/configmaps=1'],
  ])('%s: what Kyverno writes is refused', (title, text) => {
    const events = play(title, 1);
    expect([endOf(events, 1), endOf(events, 3)]).toEqual(['deleted', 'dropped']);
    const failed = events.find((event) => event.kind === 'attempt' && event.step === 3);
    expect(failed?.kind === 'attempt' && failed.message).toContain(text);
  });

  it('a write over an old version: a conflict, and nothing of Kyverno', () => {
    const events = play('Somebody writes over an old version', 1);
    expect(steps(events).find(({ step }) => step === 2)?.stderr).toContain('(Conflict)');
    expect(events.some(({ kind, step }) => kind === 'webhook' && step === 2)).toBe(false);
  });
});
