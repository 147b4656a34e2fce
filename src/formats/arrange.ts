import type { JsonObject } from '../base/json.ts';
import { getString, isObject } from '../base/json.ts';
import type { TextFile } from '../manifest/manifest.ts';
import { parseFile } from '../manifest/parse.ts';
import { readSteps } from './editable-steps.ts';
import type { SortedDocument } from './sort-documents.ts';
import { applyEdits, blockItem, formatItem, formatScalar } from './step-text.ts';
import { writeStep } from './write-step.ts';

export const POLICIES_FILE = 'policies.yaml';
export const CLUSTER_FILE = 'cluster.yaml';
export const ACTORS_FILE = 'actors.yaml';
export const MOCKS_FILE = 'mocks.yaml';
export const KYVERNO_FILE = 'kyverno.yaml';
export const TEST_FILE = 'chainsaw-test.yaml';

/**
 * Files with the sorted documents in them: the given ones, or with none a new scenario. Documents go where their room says,
 * whatever the sorting thought: a person may have moved them.
 */
export function arrangeDocuments(
  documents: readonly SortedDocument[],
  into: readonly TextFile[],
  name = 'scenario',
): readonly TextFile[] {
  const files = new Map(into.map((file) => [file.path, file.text]));
  const tests = documents.filter(({ form, room }) => form === 'chainsaw-test' && room === 'steps');
  const rest = documents.filter((document) => !tests.includes(document));
  // A test that is dropped in replaces the steps: two cannot be told together.
  for (const test of tests.slice(0, 1)) files.set(TEST_FILE, test.text);
  for (const document of rest.filter(({ room }) => room !== 'steps'))
    append(files, fileFor(document), document.text);
  const steps = rest.filter(({ room }) => room === 'steps');
  if (steps.length > 0 && !hasTest(files)) files.set(TEST_FILE, newTest(name, setupFiles(files)));
  for (const step of steps) addStep(files, step);
  for (const path of setupFiles(files)) ensureApplied(files, path);
  return [...files].map(([path, text]) => ({ path, text }));
}

function fileFor(document: SortedDocument): string {
  if (document.room === 'policies') return POLICIES_FILE;
  if (document.form === 'actor') return ACTORS_FILE;
  if (document.form === 'mocks') return MOCKS_FILE;
  if (document.form === 'kyverno') return KYVERNO_FILE;
  if (document.form === 'cli-test') return 'kyverno-test.yaml';
  return CLUSTER_FILE;
}

function append(files: Map<string, string>, path: string, text: string): void {
  const before = (files.get(path) ?? '').trimEnd();
  files.set(path, before === '' ? text : `${before}\n---\n${text}`);
}

/** Files that a new Test applies in `setup`. */
const setupFiles = (files: ReadonlyMap<string, string>): readonly string[] =>
  [CLUSTER_FILE, POLICIES_FILE].filter((path) => (files.get(path) ?? '').trim() !== '');

const testPath = (files: ReadonlyMap<string, string>): string | undefined =>
  [...files].find(([path, text]) => readSteps(parseFile({ path, text })) !== undefined)?.[0];

const hasTest = (files: ReadonlyMap<string, string>): boolean => testPath(files) !== undefined;

/** A Test without steps of its own, whose `setup` applies the given files. */
export function newTest(name: string, setup: readonly string[]): string {
  const applies = setup.map((file) => `        - apply:\n            file: ${formatScalar(file)}\n`).join('');
  const steps = setup.length === 0 ? 'steps: []\n' : `steps:\n    - name: setup\n      try:\n${applies}`;
  return `apiVersion: chainsaw.kyverno.io/v1alpha1
kind: Test
metadata:
  name: ${formatScalar(name)}
spec:
  namespace: default
  ${steps}`;
}

/** A file that came into being is applied in `setup`, if the Test has one: the cluster first, the policies last. */
function ensureApplied(files: Map<string, string>, file: string): void {
  const path = testPath(files);
  if (path === undefined) return;
  const text = files.get(path) ?? '';
  const test = readSteps(parseFile({ path, text }))?.test;
  const setup = test?.operations.filter((operation) => operation.setup) ?? [];
  const isUsed = test?.operations.some((operation) => getString(operation.body, 'file') === file);
  const [first] = setup;
  const place = file === CLUSTER_FILE ? first : setup.findLast((operation) => operation.type === 'apply');
  if (test === undefined || place === undefined || isUsed) return;
  const item = blockItem(text, test.document.locate(place.path).range);
  if (item === undefined) return;
  const at = file === CLUSTER_FILE ? item.range.start : item.range.end;
  const edit = { range: { start: at, end: at }, text: formatItem({ apply: { file } }, item.indent) };
  files.set(path, applyEdits(text, [edit]));
}

/** The object becomes the last step: applied, as its sorting says. */
function addStep(files: Map<string, string>, { text }: SortedDocument): void {
  const [document] = parseFile({ path: 'step.yaml', text }).documents;
  const path = testPath(files);
  if (path === undefined || document === undefined || !isObject(document.value)) return;
  const test = parseFile({ path, text: files.get(path) ?? '' });
  const at = readSteps(test)?.steps.length ?? 0;
  const resource: JsonObject = document.value;
  const step = { kind: 'resource' as const, operation: 'apply' as const, resource };
  const { edits } = writeStep(test, { type: 'add', at, step, name: stepName(resource) });
  files.set(path, applyEdits(test.file.text, edits));
}

const stepName = (resource: JsonObject): string =>
  `apply ${getString(resource, 'metadata', 'name') ?? ''}`.trimEnd();
