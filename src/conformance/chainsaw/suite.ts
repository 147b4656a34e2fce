import { get, getString, isObject, type Json } from '../../base/json.ts';
import type { ClusterBase } from '../../cluster/cluster-base.ts';
import { loadLibraries } from '../../expressions/jmespath/libraries.ts';
import { loadParts } from '../../parts.ts';
import { type FileTree, folderOf, joinPath } from '../cli/file-tree.ts';
import type { CaseResult } from '../index.ts';
import { type ChainsawOutcome, runChainsawTest } from './run.ts';

await loadParts();
const libraries = await loadLibraries(['regex', 'x509']);

/** The tests of a folder and what is known of them. */
export interface ChainsawSuite {
  readonly tree: FileTree;
  readonly base: ClusterBase;
  /** Folder that paths of the index are relative to. */
  readonly root: string;
  /** Test files: path in the tree, and the id of the result. */
  readonly tests: readonly { readonly path: string; readonly id: string }[];
  /** Lines of an `index.jsonl`, if there is one: settings of Kyverno, CRDs, and which tests upstream's CI runs. */
  readonly index?: string;
}

const CLASSIC: ReadonlySet<string> = new Set([
  'CleanupPolicy',
  'ClusterCleanupPolicy',
  'ClusterPolicy',
  'GlobalContextEntry',
  'Policy',
  'PolicyException',
]);

/** Runs every test on a cluster of its own. */
export function* runChainsawSuite(suite: ChainsawSuite): Generator<CaseResult> {
  const index = readIndex(suite.index ?? '');
  for (const { path, id } of suite.tests) {
    const entry = index.get(id);
    yield {
      id,
      group: `chainsaw ${areaOf(entry, id)}`,
      ...oneLine(runOne(suite, path, entry)),
      ...(entry === undefined ? {} : { counted: isCounted(entry) }),
    };
  }
}

const MAX_REASON = 600;

const oneLine = ({ outcome, reason }: ChainsawOutcome): ChainsawOutcome => ({
  outcome,
  reason: reason.replace(/\s+/g, ' ').slice(0, MAX_REASON),
});

function runOne(suite: ChainsawSuite, path: string, entry: Json | undefined): ChainsawOutcome {
  try {
    return runChainsawTest({
      tree: suite.tree,
      path,
      folder: folderOf(path),
      base: suite.base,
      libraries,
      programs: get(entry, 'externalScripts') ?? null,
      settings:
        entry === undefined
          ? nearestSettings(suite.tree, folderOf(path))
          : settingsOf(entry).map((file) => joinPath(suite.root, file)),
      preinstalled: textsOf(get(entry, 'preinstallCRDs')).map((file) => joinPath(suite.root, file)),
    });
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { outcome: 'fail', reason: `crashed: ${reason.split('\n').slice(0, 4).join(' | ')}` };
  }
}

const textsOf = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

/** Where a repository of tests keeps the Helm values that most of its CI's jobs use. */
const STANDARD = 'scripts/config/standard/kyverno.yaml';

/** Without an index: the values in the nearest folder above that has any. */
function nearestSettings(tree: FileTree, folder: string): readonly string[] {
  for (let at = folder; ; at = folderOf(at)) {
    const path = joinPath(at, STANDARD);
    if (tree.read(path) !== undefined) return [path];
    if (at === '' || at === '/') return [];
  }
}

/** Files that are applied one over the other; for `rbac` they are alternatives, of which the first is taken. */
function settingsOf(entry: Json | undefined): readonly string[] {
  const files = textsOf(get(get(entry, 'ci'), 'settingsFiles'));
  return getString(entry, 'area') === 'kyverno/rbac' ? files.slice(0, 1) : files;
}

/** `kyverno/generate`, `policies/other`: the first two parts of the area; without an index the folder above the test. */
function areaOf(entry: Json | undefined, id: string): string {
  const area = getString(entry, 'area');
  return area === undefined ? (id.split('/').at(-3) ?? '.') : area.split('/').slice(0, 2).join('/');
}

/** Upstream's CI runs it, and its policies are classic ones without CEL. */
function isCounted(entry: Json): boolean {
  const kinds = Object.keys(objectOf(get(entry, 'policyKinds')));
  const rules = textsOf(get(entry, 'ruleTypes'));
  return (
    get(get(entry, 'ci'), 'run') === true &&
    kinds.every((kind) => CLASSIC.has(kind)) &&
    !rules.includes('validate:cel')
  );
}

const objectOf = (value: Json | undefined) => (isObject(value) ? value : {});

/** Entries of Chainsaw tests, by the path of their file. */
function readIndex(text: string): ReadonlyMap<string, Json> {
  const entries = new Map<string, Json>();
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const entry = JSON.parse(line) as Json;
    if (getString(entry, 'kind') !== 'chainsaw' || get(entry, 'included') !== true) continue;
    entries.set(getString(entry, 'file') ?? '', entry);
  }
  return entries;
}
