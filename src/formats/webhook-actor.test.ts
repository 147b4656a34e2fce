import { describe, expect, it } from 'vitest';
import { parseFile } from '../manifest/parse.ts';
import { readScenario } from './read-scenario.ts';

const TEST = `apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
metadata:
  name: t
spec:
  namespace: default
  steps:
    - name: first
      try:
        - script:
            content: |
              kubectl create namespace a
              kubectl create namespace b
    - name: second
      try:
        - sleep:
            duration: 1s
`;
const actor = (webhook: string): string =>
  `apiVersion: admission-studio/v1\nkind: Actor\nmetadata:\n  name: w\nspec:\n  webhook: ${webhook}\n`;
const read = (webhook: string) =>
  readScenario([
    parseFile({ path: 'chainsaw-test.yaml', text: TEST }),
    parseFile({ path: 'actors.yaml', text: actor(webhook) }),
  ]);

describe('a webhook that an actor answers', () => {
  it('behaves as told, and otherwise from the first operation of a step on', () => {
    const scenario = read(
      '{name: w.example.com, delay: 1.5s, then: [{from: first, verdict: deny, message: not so}, {from: second, verdict: error}]}',
    );
    expect(scenario.diagnostics).toEqual([]);
    expect(scenario.actors).toEqual([]);
    expect(scenario.webhooks).toEqual({ 'w.example.com': { delay: 1500, verdict: 'allow' } });
    expect(scenario.steps.map(({ webhooks }) => webhooks)).toEqual([
      { 'w.example.com': { delay: 0, verdict: 'deny', message: 'not so' } },
      undefined,
      { 'w.example.com': { delay: 0, verdict: 'error' } },
    ]);
  });

  it.each([
    ['{delay: 1s}', 'A webhook needs the `name` that its configuration in the cluster gives it.'],
    ['{name: w, delay: soon}', '`delay` is a duration such as `1500ms`.'],
    ['{name: w, verdict: maybe}', '`verdict` is allow, deny or error.'],
    ['{name: w, rules: []}', '`rules` is not known; known are name, delay, verdict, message, patch, then.'],
    ['{name: w, then: [{from: third}]}', 'No step of chainsaw-test.yaml is called "third".'],
  ])('%s is said: %s', (webhook, message) => {
    expect(read(webhook).diagnostics).toEqual([
      expect.objectContaining({ code: 'scenario-actor', severity: 'error', message }),
    ]);
  });
});
