import {
  type Diagnostic,
  get,
  getList,
  getString,
  type Json,
  type KyvernoVersion,
  LATEST_KYVERNO,
  type ManifestDocument,
  parseFile,
  type TextFile,
} from '../../../src/index.ts';
import { checkDocument } from './check.ts';
import type { SchemaLibrary } from './library.ts';
import { isKyvernos } from './policy-places.ts';

/** Longer files are left to the run: reading them here would make a key press wait. */
const MAX_LENGTH = 100_000;

/**
 * What the schemas have against a workspace's files. Kyverno's schemas are those of the latest version; documents of its kinds
 * are not judged by them when another version runs. Files that a test only compares with may be as incomplete as they like.
 */
export function checkFiles(
  files: readonly TextFile[],
  version: KyvernoVersion,
  library: SchemaLibrary,
): readonly Diagnostic[] {
  const documents = files
    .filter(({ text }) => text.length <= MAX_LENGTH)
    .flatMap((file) => parseFile(file).documents);
  library.takeCrds(documents.map(({ value }) => value));
  const compared = comparedFiles(documents);
  return documents
    .filter(({ file, value }) => !compared.has(file) && (version === LATEST_KYVERNO || !isKyvernos(value)))
    .flatMap((document) => {
      const found = checkDocument(document, library);
      // Laid over the chart's objects, its own need not be whole.
      return isLaidOver(document.file) ? found.filter(({ code }) => !code.endsWith('-required')) : found;
    });
}

const isLaidOver = (file: string): boolean => /(^|\/)kyverno\.ya?ml$/.test(file);

/** Files that steps name in `assert`, `error` and `patch` alone. */
function comparedFiles(documents: readonly ManifestDocument[]): ReadonlySet<string> {
  const operations = documents
    .filter(({ value }) => getString(value, 'kind') === 'Test')
    .flatMap(({ value }) => getList(value, 'spec', 'steps'))
    .flatMap((step) => getList(step, 'try'));
  const named = (keys: readonly string[]): readonly string[] =>
    operations.flatMap((operation: Json) =>
      keys.flatMap((key) => getString(get(operation, key), 'file') ?? []),
    );
  const applied = new Set(named(['apply', 'create', 'update']));
  return new Set(named(['assert', 'error', 'patch']).filter((file) => !applied.has(file)));
}

/** What is not said of the same place already: the run and the policy checks know more than a schema. */
export function notToldYet(found: readonly Diagnostic[], told: readonly Diagnostic[]): readonly Diagnostic[] {
  const places = told.flatMap(({ location, severity }) =>
    location === undefined || severity === 'advice' ? [] : [location],
  );
  return found.filter(
    ({ location }) =>
      location === undefined ||
      !places.some(
        ({ file, line, range }) =>
          file === location.file &&
          line === location.line &&
          range.start < location.range.end &&
          location.range.start < range.end,
      ),
  );
}
