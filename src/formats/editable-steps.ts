import type { PathSegment } from '../base/json.ts';
import { get, getString, isObject } from '../base/json.ts';
import type { SourceLocation } from '../manifest/diagnostic.ts';
import type { ParsedFile } from '../manifest/manifest.ts';
import type { ScenarioStep } from '../simulation/scenario.ts';
import {
  type ChainsawTest,
  expectsError,
  isChainsawTest,
  readTest,
  type TestOperation,
} from './chainsaw-test.ts';
import { readFlag } from './command-line.ts';
import { scriptProblem } from './command-steps.ts';
import { kindNames } from './kind-names.ts';
import { stepsOf } from './scenario-steps.ts';
import { quoteWord, readScript, type ScriptCommand } from './script-lines.ts';

/** A step as a form shows it. One operation of the Test, or one line of a script. */
export interface EditableStep {
  /** Position among the steps that can be edited, from 0. */
  readonly index: number;
  /** `apply`, `create`, `update`, `patch`, `delete`, `wait`; for a line of kubectl its verb. */
  readonly operation: string;
  /** How it is written in the Test. */
  readonly written: TestOperation['type'];
  /** The name that the Test gives the step it stands in; absent if it has none. */
  readonly name?: string;
  /** `create Namespace/bad-namespace`, as in the trace; empty if it cannot be run as it stands. */
  readonly title: string;
  /** The file it names, if it is about one file. */
  readonly file?: string;
  /** The kubectl line, whatever the Test's own form is; empty for a wait. */
  readonly command: string;
  /** As typed: `5s`. Only for a wait. */
  readonly duration?: string;
  /** Absent: the default user. */
  readonly username?: string;
  readonly groups: readonly string[];
  readonly dryRun: boolean;
  readonly expectsError: boolean;
  readonly location: SourceLocation;
  /** Where the trace's steps say that they are written: same path, same step. */
  readonly path: readonly PathSegment[];
  /** Which line of its script, from 0. */
  readonly line: number;
}

/** A step with what is needed to edit its text. */
export interface StepSlot extends EditableStep {
  readonly operationOf: TestOperation;
  readonly commands: readonly ScriptCommand[];
}

export interface EditableTest {
  readonly test: ChainsawTest;
  readonly steps: readonly StepSlot[];
}

/** The steps of a file that holds a Chainsaw Test, or undefined if it holds none. `all`: the folder's files, for titles. */
export function readSteps(file: ParsedFile, all: readonly ParsedFile[] = [file]): EditableTest | undefined {
  const document = file.documents.find(({ value }) => isChainsawTest(value));
  if (document === undefined) return undefined;
  const test = readTest(document);
  const documents = all.flatMap((parsed) => parsed.documents);
  const reader = {
    test,
    lookup: (path: string) => all.find((parsed) => parsed.file.path === path)?.documents ?? [],
    kinds: kindNames(documents),
    diagnostics: [],
  };
  const steps = test.operations
    // What is caught, done finally and cleaned up is left to the text.
    .filter(({ setup, section }) => !setup && section === 'try')
    .flatMap((operation) => slotsOf(operation, test, stepsOf(operation, reader)))
    .map((slot, index) => ({ ...slot, index }));
  return { test, steps };
}

function slotsOf(
  operation: TestOperation,
  test: ChainsawTest,
  steps: readonly ScenarioStep[],
): readonly Omit<StepSlot, 'index'>[] {
  const location = test.document.locate(operation.path);
  const name = getString(test.document.value, 'spec', 'steps', operation.step, 'name');
  const common = {
    ...(name === undefined ? {} : { name }),
    operationOf: operation,
    written: operation.type,
    expectsError: expectsError(operation.body),
    location,
    path: operation.path,
    groups: [],
    dryRun: get(operation.body, 'dryRun') === true,
    line: 0,
    commands: [],
  };
  if (operation.type === 'script') return scriptSlots(common, steps);
  const [step] = steps;
  const title = step?.title ?? '';
  if (operation.type === 'sleep')
    return [
      {
        ...common,
        operation: 'wait',
        title,
        command: '',
        duration: getString(operation.body, 'duration') ?? '',
      },
    ];
  const file = getString(operation.body, 'file');
  const command = step === undefined ? '' : commandOf(step);
  const named = file === undefined ? {} : { file };
  // Chainsaw's own `wait` waits for something; a wait of the form is `sleep`.
  const verb = operation.type === 'wait' ? 'wait for' : operation.type;
  return [{ ...common, operation: verb, title, command, ...named }];
}

const commandOf = ({ action }: ScenarioStep): string =>
  action.type === 'kubectl' ? formatCommand(action.argv) : '';

/** A kubectl line as a person would type it. */
export const formatCommand = (argv: readonly string[]): string =>
  ['kubectl', ...argv.map(quoteWord)].join(' ');

function scriptSlots(
  common: Omit<StepSlot, 'index' | 'operation' | 'title' | 'command'>,
  steps: readonly ScenarioStep[],
): readonly Omit<StepSlot, 'index'>[] {
  const content = getString(common.operationOf.body, 'content') ?? '';
  const commands = readScript(content);
  const runnable = commands.filter((command) => scriptProblem(command) === undefined);
  return commands.map((command, line) => {
    const words = command.words.map((word) => word.text);
    const users = readUser(words);
    const file = fileOf(words);
    return {
      ...common,
      ...users,
      operation: words[1] ?? '',
      // A script with a line that cannot be run has fewer steps than lines.
      title: (runnable.length === steps.length ? steps[runnable.indexOf(command)]?.title : undefined) ?? '',
      command: content.slice(command.start, command.end).trim(),
      dryRun: words.some((word) => word.startsWith('--dry-run')),
      line,
      commands,
      ...(file === undefined ? {} : { file }),
    };
  });
}

function readUser(words: readonly string[]): {
  readonly username?: string;
  readonly groups: readonly string[];
} {
  const groups: string[] = [];
  let username: string | undefined;
  words.forEach((_, at) => {
    const flag = readFlag(words, at);
    if (flag?.name === '--as') username = flag.value;
    if (flag?.name === '--as-group') groups.push(flag.value);
  });
  return username === undefined ? { groups } : { username, groups };
}

function fileOf(words: readonly string[]): string | undefined {
  const flags = words.flatMap((_, at) => readFlag(words, at) ?? []);
  return flags.find((flag) => flag.name === '-f' || flag.name === '--filename')?.value;
}

/** Whether the operation holds its object in the Test itself. */
export const isInline = (slot: StepSlot): boolean => isObject(get(slot.operationOf.body, 'resource'));
