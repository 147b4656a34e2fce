import { getList, getString, isObject } from '../../base/json.ts';
import type { ManifestDocument } from '../../manifest/manifest.ts';
import { parseFile } from '../../manifest/parse.ts';
import type { FileTree } from './file-tree.ts';

/** What loading came to: the error ends the test, as it ends the command. */
export type Loaded<T> = T | { readonly error: string };

/** The documents of a file; the error says why it cannot be read. */
export function loadDocuments(tree: FileTree, path: string): Loaded<readonly ManifestDocument[]> {
  const text = tree.read(path);
  if (text === undefined) return { error: `open ${path}: no such file or directory` };
  const { documents, diagnostics } = parseFile({ path, text });
  const wrong = diagnostics.find(({ severity }) => severity === 'error');
  return wrong === undefined ? documents : { error: `${path}: ${wrong.message}` };
}

/** Why a test cannot be run with what a reader said of its document. */
export const firstProblem = (
  path: string,
  diagnostics: readonly { readonly severity: string; readonly message: string }[],
): { readonly error: string } | undefined => {
  const wrong = diagnostics.find(({ severity }) => severity === 'error');
  return wrong && { error: `${path}: ${wrong.message}` };
};

/** A v1 List stands for its items. */
export function withoutLists(document: ManifestDocument): readonly ManifestDocument[] {
  const { value } = document;
  if (getString(value, 'kind') !== 'List' || getString(value, 'apiVersion') !== 'v1') return [document];
  return getList(value, 'items').flatMap((item, index) =>
    isObject(item)
      ? [
          {
            ...document,
            value: item,
            ...(isObject(item['metadata']) ? { object: item as never } : {}),
            locate: (path, part) => document.locate(['items', index, ...path], part),
          },
        ]
      : [],
  );
}
