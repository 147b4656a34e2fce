import type { TextFile, TextFix } from '../src/index.ts';

/** The files that a fix changes, with its edits made; ranges refer to the text before all of them. */
export function applyEdits(files: readonly TextFile[], edits: TextFix['edits']): readonly TextFile[] {
  const paths = [...new Set(edits.map((edit) => edit.file))];
  return paths.flatMap((path) => {
    const file = files.find((one) => one.path === path);
    if (file === undefined) return [];
    const own = edits.filter((edit) => edit.file === path).sort((a, b) => b.range.start - a.range.start);
    const text = own.reduce(
      (before, { range, text: added }) => before.slice(0, range.start) + added + before.slice(range.end),
      file.text,
    );
    return [{ path, text }];
  });
}
