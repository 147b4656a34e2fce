import type { JsonObject, PathSegment } from '../base/json.ts';
import { get, getString, isObject } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import type { ScenarioStep } from '../simulation/scenario.ts';
import { titleOf } from './command-line.ts';
import type { KindNames } from './kind-names.ts';
import type { ChainsawTest, TestOperation } from './test-operation.ts';
import { CLUSTER_ADMIN } from './user.ts';

/** Documents of a file by its path, or undefined if there is no such file. */
export type FileLookup = (path: string) => readonly ManifestDocument[] | undefined;

export interface OperationReader {
  readonly test: ChainsawTest;
  readonly lookup: FileLookup;
  readonly kinds: KindNames;
  readonly diagnostics: Diagnostic[];
}

export type Files = Readonly<Record<string, readonly ManifestDocument[]>>;

/** Documents that an operation is about: those of its file, or its inline resource under a name of its own. */
export function objectsOf(operation: TestOperation, reader: OperationReader): readonly ManifestDocument[] {
  return Object.values(filesOf(operation, reader)).flat();
}

export function fileStep(
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
export function filesOf({ body, path, type }: TestOperation, reader: OperationReader): Files {
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
export function partOf(
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

export const asObject = (value: JsonObject): KubernetesObject | undefined =>
  typeof get(value, 'apiVersion') === 'string' &&
  typeof get(value, 'kind') === 'string' &&
  isObject(get(value, 'metadata'))
    ? (value as KubernetesObject)
    : undefined;

export function documentsOf(
  file: string,
  path: readonly PathSegment[],
  reader: OperationReader,
): readonly ManifestDocument[] | undefined {
  const documents = reader.lookup(file.replace(/^\.\//, ''));
  if (documents === undefined) say(reader, path, `There is no file ${file}.`, 'scenario-file-missing');
  return documents;
}

/** `--dry-run=server`, and the Test's namespace where it is not kubectl's own. */
export function flagsOf({ body }: TestOperation, reader: OperationReader): readonly string[] {
  const { namespace } = reader.test;
  return [
    ...(namespace === '' || namespace === 'default' ? [] : ['-n', namespace]),
    ...(get(body, 'dryRun') === true ? ['--dry-run=server'] : []),
  ];
}

export function kubectl(
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

export const sourceOf = (path: readonly PathSegment[], { test }: OperationReader) => ({
  file: test.document.file,
  document: test.document.index,
  path,
});

export function say(
  { diagnostics, test }: OperationReader,
  path: readonly PathSegment[],
  message: string,
  code = 'scenario-test',
): void {
  diagnostics.push({ code, severity: 'error', message, location: test.document.locate(path) });
}
