import type { Json, JsonObject, PathSegment } from '../base/json.ts';
import { get, getList, getObject, getString, isObject } from '../base/json.ts';
import { type Milliseconds, milliseconds } from '../base/units.ts';
import { parseDuration } from '../kubernetes/duration.ts';
import { type KubernetesObject, nameOf, namespaceOf, parseApiVersion } from '../kubernetes/object.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import type { ScenarioStep, StepTest } from '../simulation/scenario.ts';
import { type ChainsawTest, expectsError, type TestOperation } from './chainsaw-test.ts';
import { readCommandLine, titleOf } from './command-line.ts';
import { isBuiltIn, type KindNames } from './kind-names.ts';
import { testDetails } from './parts.ts';
import { readScript, type ScriptCommand } from './script-lines.ts';
import { CLUSTER_ADMIN } from './user.ts';

/** Documents of a file by its path, or undefined if there is no such file. */
export type FileLookup = (path: string) => readonly ManifestDocument[] | undefined;

export interface OperationReader {
  readonly test: ChainsawTest;
  readonly lookup: FileLookup;
  readonly kinds: KindNames;
  readonly diagnostics: Diagnostic[];
}

type Files = Readonly<Record<string, readonly ManifestDocument[]>>;
const VERBS = { apply: ['apply'], create: ['create'], update: ['replace'] } as const;

/** The steps of one operation: one, save for a script of several lines. */
export function stepsOf(operation: TestOperation, reader: OperationReader): readonly ScenarioStep[] {
  // A template's operations stand in a file of their own.
  const own = { ...reader, test: { ...reader.test, document: operation.document } };
  const steps = plainSteps(operation, own);
  return steps.map((step, at) => {
    const test = testOf(operation, step, own, at === steps.length - 1);
    return test === undefined ? step : { ...step, test };
  });
}

/** What the Test says of a step beside what is done. */
function testOf(
  operation: TestOperation,
  step: ScenarioStep,
  reader: OperationReader,
  last: boolean,
): StepTest | undefined {
  const { type, body, path } = operation;
  const { action } = step;
  if (action.type === 'wait') return undefined;
  const source = sourceOf(path, reader);
  if (reader.test.checked || hasTemplate(action)) {
    const looks = action.type === 'check' && (type === 'assert' || type === 'error');
    const documents = looks ? objectsOf(operation, { ...reader, diagnostics: [] }) : [];
    return testDetails.get().testOf(operation, last, source, documents);
  }
  return last && expectsError(body, true) ? { type: 'refusal', source } : undefined;
}

/** Whether an object that is sent, or a word of the command, is Chainsaw's `(…)`. */
const hasTemplate = (action: ScenarioStep['action']): boolean =>
  action.type === 'kubectl' &&
  Object.values(action.files)
    .flat()
    .some(({ value, object }) => object?.kind !== 'ClusterPolicy' && TEMPLATE.test(JSON.stringify(value)));

const TEMPLATE = /"\([^"]*\)"[,}\]]/;

function plainSteps(operation: TestOperation, reader: OperationReader): readonly ScenarioStep[] {
  switch (operation.type) {
    case 'sleep':
      return waitOf(operation, reader);
    case 'script':
      return scriptSteps(operation, reader);
    case 'command':
      return commandSteps(operation, reader);
    case 'patch':
      return objectsOf(operation, reader).map((document) => patchStep(operation, document, reader));
    case 'delete':
      return deleteSteps(operation, reader);
    case 'apply':
    case 'create':
    case 'update':
      return fileStep(operation, VERBS[operation.type], reader);
    case 'assert':
    case 'error': {
      const files = filesOf(operation, reader);
      return Object.keys(files).length === 0
        ? []
        : [checkStep(operation, titleOf([operation.type], files, reader.kinds), reader)];
    }
    default:
      return [checkStep(operation, testDetails.get().lookTitle(operation), reader)];
  }
}

const checkStep = (operation: TestOperation, title: string, reader: OperationReader): ScenarioStep => ({
  title,
  user: CLUSTER_ADMIN,
  action: { type: 'check' },
  source: sourceOf(operation.path, reader),
});

/** Documents that an operation is about: those of its file, or its inline resource under a name of its own. */
export function objectsOf(operation: TestOperation, reader: OperationReader): readonly ManifestDocument[] {
  return Object.values(filesOf(operation, reader)).flat();
}

function fileStep(
  operation: TestOperation,
  verb: readonly string[],
  reader: OperationReader,
): readonly ScenarioStep[] {
  const files = filesOf(operation, reader);
  const [name] = Object.keys(files);
  if (name === undefined) return [];
  return [kubectl(operation, [...verb, '-f', name, ...flagsOf(operation, reader)], files, reader)];
}

/** The file of an operation, or its inline resource as a file called after the object. */
function filesOf({ body, path, type }: TestOperation, reader: OperationReader): Files {
  const resource = get(body, 'resource');
  if (isObject(resource)) {
    const document = partOf(reader.test.document, [...path, type, 'resource'], resource);
    return { [virtualName(resource)]: [document] };
  }
  const file = getString(body, 'file');
  if (file === undefined) {
    say(reader, path, `\`${type}\` needs \`file\` or \`resource\`.`);
    return {};
  }
  const documents = documentsOf(file, [...path, type, 'file'], reader);
  return documents === undefined ? {} : { [file]: documents };
}

/** Name by which kubectl speaks of an inline resource: `bad-namespace.yaml`. */
export function virtualName(resource: JsonObject): string {
  const name = getString(resource, 'metadata', 'name') ?? getString(resource, 'metadata', 'generateName');
  return `${name ?? (getString(resource, 'kind') ?? 'resource').toLowerCase()}.yaml`;
}

/** An object inside a document, as a document of its own that still knows its place. */
function partOf(
  document: ManifestDocument,
  path: readonly PathSegment[],
  value: JsonObject,
): ManifestDocument {
  const object = asObject(value);
  return {
    file: document.file,
    index: document.index,
    value,
    ...(object === undefined ? {} : { object }),
    location: document.locate(path),
    locate: (inner, part) => document.locate([...path, ...inner], part),
  };
}

const asObject = (value: JsonObject): KubernetesObject | undefined =>
  typeof get(value, 'apiVersion') === 'string' &&
  typeof get(value, 'kind') === 'string' &&
  isObject(get(value, 'metadata'))
    ? (value as KubernetesObject)
    : undefined;

function documentsOf(
  file: string,
  path: readonly PathSegment[],
  reader: OperationReader,
): readonly ManifestDocument[] | undefined {
  const documents = reader.lookup(file.replace(/^\.\//, ''));
  if (documents === undefined) say(reader, path, `There is no file ${file}.`, 'scenario-file-missing');
  return documents;
}

/** `--dry-run=server`, and the Test's namespace where it is not kubectl's own. */
function flagsOf({ body }: TestOperation, reader: OperationReader): readonly string[] {
  const { namespace } = reader.test;
  return [
    ...(namespace === '' || namespace === 'default' ? [] : ['-n', namespace]),
    ...(get(body, 'dryRun') === true ? ['--dry-run=server'] : []),
  ];
}

/** Chainsaw's `patch` sends the whole document as a merge patch; apiVersion, kind and name only say whose. */
function patchStep(
  operation: TestOperation,
  document: ManifestDocument,
  reader: OperationReader,
): ScenarioStep {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = getObject(document.value);
  const { name: _name, namespace: _namespace, ...meta } = getObject(metadata);
  const patch = Object.keys(meta).length === 0 ? rest : { ...rest, metadata: meta };
  const target = targetWords(document.value, reader);
  const dryRun = get(operation.body, 'dryRun') === true ? ['--dry-run=server'] : [];
  const argv = ['patch', ...target, '--type', 'merge', '-p', JSON.stringify(patch), ...dryRun];
  return kubectl(operation, argv, {}, reader);
}

/** `networkpolicy default-deny -n good-namespace`; a kind that is not built in comes with its group. */
function targetWords(value: Json, reader: OperationReader): readonly string[] {
  const kind = getString(value, 'kind') ?? '';
  const { group } = parseApiVersion(getString(value, 'apiVersion') ?? '');
  const type = kind.toLowerCase() + (group === '' || isBuiltIn(kind) ? '' : `.${group}`);
  const namespace = namespaceOf(value) || reader.test.namespace;
  const name = nameOf(value);
  return [
    type,
    ...(name === '' ? [] : [name]),
    ...(namespace === '' || namespace === 'default' ? [] : ['-n', namespace]),
  ];
}

function deleteSteps(operation: TestOperation, reader: OperationReader): readonly ScenarioStep[] {
  const { body, path } = operation;
  const policy = getString(body, 'deletionPropagationPolicy');
  const cascade = policy === undefined ? [] : [`--cascade=${policy.toLowerCase()}`];
  const ref = get(body, 'ref');
  if (!isObject(ref)) {
    if (getString(body, 'file') !== undefined) return fileStep(operation, ['delete', ...cascade], reader);
    say(reader, path, '`delete` needs `ref` or `file`.');
    return [];
  }
  const { apiVersion, kind, name, namespace } = ref;
  const metadata = {
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
  };
  const target = targetWords({ apiVersion: apiVersion ?? '', kind: kind ?? '', metadata }, reader);
  const labels = Object.entries(getObject(ref, 'labels')).map(([key, value]) => `${key}=${String(value)}`);
  const selector = labels.length === 0 ? [] : ['-l', labels.join(',')];
  return [kubectl(operation, ['delete', ...target, ...selector, ...cascade], {}, reader)];
}

function waitOf({ body, path }: TestOperation, reader: OperationReader): readonly ScenarioStep[] {
  const text = getString(body, 'duration') ?? '';
  const nanoseconds = parseDuration(text);
  if (nanoseconds === undefined || nanoseconds < 0n) {
    say(reader, [...path, 'sleep', 'duration'], `"${text}" is no duration such as \`5s\` or \`2m30s\`.`);
    return [];
  }
  const duration = milliseconds(Number(nanoseconds) / 1e6);
  return [
    {
      title: `wait ${formatWait(duration)}`,
      user: CLUSTER_ADMIN,
      action: { type: 'wait', duration },
      source: sourceOf(path, reader),
    },
  ];
}

/** `5 s`, `2 min`, `1 h 30 min`. */
export function formatWait(duration: Milliseconds): string {
  if (duration < 1000) return `${duration} ms`;
  const units = [
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
  ] as const;
  let rest: number = duration;
  const parts: string[] = [];
  for (const [unit, size] of units) {
    const count = unit === 's' ? rest / size : Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.join(' ');
}

function scriptSteps(operation: TestOperation, reader: OperationReader): readonly ScenarioStep[] {
  const path = [...operation.path, 'script', 'content'];
  const content = getString(operation.body, 'content') ?? '';
  return readScript(content).flatMap((command) => {
    const problem = scriptProblem(command);
    if (problem === undefined) {
      const words = command.words.slice(1).map((word) => word.text);
      return commandStep(operation, words, path, reader);
    }
    const line = content.slice(command.start, command.end).trim();
    say(reader, path, `\`${line}\`: ${problem}.`, 'scenario-script');
    return [];
  });
}

/** Why a line of a script is not a step. */
export function scriptProblem(command: ScriptCommand): string | undefined {
  if (command.words[0]?.text !== 'kubectl') return 'a script holds only lines that begin with kubectl';
  return command.error;
}

function commandSteps(operation: TestOperation, reader: OperationReader): readonly ScenarioStep[] {
  const path = [...operation.path, 'command'];
  const { body } = operation;
  const args = getList(body, 'args').map((arg) => (typeof arg === 'string' ? arg : JSON.stringify(arg)));
  if (getString(body, 'entrypoint') === 'kubectl') return commandStep(operation, args, path, reader);
  say(reader, [...path, 'entrypoint'], 'The only command that is simulated is kubectl.', 'scenario-script');
  return [];
}

function commandStep(
  operation: TestOperation,
  words: readonly string[],
  path: readonly PathSegment[],
  reader: OperationReader,
): readonly ScenarioStep[] {
  const line = readCommandLine(words);
  const files: Record<string, readonly ManifestDocument[]> = {};
  for (const name of line.files) {
    const documents = documentsOf(name, path, reader);
    if (documents === undefined) return [];
    Object.defineProperty(files, name, { value: documents, enumerable: true });
  }
  return [{ ...kubectl(operation, line.argv, files, reader), user: line.user }];
}

function kubectl(
  operation: TestOperation,
  argv: readonly string[],
  files: Files,
  reader: OperationReader,
): ScenarioStep {
  return {
    title: titleOf(argv, files, reader.kinds),
    user: CLUSTER_ADMIN,
    action: { type: 'kubectl', argv, files },
    source: sourceOf(operation.path, reader),
  };
}

const sourceOf = (path: readonly PathSegment[], { test }: OperationReader) => ({
  file: test.document.file,
  document: test.document.index,
  path,
});

function say(
  { diagnostics, test }: OperationReader,
  path: readonly PathSegment[],
  message: string,
  code = 'scenario-test',
): void {
  diagnostics.push({ code, severity: 'error', message, location: test.document.locate(path) });
}
