import { splitShell } from '../kubectl/split-shell.ts';
import { NO_MOCKS } from '../kyverno/mocks.ts';
import { parseFile } from '../manifest/parse.ts';
import type { Trace } from '../trace/trace.ts';
import type { Scenario } from './scenario.ts';

const ADMIN = { username: 'admin', groups: ['system:masters', 'system:authenticated'] };

/** A Chainsaw Test, as text, whose one step runs command lines one after the other. */
export const scriptedTest = (
  ...commands: readonly string[]
): string => `apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
metadata: {name: t}
spec:
  namespace: default
  steps:
    - name: all
      try:
        - script:
            content: |
${commands.map((command) => `              ${command}\n`).join('')}`;

/** A scenario for tests: what exists before, and command lines; `files` are what `-f` may name. */
export function scenarioOf(
  before: string,
  commands: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Scenario {
  const documents = Object.fromEntries(
    Object.entries(files).map(([path, text]) => [path, parseFile({ path, text }).documents]),
  );
  return {
    name: 'test',
    before: parseFile({ path: 'before.yaml', text: before }).documents,
    steps: commands.map((command) => {
      const split = splitShell(command);
      const argv = 'words' in split ? split.words.slice(1) : [];
      return { title: command, user: ADMIN, action: { type: 'kubectl', argv, files: documents } };
    }),
    actors: [],
    mocks: NO_MOCKS,
    diagnostics: [],
  };
}

/** What each of the command lines printed, errors first. */
export const outputsOf = (trace: Trace): readonly string[] =>
  trace.events.flatMap((event) =>
    event.kind === 'step' && event.verdict !== 'none' ? [`${event.stderr}${event.stdout}`] : [],
  );
