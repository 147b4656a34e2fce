import type { Mocks } from '../kyverno/mocks.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { ManifestDocument, ParsedFile } from '../manifest/manifest.ts';
import { isContextFile, isValuesFile } from './cli-kinds.ts';
import { readContextFile } from './context-file.ts';
import type { FileLookup } from './mock-entries.ts';
import { undeclared } from './undeclared.ts';
import { readValuesFile } from './values-file.ts';

/** What the values of the CLI say beyond mocks, and why it has no part in a scenario. */
const OF_THE_CLI = {
  globalValues: 'the variables come from the requests',
  policies: 'the variables come from the requests',
  namespaceSelector: 'labels are those of the Namespaces in the cluster',
  namespaces: 'Namespaces are those in the cluster',
  subresources: 'the API server knows its subresources',
} as const;

/**
 * The declared answers of a folder (docs/scenario-format.md): all documents of kind Values and Context. Where two declare
 * the same, the first counts and the other is said; so is what policies ask for and nothing declares.
 */
export function readMocks(parsed: readonly ParsedFile[]): {
  readonly mocks: Mocks;
  readonly diagnostics: readonly Diagnostic[];
} {
  const diagnostics: Diagnostic[] = [];
  const documents = parsed.flatMap((file) => file.documents);
  const lookup: FileLookup = (path) => parsed.find(({ file }) => file.path === path)?.documents;
  const values = documents
    .filter(({ value }) => isValuesFile(value))
    .map((document) => {
      const read = readValuesFile(document, [], lookup);
      diagnostics.push(...read.diagnostics, ...ofTheCli(document));
      return { document, ...read.values };
    });
  const contexts = documents
    .filter(({ value }) => isContextFile(value))
    .map((document) => {
      const read = readContextFile(document);
      diagnostics.push(...read.diagnostics);
      if (read.context.resources.length > 0)
        diagnostics.push({
          code: 'scenario-mocks',
          severity: 'warning',
          message: 'Resources of a Context are not in this cluster.',
          hint: 'Move them to cluster.yaml.',
          location: document.locate(['spec', 'resources'], 'key'),
        });
      return { document, images: read.context.images };
    });
  const once = <Entry>(
    entries: readonly { readonly document: ManifestDocument; readonly entry: Entry }[],
    keyOf: (entry: Entry) => string,
  ): readonly Entry[] => {
    const seen = new Set<string>();
    return entries.flatMap(({ document, entry }) => {
      const key = keyOf(entry);
      if (seen.has(key)) {
        diagnostics.push({
          code: 'scenario-mocks',
          severity: 'warning',
          message: `${key} is declared twice; the first one counts.`,
          location: document.location,
        });
        return [];
      }
      seen.add(key);
      return [entry];
    });
  };
  const mocks: Mocks = {
    apiCallResponses: once(
      values.flatMap(({ document, apiCallResponses }) =>
        apiCallResponses.map((entry) => ({ document, entry })),
      ),
      ({ method, url }) => (method === undefined ? url : `${method} ${url}`),
    ),
    globalContextEntries: once(
      values.flatMap(({ document, globalContextEntries }) =>
        globalContextEntries.map((entry) => ({ document, entry })),
      ),
      ({ name }) => `Global context entry ${name}`,
    ),
    images: once(
      contexts.flatMap(({ document, images }) => images.map((entry) => ({ document, entry }))),
      ({ image }) => `Image ${image}`,
    ),
  };
  return { mocks, diagnostics: [...diagnostics, ...undeclared(documents, mocks)] };
}

function ofTheCli(document: ManifestDocument): readonly Diagnostic[] {
  const keys = Object.keys(document.value ?? {});
  return Object.entries(OF_THE_CLI).flatMap(([field, why]) => {
    const key = keys.find((one) => one.toLowerCase() === field.toLowerCase());
    if (key === undefined) return [];
    return [
      {
        code: 'scenario-values',
        severity: 'warning' as const,
        message: `\`${key}\` is for the Kyverno CLI and has no part here: ${why}.`,
        note: 'for the CLI only',
        location: document.locate([key], 'key'),
      },
    ];
  });
}
