import type { TextFile } from '../../manifest/manifest.ts';

/** The files that a test may name. Paths have no `.` and `..`; folders end without slash. */
export interface FileTree {
  read(path: string): string | undefined;
  /** Names in a folder, sorted; undefined if there is no such folder. */
  list(folder: string): readonly string[] | undefined;
}

/** The folder that a path stands in; empty at the top. */
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** A path relative to a folder, cleaned; one that starts with a slash stays as it is. */
export function joinPath(folder: string, path: string): string {
  const isAbsolute = path.startsWith('/');
  const parts: string[] = [];
  for (const part of `${isAbsolute ? '' : `${folder}/`}${path}`.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return (isAbsolute || folder.startsWith('/') ? '/' : '') + parts.join('/');
}

export const isYaml = (path: string): boolean => path.endsWith('.yaml') || path.endsWith('.yml');

/** Files in memory as a tree. */
export function treeOf(files: readonly TextFile[]): FileTree {
  const texts = new Map(files.map(({ path, text }) => [joinPath('', path), text]));
  const folders = new Map<string, Set<string>>();
  for (const path of texts.keys())
    for (let at = path; at !== ''; at = folderOf(at)) {
      const names = folders.get(folderOf(at)) ?? new Set();
      folders.set(folderOf(at), names.add(baseName(at)));
    }
  return {
    read: (path) => texts.get(path),
    list: (folder) => {
      const names = folders.get(folder);
      return names && [...names].sort();
    },
  };
}
