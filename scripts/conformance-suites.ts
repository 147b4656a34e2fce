import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import type { CaseResult, Suite } from '../src/conformance/index.ts';

/** The suites that a folder holds: files of expression cases, folders of recordings; or just the one asked for. */
export function findSuites(folder: string, wanted: Suite | undefined): readonly Suite[] {
  if (wanted !== undefined) return [wanted];
  const suites: Suite[] = [];
  if (expressionFiles(folder).length > 0) suites.push('expressions');
  if (recordingFolders(folder).length > 0) suites.push('cluster');
  return suites;
}

export async function* runSuite(suite: Suite, folder: string): AsyncGenerator<CaseResult> {
  if (suite === 'expressions') yield* runExpressions(folder);
  else yield* runRecordings(folder);
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
