import type { UserInfo } from '../kubernetes/object.ts';
import { nameOf } from '../kubernetes/object.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import type { KindNames } from './kind-names.ts';
import { CLUSTER_ADMIN, impersonate } from './user.ts';

/** A kubectl command line without the words that name its user. */
export interface CommandLine {
  readonly argv: readonly string[];
  readonly user: UserInfo;
  /** Names after `-f` and `--patch-file`, as typed. */
  readonly files: readonly string[];
}

const FILE_FLAGS = ['-f', '--filename', '--patch-file'] as const;

/** Takes `--as` and `--as-group` out of the words after `kubectl` and lists the files they name. */
export function readCommandLine(words: readonly string[]): CommandLine {
  const argv: string[] = [];
  const files: string[] = [];
  const groups: string[] = [];
  let username: string | undefined;
  for (let at = 0; at < words.length; at += 1) {
    const flag = readFlag(words, at);
    if (flag === undefined) argv.push(words[at] ?? '');
    else {
      if (flag.name === '--as') username = flag.value;
      else if (flag.name === '--as-group') groups.push(flag.value);
      else {
        files.push(...flag.value.split(','));
        argv.push(...words.slice(at, at + flag.words));
      }
      at += flag.words - 1;
    }
  }
  return { argv, files, user: username === undefined ? CLUSTER_ADMIN : impersonate(username, groups) };
}

interface Flag {
  readonly name: string;
  readonly value: string;
  /** 1 for `--as=x`, 2 for `--as x`. */
  readonly words: number;
}

/** The flag of a user or a file that begins at a word. */
export function readFlag(words: readonly string[], at: number): Flag | undefined {
  const word = words[at] ?? '';
  for (const name of ['--as', '--as-group', ...FILE_FLAGS]) {
    if (word === name) return { name, value: words[at + 1] ?? '', words: Math.min(2, words.length - at) };
    if (word.startsWith(`${name}=`)) return { name, value: word.slice(name.length + 1), words: 1 };
    if (name === '-f' && /^-f./.test(word)) return { name, value: word.slice(2), words: 1 };
  }
  return undefined;
}

/** Flags without a value of their own; behind any other a word may be its value. */
const SWITCHES: ReadonlySet<string> = new Set([
  '--overwrite',
  '--all',
  '--force',
  '--now',
  '--server-side',
  '--force-conflicts',
  '--ignore-not-found',
  '-A',
  '--all-namespaces',
]);

/** What the command is about, in few words: `create Namespace/bad-namespace`, `patch NetworkPolicy/default-deny`. */
export function titleOf(
  argv: readonly string[],
  files: Readonly<Record<string, readonly ManifestDocument[]>>,
  kinds: KindNames,
): string {
  const [verb = '', ...rest] = plainWords(argv);
  const objects = Object.values(files)
    .flat()
    .flatMap(({ object }) => (object === undefined ? [] : [`${object.kind}/${nameOf(object)}`]));
  const target = objects[0] ?? targetOf(verb, rest, kinds);
  const more = objects.length > 1 ? ` and ${objects.length - 1} more` : '';
  const dryRun = argv.some((word) => word.startsWith('--dry-run')) ? ' (dry run)' : '';
  return `${verb}${target === '' ? '' : ` ${target}`}${more}${dryRun}`;
}

/** `TYPE NAME` or `TYPE/NAME` with the kind's own name. */
function targetOf(verb: string, words: readonly string[], kinds: KindNames): string {
  const [first = '', second = ''] = words;
  const [type = '', name = second] = first.includes('/') ? first.split('/') : [first];
  if (type === '') return '';
  if (verb === 'get' || verb === 'describe') return words.join(' ');
  const kind = kinds(type) ?? type;
  return name === '' || name.includes('=') ? kind : `${kind}/${name}`;
}

/** Words that are neither flags nor values of flags. */
function plainWords(argv: readonly string[]): readonly string[] {
  return argv.filter((word, at) => {
    if (word.startsWith('-')) return false;
    const before = argv[at - 1] ?? '';
    return !before.startsWith('-') || before.includes('=') || SWITCHES.has(before);
  });
}
