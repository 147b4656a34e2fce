/** Flags that every command knows, and those of the writing commands, by their canonical name. */
const WITH_VALUE = new Set([
  'annotation',
  'as',
  'as-group',
  'as-uid',
  'cascade',
  'clusterrole',
  'context',
  'cluster',
  'dry-run',
  'field-manager',
  'field-selector',
  'filename',
  'from-env-file',
  'from-file',
  'from-literal',
  'grace-period',
  'group',
  'hard',
  'image',
  'kubeconfig',
  'kustomize',
  'namespace',
  'non-resource-url',
  'output',
  'patch',
  'patch-file',
  'port',
  'propagation-policy',
  'raw',
  'replicas',
  'request-timeout',
  'resource',
  'resource-name',
  'resource-version',
  'role',
  'scopes',
  'selector',
  'server',
  'serviceaccount',
  'subresource',
  'tail',
  'tcp',
  'template',
  'timeout',
  'token',
  'type',
  'user',
  'verb',
  'verbosity',
  'sort-by',
  'label-columns',
  'aggregation-rule',
  'container',
  'labels',
  'restart',
  'env',
  'schedule',
  'from',
  'since',
  'since-time',
  'limit-bytes',
  'for',
  'types',
  'api-group',
  'verbs',
  'current-replicas',
  'revision',
  'to-revision',
  'api-version',
  'pod-running-timeout',
  'address',
  'pod-selector',
  'skip-wait-for-delete-timeout',
  'chunk-size',
  'target',
]);

const SWITCHES = new Set([
  'all',
  'all-namespaces',
  'allow-missing-template-keys',
  'append-hash',
  'force',
  'force-conflicts',
  'ignore-not-found',
  'insecure-skip-tls-verify',
  'list',
  'local',
  'now',
  'no-headers',
  'overwrite',
  'quiet',
  'recursive',
  'save-config',
  'server-side',
  'show-labels',
  'show-managed-fields',
  'validate',
  'wait',
  'watch',
  'edit',
  'follow',
  'previous',
  'prefix',
  'timestamps',
  'all-containers',
  'show-events',
  'namespaced',
  'cached',
  'client',
  'watch-only',
  'stdin',
  'tty',
  'rm',
  'delete-emptydir-data',
  'disable-eviction',
  'ignore-daemonsets',
]);

/** What a switch means when its value is left out; `--dry-run` and `--cascade` have one too. */
const IMPLIED: Readonly<Record<string, string>> = { 'dry-run': 'unchanged', cascade: 'background' };

const SHORT: Readonly<Record<string, string>> = {
  A: 'all-namespaces',
  R: 'recursive',
  f: 'filename',
  k: 'kustomize',
  l: 'selector',
  n: 'namespace',
  o: 'output',
  p: 'patch',
  q: 'quiet',
  v: 'verbosity',
  w: 'watch',
  L: 'label-columns',
  c: 'container',
  s: 'server',
};

/** What letters mean to `kubectl logs`. */
const SHORT_OF_LOGS: Readonly<Record<string, string>> = { ...SHORT, f: 'follow', p: 'previous' };

/** What letters mean to commands that have a terminal. */
const SHORT_OF_TERMINALS: Readonly<Record<string, string>> = { ...SHORT, i: 'stdin', t: 'tty' };
const TERMINALS: ReadonlySet<string> = new Set(['attach', 'debug', 'exec', 'run']);

/** A command line, read: positional words in order, flags by canonical name, each with all values it got. */
export interface Arguments {
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, readonly string[]>;
  /** How many words stand before `--`; undefined without one. */
  readonly dash?: number;
}

/** Reads flags as pflag does: `--a=b`, `--a b`, `-a b`, `-ab`; `--` ends them. The error is pflag's text. */
export function readFlags(argv: readonly string[]): Arguments | { readonly error: string } {
  const words: string[] = [];
  const flags = new Map<string, string[]>();
  const add = (name: string, value: string): void => {
    flags.set(name, [...(flags.get(name) ?? []), value]);
  };
  for (let i = 0; i < argv.length; i += 1) {
    const word = argv[i] ?? '';
    if (word === '--') {
      const dash = words.length;
      return { words: [...words, ...argv.slice(i + 1)], flags, dash };
    }
    if (word.startsWith('--')) {
      const equals = word.indexOf('=');
      const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
      if (!WITH_VALUE.has(name) && !SWITCHES.has(name)) return { error: `unknown flag: --${name}` };
      if (equals >= 0) add(name, word.slice(equals + 1));
      else if (SWITCHES.has(name)) add(name, 'true');
      else if (Object.hasOwn(IMPLIED, name)) add(name, IMPLIED[name] ?? '');
      else if (i + 1 < argv.length) add(name, argv[++i] ?? '');
      else return { error: `flag needs an argument: --${name}` };
    } else if (word.startsWith('-') && word.length > 1) {
      const letters = lettersOf(words[0]);
      // Letters of switches may stand together; the first flag with a value takes the rest.
      for (let at = 1; at < word.length; at += 1) {
        const letter = word[at] ?? '';
        const name = Object.hasOwn(letters, letter) ? (letters[letter] ?? '') : '';
        if (name === '') return { error: `unknown shorthand flag: '${letter}' in -${word.slice(at)}` };
        const rest = word.slice(at + 1);
        if (SWITCHES.has(name) && !rest.startsWith('=')) {
          add(name, 'true');
          continue;
        }
        if (rest !== '') add(name, rest.startsWith('=') ? rest.slice(1) : rest);
        else if (i + 1 < argv.length) add(name, argv[++i] ?? '');
        else return { error: `flag needs an argument: '${letter}' in -${word.slice(at)}` };
        break;
      }
    } else words.push(word);
  }
  return { words, flags };
}

const lettersOf = (command = ''): Readonly<Record<string, string>> =>
  command === 'logs' ? SHORT_OF_LOGS : TERMINALS.has(command) ? SHORT_OF_TERMINALS : SHORT;

/** The last value of a flag. */
export const flag = ({ flags }: Arguments, name: string): string | undefined => flags.get(name)?.at(-1);

/** All values of a flag that may be repeated; commas separate as well where kubectl splits them. */
export const flagList = ({ flags }: Arguments, name: string, commas = false): readonly string[] => {
  const values = flags.get(name) ?? [];
  return commas ? values.flatMap((value) => value.split(',')) : values;
};

/** Whether a switch is on. */
export const isOn = (args: Arguments, name: string, unset = false): boolean => {
  const value = flag(args, name);
  return value === undefined ? unset : value !== 'false' && value !== '0';
};
