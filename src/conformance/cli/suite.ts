import { get, getString, type Json } from '../../base/json.ts';
import type { CaseResult } from '../index.ts';
import { type FileTree, folderOf } from './file-tree.ts';
import { type CliRecording, compareRows } from './recording.ts';
import { type CliTestRun, runCliTestFile } from './run.ts';

/** The test files of a folder and what is known of them. */
export interface CliSuite {
  readonly tree: FileTree;
  /** Test files: path in the tree, and the id of its results. */
  readonly tests: readonly { readonly path: string; readonly id: string }[];
  /** Lines of an `index.jsonl`, if there is one: it tells which tests are meant to fail. */
  readonly index?: string;
  readonly recordings: ReadonlyMap<string, CliRecording>;
}

/**
 * Runs every test document. One passes if its verdict is the expected one: that of the recording; without one, that all rows
 * pass, save for tests that are meant to fail, of which nobody knows which ones really do.
 */
export async function* runCliSuite(suite: CliSuite): AsyncGenerator<CaseResult> {
  const meantToFail = readIndex(suite.index ?? '');
  const runs = new Map<string, readonly CliTestRun[]>();
  for (const { path } of suite.tests) runs.set(path, await safely(suite.tree, path));
  for (const { path, id } of suite.tests) {
    const documents = runs.get(path) ?? [];
    const recording = recordingOf(suite, path);
    const rows = recording && agreement(runs, path, recording);
    for (const run of documents) {
      const expected =
        recording === undefined ? (meantToFail.has(id) ? 'any' : 'pass') : expectedOf(recording);
      const isFirst = run === documents[0];
      yield {
        id: documents.length > 1 ? `${id}#${run.document}` : id,
        group: 'cli',
        ...judge(run, expected),
        ...(rows === undefined || !isFirst ? {} : { rows }),
      };
    }
  }
}

const expectedOf = ({ failed }: CliRecording): 'pass' | 'fail' => (failed ? 'fail' : 'pass');

function judge(run: CliTestRun, expected: 'pass' | 'fail' | 'any'): Pick<CaseResult, 'outcome' | 'reason'> {
  if (run.verdict === 'unsupported') return { outcome: 'unsupported', reason: run.reason };
  if (expected === 'any') return { outcome: 'pass', reason: `meant to fail; it came out as ${run.verdict}` };
  if (run.verdict === expected)
    return { outcome: 'pass', reason: run.verdict === 'pass' ? '' : `fails as it should: ${run.reason}` };
  return { outcome: 'fail', reason: run.reason === '' ? 'passes, and should fail' : run.reason };
}

async function safely(tree: FileTree, path: string): Promise<readonly CliTestRun[]> {
  try {
    return await runCliTestFile(tree, path);
  } catch (error) {
    const reason = `crashed: ${error instanceof Error ? error.message : String(error)}`;
    return [{ document: 0, verdict: 'fail', reason, rows: [] }];
  }
}

/** Recordings name tests by the end of their path. */
function recordingOf({ recordings }: CliSuite, path: string): CliRecording | undefined {
  const parts = path.split('/');
  for (let from = 0; from < parts.length; from += 1) {
    const found = recordings.get(parts.slice(from).join('/'));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The CLI was given the test's folder: a recording may hold rows of tests in folders below, which have their own. */
function agreement(
  runs: ReadonlyMap<string, readonly CliTestRun[]>,
  path: string,
  recording: CliRecording,
): CaseResult['rows'] {
  const own = runs.get(path) ?? [];
  if (own.some(({ verdict }) => verdict === 'unsupported')) return undefined;
  const below = `${folderOf(path)}/`;
  const isAlone = ![...runs.keys()].some((other) => other !== path && other.startsWith(below));
  return compareRows(own, recording, isAlone);
}

/** The tests that are meant to fail. */
function readIndex(text: string): ReadonlySet<string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const meant = lines
    .map((line) => JSON.parse(line) as Json)
    .filter((entry) => get(get(entry, 'ci'), 'expectOverallFailure') === true);
  return new Set(meant.map((entry) => getString(entry, 'file') ?? ''));
}
