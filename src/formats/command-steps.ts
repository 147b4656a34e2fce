import { get, getList, getObject, getString, isObject, type Json, type PathSegment } from '../base/json.ts';
import { nameOf, namespaceOf, parseApiVersion } from '../kubernetes/object.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import type { ScenarioStep } from '../simulation/scenario.ts';
import { readCommandLine } from './command-line.ts';
import { isBuiltIn } from './kind-names.ts';
import { readScript, type ScriptCommand } from './script-lines.ts';
import { documentsOf, fileStep, kubectl, type OperationReader, say } from './step-parts.ts';
import type { TestOperation } from './test-operation.ts';

/** Chainsaw's `patch` sends the whole document as a merge patch; apiVersion, kind and name only say whose. */
export function patchStep(
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
export function targetWords(value: Json, reader: OperationReader): readonly string[] {
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

export function deleteSteps(operation: TestOperation, reader: OperationReader): readonly ScenarioStep[] {
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

export function scriptSteps(operation: TestOperation, reader: OperationReader): readonly ScenarioStep[] {
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

export function commandSteps(operation: TestOperation, reader: OperationReader): readonly ScenarioStep[] {
  const path = [...operation.path, 'command'];
  const { body } = operation;
  const args = getList(body, 'args').map((arg) => (typeof arg === 'string' ? arg : JSON.stringify(arg)));
  if (getString(body, 'entrypoint') === 'kubectl') return commandStep(operation, args, path, reader);
  say(reader, [...path, 'entrypoint'], 'The only command that is simulated is kubectl.', 'scenario-script');
  return [];
}

export function commandStep(
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
