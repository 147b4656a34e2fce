import type { Json } from '../base/json.ts';
import { getString } from '../base/json.ts';
import { NO_MOCKS } from '../kyverno/mocks.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { ManifestDocument, ParsedFile } from '../manifest/manifest.ts';
import { isKyvernoFile, type Scenario, type ScenarioStep } from '../simulation/scenario.ts';
import { isActor } from './actor-kind.ts';
import { type ChainsawTest, isChainsawTest, readTest, type TestOperation } from './chainsaw-test.ts';
import { isCliFile, isContextFile, isValuesFile } from './cli-kinds.ts';
import { kindNames } from './kind-names.ts';
import { actorFiles, mockFiles } from './parts.ts';
import { stepsOf } from './scenario-steps.ts';
import { type OperationReader, objectsOf } from './step-parts.ts';
import type { WebhookActor } from './webhook-actor.ts';

/** Files that a step never names and that stand for what exists before. */
const BEFORE_FILE = /(^|\/)(policy|policies|cluster)[^/]*\.ya?ml$/;

/**
 * Reads a folder of files as a scenario (docs/scenario-format.md): what exists before, the steps of `chainsaw-test.yaml`,
 * actors. Diagnostics are about the scenario; those of the YAML itself are with the parsed files.
 */
export function readScenario(parsed: readonly ParsedFile[]): Scenario {
  const documents = parsed.flatMap((file) => file.documents);
  const kyverno = documents.filter(({ file }) => isKyvernoFile(file));
  const tests = documents.filter(({ value }) => isChainsawTest(value));
  const [first, ...others] = tests;
  const diagnostics: Diagnostic[] = others.map((document) => ({
    code: 'scenario-test',
    severity: 'warning',
    message: 'A scenario has one Test; this one is left out.',
    location: document.location,
  }));
  const test = first === undefined ? undefined : readTest(first, lookupIn(parsed));
  const reader: OperationReader | undefined =
    test === undefined
      ? undefined
      : { test, lookup: lookupIn(parsed), kinds: kindNames(documents), diagnostics };
  diagnostics.push(...(test?.diagnostics ?? []));
  const used = new Set<string>();
  const before = reader === undefined ? undefined : readSetup(reader, used);
  const actors = documents.some(({ value }) => isActor(value))
    ? actorFiles.get().readActors(parsed)
    : NO_ACTORS;
  diagnostics.push(...actors.diagnostics);
  const names = new Set(test?.operations.flatMap(({ setup, stepName }) => (setup ? [] : [stepName])));
  diagnostics.push(...unknownMoments(actors.webhooks, names));
  const steps = reader === undefined ? [] : readSteps(reader, used, actors.webhooks);
  const remaining = parsed.filter((file) => isUnused(file, used));
  const rest = before === undefined ? remaining.filter((file) => BEFORE_FILE.test(file.file.path)) : [];
  const all = before ?? clusterFirst(rest).flatMap((file) => file.documents);
  const objects = all.filter(({ value, file }) => !isBeside(value) && !isKyvernoFile(file));
  diagnostics.push(...unusedFiles(remaining, rest, before !== undefined), ...notObjects(objects, steps));
  const outside = speaksOfOutside(parsed) ? mockFiles.get().readMocks(parsed) : NOTHING_OUTSIDE;
  diagnostics.push(...outside.diagnostics);
  return {
    name: test?.name || 'scenario',
    before: objects.filter((document) => document.object !== undefined),
    ...(kyverno.length === 0 ? {} : { kyverno }),
    steps,
    actors: actors.actors,
    ...(actors.webhooks.length === 0 ? {} : { webhooks: behaviours(actors.webhooks) }),
    mocks: outside.mocks,
    diagnostics,
  };
}

const NO_ACTORS = { actors: [], webhooks: [], diagnostics: [] };
const NOTHING_OUTSIDE = { mocks: NO_MOCKS, diagnostics: [] };

/** Whether a policy asks, or a file answers, for something outside the cluster. */
const speaksOfOutside = (parsed: readonly ParsedFile[]): boolean =>
  parsed.some(({ file }) => /\b(service|globalReference|imageRegistry)\b|cli\.kyverno\.io/.test(file.text));

const lookupIn =
  (parsed: readonly ParsedFile[]) =>
  (path: string): readonly ManifestDocument[] | undefined =>
    parsed.find((file) => file.file.path === path)?.documents;

/** Objects that the `setup` step applies, in its order; undefined if the Test has no such step. */
function readSetup(reader: OperationReader, used: Set<string>): readonly ManifestDocument[] | undefined {
  const operations = reader.test.operations.filter((operation) => operation.setup);
  if (operations.length === 0 && !hasSetup(reader.test)) return undefined;
  return operations.flatMap((operation) => {
    note(operation, used);
    if (operation.type === 'apply' || operation.type === 'create') return objectsOf(operation, reader);
    if (operation.type === 'sleep') return [];
    reader.diagnostics.push({
      code: 'scenario-setup',
      severity: 'warning',
      message: `\`${operation.type}\` in \`setup\` is left out: what exists before comes from \`apply\` and \`create\`.`,
      hint: 'Move it to a step of its own.',
      location: reader.test.document.locate(operation.path),
    });
    return [];
  });
}

const hasSetup = (test: ChainsawTest): boolean =>
  getString(test.document.value, 'spec', 'steps', 0, 'name') === 'setup';

function readSteps(
  reader: OperationReader,
  used: Set<string>,
  webhooks: readonly WebhookActor[],
): readonly ScenarioStep[] {
  const begun = new Set<string>();
  return reader.test.operations
    .filter((operation) => !operation.setup)
    .flatMap((operation) => {
      note(operation, used);
      const read = stepsOf(operation, reader);
      const changes = begun.has(operation.stepName) ? [] : changesAt(operation.stepName, webhooks);
      if (read.length > 0) begun.add(operation.stepName);
      const steps = read.map((step, at) =>
        at === 0 && changes.length > 0 ? { ...step, webhooks: behaviours(changes) } : step,
      );
      for (const { action } of steps)
        if (action.type === 'kubectl') for (const name of Object.keys(action.files)) used.add(plain(name));
      return steps;
    });
}

/** How webhooks behave from the beginning of a step of that name on. */
const changesAt = (
  stepName: string,
  webhooks: readonly WebhookActor[],
): readonly Pick<WebhookActor, 'name' | 'behaviour'>[] =>
  webhooks.flatMap(({ name, changes }) =>
    changes.filter(({ from }) => from === stepName).map(({ behaviour }) => ({ name, behaviour })),
  );

const behaviours = (
  webhooks: readonly Pick<WebhookActor, 'name' | 'behaviour'>[],
): NonNullable<Scenario['webhooks']> =>
  Object.fromEntries(webhooks.map(({ name, behaviour }) => [name, behaviour]));

function unknownMoments(
  webhooks: readonly WebhookActor[],
  names: ReadonlySet<string>,
): readonly Diagnostic[] {
  return webhooks
    .flatMap(({ changes }) => changes)
    .filter(({ from }) => !names.has(from))
    .map(({ from, location }) => ({
      code: 'scenario-actor',
      severity: 'error',
      message: `No step of chainsaw-test.yaml is called "${from}".`,
      location,
    }));
}

const plain = (path: string): string => path.replace(/^\.\//, '');

function note(operation: TestOperation, used: Set<string>): void {
  const file = getString(operation.body, 'file');
  if (file !== undefined) used.add(plain(file));
  used.add(operation.document.file);
}

/** What a file may hold beside objects: actors and declared mocks. */
const isBeside = (value: Json): boolean => isActor(value) || isValuesFile(value) || isContextFile(value);

/** Whether nothing speaks of the file yet: neither a step nor its own kind. */
function isUnused(file: ParsedFile, used: ReadonlySet<string>): boolean {
  const { path } = file.file;
  if (used.has(path) || file.documents.length === 0 || isKyvernoFile(path)) return false;
  const isTest = file.documents.some(({ value }) => isChainsawTest(value));
  return !isTest && file.documents.some(({ value }) => !isBeside(value));
}

/** Without a `setup`: the cluster before the policies, as a setup would. */
function clusterFirst(files: readonly ParsedFile[]): readonly ParsedFile[] {
  const rank = (file: ParsedFile): number => (/(^|\/)cluster/.test(file.file.path) ? 0 : 1);
  return [...files].sort((left, right) => rank(left) - rank(right));
}

function unusedFiles(
  remaining: readonly ParsedFile[],
  before: readonly ParsedFile[],
  hasSetupStep: boolean,
): readonly Diagnostic[] {
  return remaining
    .filter((file) => !before.includes(file))
    .flatMap(({ file, documents: [document] }) => {
      if (document === undefined) return [];
      const cli = isCliFile(document.value);
      const hint = cli
        ? 'It is for the Kyverno CLI.'
        : hasSetupStep
          ? 'Apply it in the step `setup`, or in a step of its own.'
          : 'Name it in a step, or move its objects to policies.yaml or cluster.yaml.';
      return [
        {
          code: 'scenario-file-unused',
          severity: 'warning' as const,
          message: `No step uses ${file.path}: it has no part in the simulation.`,
          hint,
          location: document.location,
        },
      ];
    });
}

/** Documents that would be sent to the cluster and are no objects. */
function notObjects(
  before: readonly ManifestDocument[],
  steps: readonly ScenarioStep[],
): readonly Diagnostic[] {
  const sent = steps.flatMap(({ action }) =>
    action.type === 'kubectl' ? Object.values(action.files).flat() : [],
  );
  return [...before, ...sent].flatMap((document) =>
    document.object !== undefined || document.value === null
      ? []
      : [
          {
            code: 'scenario-not-an-object',
            severity: 'error' as const,
            message: 'This is no Kubernetes object: it needs apiVersion, kind and metadata.',
            location: document.location,
          },
        ],
  );
}
