import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { CaseResult, Suite } from '../src/conformance/index.ts';

/** The suites that a folder holds: files of expression cases, folders of recordings; or just the one asked for. */
export function findSuites(folder: string, wanted: Suite | undefined): readonly Suite[] {
  if (wanted !== undefined) return [wanted];
  const suites: Suite[] = [];
  if (expressionFiles(folder).length > 0) suites.push('expressions');
  if (recordingFolders(folder).length > 0) suites.push('cluster');
  if (testFiles(folder).length > 0) suites.push('cli');
  if (chainsawFiles(folder).length > 0) suites.push('chainsaw');
  return suites;
}

/** `oracle` is a folder with the recorded results of the CLI; without it those beside the folder are taken, if there are any. */
export async function* runSuite(
  suite: Suite,
  folder: string,
  oracle: string | undefined,
  only: string,
): AsyncGenerator<CaseResult> {
  switch (suite) {
    case 'expressions':
      return yield* runExpressions(folder);
    case 'cluster':
      return yield* runRecordings(folder);
    case 'cli':
      return yield* runTests(folder, oracle);
    case 'chainsaw':
      return yield* runChainsaw(folder, only);
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? filesBelow(path) : [path];
    });
}

function expressionFiles(folder: string): string[] {
  return filesBelow(folder).filter(
    (path) => path.endsWith('.json') && !/(^|\/)(recording|steps)\.json$/.test(path) && isCaseFile(path),
  );
}

/** A file of cases says so near its start; large foreign JSON is not read whole to find out. */
function isCaseFile(path: string): boolean {
  return readFileSync(path, 'utf8').includes('"cases"');
}

function recordingFolders(folder: string): string[] {
  return filesBelow(folder)
    .filter((path) => basename(path) === 'recording.json')
    .map((path) => join(path, '..'));
}

function testFiles(folder: string): string[] {
  return filesBelow(folder).filter((path) => basename(path) === 'kyverno-test.yaml');
}

function chainsawFiles(folder: string): string[] {
  return filesBelow(folder).filter((path) => basename(path) === 'chainsaw-test.yaml');
}

const CLI_RECORDINGS = 'cli-results.jsonl';

function readIfThere(path: string): string | undefined {
  return existsSync(path) && statSync(path).isFile() ? readFileSync(path, 'utf8') : undefined;
}

/** The files on disk; tests may name some outside the folder. */
const DISK = {
  read: readIfThere,
  list: (path: string) =>
    existsSync(path) && statSync(path).isDirectory() ? readdirSync(path).sort() : undefined,
};

async function* runTests(folder: string, oracle: string | undefined): AsyncGenerator<CaseResult> {
  const { runCliSuite } = await import('../src/conformance/cli/suite.ts');
  const { readCliRecordings } = await import('../src/conformance/cli/recording.ts');
  const places = oracle === undefined ? [folder, join(folder, '../oracle/cli')] : [oracle];
  const recorded = places.map((place) => readIfThere(join(place, CLI_RECORDINGS)));
  const index = readIfThere(join(folder, 'index.jsonl'));
  yield* runCliSuite({
    tree: DISK,
    tests: testFiles(folder).map((path) => ({ path, id: relative(folder, path) })),
    ...(index === undefined ? {} : { index }),
    recordings: readCliRecordings(recorded.find((text) => text !== undefined) ?? ''),
  });
}

async function* runExpressions(folder: string): AsyncGenerator<CaseResult> {
  const { runExpressionFile } = await import('../src/conformance/expressions/run.ts');
  for (const path of expressionFiles(folder))
    yield* runExpressionFile(basename(path, '.json'), readFileSync(path, 'utf8'));
}

async function* runRecordings(folder: string): AsyncGenerator<CaseResult> {
  const { runRecording } = await import('../src/conformance/cluster/run.ts');
  const bases = join(import.meta.dirname, '../public/cluster');
  for (const path of recordingFolders(folder)) {
    const files = Object.fromEntries(
      readdirSync(path)
        .filter((name) => !name.endsWith('.md'))
        .map((name) => [name, readFileSync(join(path, name), 'utf8')]),
    );
    const id = relative(folder, path) || basename(path);
    yield await runRecording(id, files, (name) => {
      const file = join(bases, name);
      return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    });
  }
}

async function* runChainsaw(folder: string, only: string): AsyncGenerator<CaseResult> {
  const { runChainsawSuite } = await import('../src/conformance/chainsaw/suite.ts');
  const { readClusterBase } = await import('../src/cluster/cluster-base.ts');
  const version = '1.19';
  const file = join(import.meta.dirname, `../public/cluster/base-${version}.json`);
  const base = readClusterBase(JSON.parse(readFileSync(file, 'utf8')), version);
  if (base === undefined) throw new Error(`no cluster base: ${file}`);
  const index = readIfThere(join(folder, 'index.jsonl'));
  yield* runChainsawSuite({
    tree: DISK,
    base,
    root: folder,
    tests: chainsawFiles(folder)
      .map((path) => ({ path, id: relative(folder, path) }))
      .filter(({ id }) => id.startsWith(only)),
    ...(index === undefined ? {} : { index }),
  });
}
