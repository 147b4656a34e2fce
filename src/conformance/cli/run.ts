import { loadLibraries } from '../../expressions/jmespath/libraries.ts';
import type { CliTestResult } from '../../formats/kyverno-test.ts';
import { behaviourOf } from '../../kyverno/behaviour.ts';
import { LATEST_KYVERNO } from '../../kyverno/versions.ts';
import type { ManifestDocument, TextFile } from '../../manifest/manifest.ts';
import { loadParts } from '../../parts.ts';
import {
  type AnswersOf,
  checkResult,
  keyOf,
  patchedBy,
  type Responses,
  type ResultRow,
} from './check-results.ts';
import { type Evaluation, evaluate, type PolicyAnswer } from './evaluate.ts';
import { type FileTree, joinPath, treeOf } from './file-tree.ts';
import { loadDocuments } from './load-documents.ts';
import { asksRegistry } from './registry.ts';
import { type CliWorld, loadTestCase, type TestCase } from './test-case.ts';

/** What became of a test document, as `kyverno test` would have it. */
export interface CliTestRun {
  /** Index of the document in its file, from 0. */
  readonly document: number;
  /** `pass`: every row passes. `fail`: one does not, or the test could not be run. */
  readonly verdict: 'pass' | 'fail' | 'unsupported';
  readonly reason: string;
  readonly rows: readonly ResultRow[];
}

/** The clock of the recordings. */
const NOW = Date.UTC(2026, 10, 22, 9, 13, 48);

/** Runs the test documents of a file, whose other files are given in memory; paths are relative to one root. */
export async function runCliTests(
  files: readonly TextFile[],
  testPath: string,
  now = NOW,
): Promise<readonly CliTestRun[]> {
  return await runCliTestFile(treeOf(files), joinPath('', testPath), now);
}

/** Runs the test documents of a file of a tree. */
export async function runCliTestFile(
  tree: FileTree,
  testPath: string,
  now = NOW,
): Promise<readonly CliTestRun[]> {
  const [libraries] = await Promise.all([loadLibraries(['regex', 'x509']), loadParts()]);
  const world: CliWorld = { tree, behaviour: behaviourOf(LATEST_KYVERNO), libraries, now };
  const documents = loadDocuments(tree, testPath);
  if ('error' in documents) return [{ document: 0, verdict: 'fail', reason: documents.error, rows: [] }];
  return documents.map((document) => ({
    document: document.index,
    ...runDocument(world, testPath, document),
  }));
}

type Verdict = Omit<CliTestRun, 'document'>;

function runDocument(world: CliWorld, path: string, document: ManifestDocument): Verdict {
  const testCase = loadTestCase(world, path, document);
  if ('error' in testCase) return { verdict: 'fail', reason: testCase.error, rows: [] };
  if ('notSimulated' in testCase) return notSimulated(testCase.notSimulated);
  const [kind] = testCase.unsupported;
  if (kind !== undefined) return notSimulated(kind);
  const responses = evaluateAll(testCase);
  if ('error' in responses) return { verdict: 'fail', reason: responses.error, rows: [] };
  if ('unsupported' in responses) return notSimulated(responses.unsupported);
  const rows = testCase.test.results.flatMap((result) => checkResult(testCase, result, responses));
  const failed = rows.filter(({ result }) => result === 'Fail');
  const [first] = failed;
  if (first === undefined) return { verdict: 'pass', reason: '', rows };
  const { policy, rule, resource, reason, message } = first;
  if (failed.every((row) => asksRegistry(testCase, row))) return notSimulated('image registries');
  return {
    verdict: 'fail',
    reason: `${failed.length} of ${rows.length} rows: ${policy} ${rule} ${resource}: ${reason}: ${message}`,
    rows,
  };
}

const notSimulated = (what: string): Verdict => ({
  verdict: 'unsupported',
  reason: `${what}: not simulated`,
  rows: [],
});

const OPERATIONS = ['CREATE', 'UPDATE', 'DELETE'];

/** An operation that nobody knows ends the command. */
function operationProblem({ test, values }: TestCase): string | undefined {
  const global = values.globalValues['request.operation'];
  if (typeof global === 'string' && global !== '' && ![...OPERATIONS, 'CONNECT'].includes(global))
    return `invalid request.operation value "${global}", must be one of CREATE, UPDATE, DELETE, CONNECT`;
  const isWrong = ({ operation, isDeletingPolicy }: CliTestResult): boolean =>
    operation !== '' && (isDeletingPolicy || !OPERATIONS.includes(operation));
  const wrong = test.results.find(isWrong);
  return wrong && `invalid test result for policy ${wrong.policy}: operation ${wrong.operation}`;
}

/** Evaluates every object in the default run, and once more for each operation that results ask for. */
function evaluateAll(
  testCase: TestCase,
): Responses | { readonly error: string } | { readonly unsupported: string } {
  const problem = operationProblem(testCase);
  if (problem !== undefined) return { error: problem };
  const asked = new Set(testCase.test.results.map(({ operation }) => operation));
  const operations = ['', ...[...asked].filter((operation) => operation !== '').sort()];
  const runs = new Map<string, AnswersOf>();
  const all: PolicyAnswer[] = [];
  for (const operation of operations) {
    const answers = new Map<string, readonly PolicyAnswer[]>();
    for (const object of testCase.resources) {
      const evaluation = evaluate(testCase, object, operation);
      if ('error' in evaluation) return evaluation;
      const missing = unsupportedOf(evaluation);
      if (missing !== undefined) return { unsupported: missing };
      answers.set(keyOf(object), evaluation.answers);
      all.push(...evaluation.answers);
    }
    runs.set(operation, answers);
  }
  const target = new Map<string, readonly PolicyAnswer[]>();
  for (const key of testCase.targets.map(keyOf)) {
    const answers = all.filter((answer) => patchedBy(answer, key) !== undefined);
    if (answers.length > 0) target.set(key, answers);
  }
  return { trigger: runs.get('') ?? new Map(), byOperation: runs, target };
}

const unsupportedOf = ({ unsupported }: Evaluation): string | undefined => {
  const [first] = unsupported;
  return first && `${first.what}${first.rule === undefined ? '' : ` (rule ${first.rule})`}`;
};
