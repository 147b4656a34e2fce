import { get, getString, isObject } from '../base/json.ts';
import { nameOf } from '../kubernetes/object.ts';
import { createMergePatch } from '../kubernetes/patch/merge-patch.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import { parseFile } from '../manifest/parse.ts';
import { readFlags } from './flags.ts';
import { splitShell } from './split-shell.ts';

/** What came of an edited text: the command that makes the same change, or why there is none, in kubectl's words. */
export type Edited = { readonly command: string } | { readonly error: string };

const UNCHANGED = 'Edit cancelled, no changes made.';

/** The line that shows what `kubectl edit …` opens: the object as YAML; undefined if the line is no `kubectl edit`. */
export function openForEdit(line: string): string | undefined {
  const words = editWords(line);
  return words === undefined ? undefined : shellLine([...words.before, 'get', ...words.after, '-o', 'yaml']);
}

/**
 * The command for what a person made of the object that `kubectl edit` opened: kubectl sends a patch of the difference, so it
 * is `kubectl patch`. `before` and `after`: the YAML as opened and as saved.
 */
export function editCommand(line: string, before: string, after: string): Edited {
  const words = editWords(line);
  if (words === undefined) return { error: 'this is no kubectl edit' };
  const was = readOne('before.yaml', before);
  const is = readOne('after.yaml', after);
  if ('error' in was) return was;
  if ('error' in is) return is;
  const old = was.document.object;
  const edited = is.document.object;
  if (old === undefined) return { error: 'one object at a time can be edited here' };
  if (edited === undefined) return { error: 'the text must be an object with apiVersion, kind and metadata' };
  for (const [field, path] of IMMUTABLE)
    if (getString(old, ...path) !== getString(edited, ...path))
      return { error: `At least one of apiVersion, kind and name was changed: ${field}` };
  const patch = createMergePatch(old, edited);
  if (isObject(patch) && Object.keys(patch).length === 0) return { error: UNCHANGED };
  const args = readFlags(words.after);
  const given = 'error' in args ? [] : args.words;
  // A selection may have named no object: the patch names the one that was opened.
  const named = given.length > 1 || given.some((word) => word.includes('/')) ? [] : [nameOf(old)];
  return {
    command: shellLine([
      ...words.before,
      'patch',
      ...words.after,
      ...named,
      '--type',
      'merge',
      '-p',
      JSON.stringify(patch),
    ]),
  };
}

const IMMUTABLE = [
  ['apiVersion', ['apiVersion']],
  ['kind', ['kind']],
  ['name', ['metadata', 'name']],
] as const;

/** The words around `edit`. */
function editWords(
  line: string,
): { readonly before: readonly string[]; readonly after: readonly string[] } | undefined {
  const split = splitShell(line);
  if ('error' in split) return undefined;
  const [program, ...rest] = split.words;
  const at = rest.indexOf('edit');
  const args = readFlags(rest);
  if ((program !== 'kubectl' && program !== 'k') || at < 0) return undefined;
  if ('error' in args || args.words[0] !== 'edit') return undefined;
  return { before: ['kubectl', ...rest.slice(0, at)], after: rest.slice(at + 1) };
}

function readOne(
  path: string,
  text: string,
): { readonly document: ManifestDocument } | { readonly error: string } {
  const { documents, diagnostics } = parseFile({ path, text });
  const problem = diagnostics.find(({ severity }) => severity === 'error');
  if (problem !== undefined) return { error: problem.message };
  const [document, ...more] = documents;
  if (document === undefined || get(document.value, 'items') !== undefined || more.length > 0)
    return { error: 'one object at a time can be edited here' };
  return { document };
}

const shellLine = (words: readonly string[]): string => words.map(shellWord).join(' ');

/** A word as a shell reads it back. */
const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
