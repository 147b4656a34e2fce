import { describe, expect, it } from 'vitest';
import { parseFile } from '../manifest/parse.ts';
import { readSteps } from './editable-steps.ts';
import { FAULTS } from './fault-steps.ts';
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
`;

describe('faults', () => {
  it.each(FAULTS.map((fault) => [fault.title, fault] as const))(
    '%s: each of its steps is a step that can be run',
    (_, { steps }) => {
      let text = TEST;
      for (const [at, step] of steps.entries()) {
        const file = parseFile({ path: 'chainsaw-test.yaml', text });
        text = applyEdits(text, writeStep(file, { type: 'add', at: 1 + at, step }).edits);
      }
      const parsed = parseFile({ path: 'chainsaw-test.yaml', text });
      const scenario = readScenario([parsed]);
      expect(scenario.diagnostics).toEqual([]);
      const written = readSteps(parsed)?.steps.slice(1);
      expect(written?.map(({ command, duration }) => command || duration)).toEqual(
        steps.map((step) => (step.kind === 'wait' ? step.duration : step.command)),
      );
    },
  );
});
