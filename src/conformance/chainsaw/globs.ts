import { matchWildcard } from '../../kubernetes/wildcard.ts';
import { baseName, type FileTree, folderOf, joinPath } from '../cli/file-tree.ts';

/** The files that a path names, sorted: itself, or with `*` and `?` in its last part those of its folder; undefined for more. */
export function filesOf(tree: FileTree, path: string): readonly string[] | undefined {
  if (!/[*?[]/.test(path)) return [path];
  const folder = folderOf(path);
  const pattern = baseName(path);
  if (/[*?[]/.test(folder) || pattern.includes('[')) return undefined;
  return (tree.list(folder) ?? [])
    .filter((name) => matchWildcard(pattern, name) && tree.read(joinPath(folder, name)) !== undefined)
    .map((name) => joinPath(folder, name));
}
