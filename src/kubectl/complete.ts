import type { ApiServer, ResourceInfo } from '../cluster/api.ts';
import { isCustom } from '../cluster/custom-resources.ts';
import { formatApiVersion, nameOf, namespaceOf } from '../kubernetes/object.ts';
import { CONTROLLERS, KYVERNO } from './read/controllers.ts';

/** One way to go on with a line. */
export interface Completion {
  /** What the word becomes. */
  readonly text: string;
  /** A kind's short name. */
  readonly short?: string;
  /** A kind's apiVersion, an object's namespace, what a command does. */
  readonly detail?: string;
  /** How many objects of the kind there are. */
  readonly count?: number;
}

export interface Completions {
  /** Where the word that is completed begins. */
  readonly from: number;
  readonly items: readonly Completion[];
}

const COMMANDS: Readonly<Record<string, string>> = {
  annotate: 'change annotations',
  'api-resources': 'what the server serves',
  'api-versions': 'groups and versions that the server serves',
  apply: 'bring files into the cluster',
  auth: 'can-i, whoami',
  create: 'create from a file or by kind',
  delete: 'delete objects',
  describe: 'everything about objects, with Events',
  events: 'Events, the latest last',
  explain: 'fields of a kind',
  get: 'list objects',
  label: 'change labels',
  logs: "lines of Kyverno's controllers and of actors",
  patch: 'change fields',
  replace: 'replace by a file',
  rollout: 'restart, status',
  run: 'create a Pod',
  scale: 'change the number of replicas',
  version: 'of kubectl and the server',
  wait: 'until a condition holds',
};
/** Commands whose first word is a kind and the next ones are names. */
const ABOUT_OBJECTS: ReadonlySet<string> = new Set([
  'get',
  'describe',
  'delete',
  'patch',
  'label',
  'annotate',
  'wait',
  'scale',
]);
const SUBCOMMANDS: Readonly<Record<string, readonly string[]>> = {
  auth: ['can-i', 'whoami'],
  rollout: ['restart', 'status'],
  create: ['configmap', 'deployment', 'namespace', 'role', 'rolebinding', 'secret', 'serviceaccount'],
};
const EVERYWHERE = ['--all-namespaces', '--as=', '--as-group=', '--namespace='];
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  get: ['--field-selector=', '--output=', '--selector=', '--show-labels', '--sort-by=', '--watch'],
  describe: ['--selector=', '--show-events='],
  logs: ['--follow', '--selector=', '--since=', '--tail=', '--timestamps'],
  events: ['--for=', '--types='],
  wait: ['--for=', '--timeout='],
  delete: ['--all', '--cascade=', '--dry-run=', '--selector='],
  patch: ['--dry-run=', '--patch=', '--subresource=', '--type='],
  apply: ['--dry-run=', '--filename=', '--force-conflicts', '--server-side'],
  create: ['--dry-run=', '--filename='],
  scale: ['--replicas='],
  label: ['--overwrite'],
  annotate: ['--overwrite'],
  explain: ['--api-version=', '--recursive'],
  'api-resources': ['--api-group=', '--namespaced=', '--output='],
  auth: ['--list'],
};
const OUTPUTS = ['wide', 'yaml', 'json', 'name', 'jsonpath=', 'custom-columns='];
/** Flags whose value is the next word, by letter. */
const WITH_VALUE: ReadonlySet<string> = new Set([
  '-n',
  '--namespace',
  '-o',
  '--output',
  '-l',
  '-f',
  '-p',
  '-c',
]);
/** More than that nobody reads. */
const MOST = 100;

/** How a command line may go on at its end: commands, kinds, names, flags, as the cluster is. */
export function completeKubectl(line: string, server: ApiServer): Completions {
  const from = /\S*$/.exec(line)?.index ?? line.length;
  const word = line.slice(from);
  const before = line.slice(0, from).split(/\s+/).filter(Boolean);
  const items = candidates(before, word, server).filter(
    ({ text }) => text.toLowerCase().startsWith(word.toLowerCase()) && text !== word,
  );
  return { from, items: items.slice(0, MOST) };
}

const texts = (list: readonly string[]): readonly Completion[] => list.map((text) => ({ text }));

function candidates(before: readonly string[], word: string, server: ApiServer): readonly Completion[] {
  const [program, ...rest] = before;
  if (program === undefined) return texts(['kubectl']);
  const last = before.at(-1) ?? '';
  if (last === '-n' || last === '--namespace') return namespaces(server, '');
  if (last === '-o' || last === '--output') return texts(OUTPUTS);
  if (word.startsWith('--namespace=')) return namespaces(server, '--namespace=');
  if (word.startsWith('--output=')) return texts(OUTPUTS.map((one) => `--output=${one}`));
  if (WITH_VALUE.has(last)) return [];
  const [command, ...words] = positional(rest);
  if (command === undefined)
    return word.startsWith('-')
      ? texts(EVERYWHERE)
      : Object.entries(COMMANDS).map(([text, detail]) => ({ text, detail }));
  const own = Object.hasOwn(FLAGS, command) ? (FLAGS[command] ?? []) : [];
  if (word.startsWith('-')) return texts([...own, ...EVERYWHERE].sort());
  const namespace = namespaceAsked(rest);
  if (command === 'explain') return words.length === 0 ? kinds(server) : [];
  if (command === 'logs') return words.length === 0 ? logSources(server, namespace ?? 'default', word) : [];
  const subcommands = Object.hasOwn(SUBCOMMANDS, command) ? (SUBCOMMANDS[command] ?? []) : undefined;
  if (subcommands !== undefined && words.length === 0) return texts(subcommands);
  if (command === 'rollout') return objects(server, words.slice(1), word, namespace);
  return ABOUT_OBJECTS.has(command) ? objects(server, words, word, namespace) : [];
}

/** Words that are no flags and no values of flags. */
function positional(words: readonly string[]): readonly string[] {
  return words.filter((word, index) => !word.startsWith('-') && !WITH_VALUE.has(words[index - 1] ?? ''));
}

/** The namespace that the line names; `*` for all of them. */
function namespaceAsked(words: readonly string[]): string | undefined {
  if (words.includes('-A') || words.includes('--all-namespaces')) return '*';
  for (const [index, word] of words.entries()) {
    if (word === '-n' || word === '--namespace') return words[index + 1];
    if (word.startsWith('--namespace=')) return word.slice('--namespace='.length);
    if (/^-n./.test(word)) return word.slice(2);
  }
  return undefined;
}

const namespaces = (server: ApiServer, prefix: string): readonly Completion[] =>
  server
    .listAll({ group: '', version: 'v1', resource: 'namespaces' })
    .map((object) => ({ text: prefix + nameOf(object) }));

function objects(
  server: ApiServer,
  words: readonly string[],
  word: string,
  namespace: string | undefined,
): readonly Completion[] {
  const [type] = words;
  const slash = word.indexOf('/');
  if (type === undefined)
    return slash < 0
      ? kinds(server)
      : names(server, word.slice(0, slash), namespace, word.slice(0, slash + 1));
  if (type.includes('/'))
    return slash < 0 ? [] : names(server, word.slice(0, slash), namespace, word.slice(0, slash + 1));
  return names(server, type, namespace, '').filter(({ text }) => !words.includes(text));
}

/** The story's own kinds, Kyverno's, the built-in ones, then what few ask for. */
function rankOf(info: ResourceInfo): number {
  if (!isCustom(info)) return 2;
  if (info.group === 'kyverno.io') return 1;
  const ofKyverno = info.group.endsWith('kyverno.io') || /^(?:wgpolicyk8s|openreports)\.io$/.test(info.group);
  return ofKyverno ? 3 : 0;
}

function kinds(server: ApiServer): readonly Completion[] {
  const seen = new Map<string, ResourceInfo>();
  for (const info of server.discovery().resources) {
    const key = `${info.group}/${info.resource}`;
    if (!seen.has(key) && info.verbs.includes('list')) seen.set(key, info);
  }
  return [...seen.values()]
    .sort((a, b) => rankOf(a) - rankOf(b) || (a.resource < b.resource ? -1 : 1))
    .map((info) => {
      const [short] = info.shortNames;
      const known = server.discovery().byName(info.resource);
      const text = known?.group === info.group ? info.resource : `${info.resource}.${info.group}`;
      return {
        text,
        ...(short === undefined ? {} : { short }),
        detail: formatApiVersion(info),
        count: server.listAll(info).length,
      };
    });
}

function names(
  server: ApiServer,
  type: string,
  namespace: string | undefined,
  prefix: string,
): readonly Completion[] {
  const info = server.discovery().byName(type);
  if (info === undefined) return [];
  const everywhere = !info.namespaced || namespace === '*';
  return server.listAll(info, everywhere ? undefined : (namespace ?? 'default')).map((object) => ({
    text: prefix + nameOf(object),
    ...(info.namespaced ? { detail: namespaceOf(object) } : {}),
  }));
}

function logSources(server: ApiServer, namespace: string, word: string): readonly Completion[] {
  const type = /^(?:deploy|deployment|deployments)\//.exec(word)?.[0] ?? 'deploy/';
  const controllers = namespace === KYVERNO ? Object.keys(CONTROLLERS) : [];
  const deployed = server
    .listAll({ group: 'apps', version: 'v1', resource: 'deployments' }, namespace)
    .map(nameOf);
  const pods = server.listAll({ group: '', version: 'v1', resource: 'pods' }, namespace).map(nameOf);
  const all = [...new Set([...controllers, ...deployed])].map((name) => type + name);
  return [...all, ...pods].map((text) => ({ text, detail: namespace }));
}
