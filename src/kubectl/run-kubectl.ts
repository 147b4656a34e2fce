import type { Process } from '../base/process.ts';
import type { ApiServer } from '../cluster/api.ts';
import { forbidden } from '../cluster/status.ts';
import type { UserInfo } from '../kubernetes/object.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import { applyFiles } from './apply.ts';
import { canI } from './can-i.ts';
import { createFromFiles, createObject } from './create.ts';
import { deleteTargets } from './delete.ts';
import type { Failure } from './failure.ts';
import { statusFailure, textFailure } from './failure.ts';
import { type Arguments, flag, flagList, readFlags } from './flags.ts';
import { type Generated, generate, podOf } from './generators.ts';
import { annotateTargets, labelTargets } from './label.ts';
import { patchTargets } from './patch.ts';
import { replaceFiles } from './replace.ts';
import { type KubectlEnvironment, Session } from './session.ts';

/** A kubectl command, ready to run. */
export interface KubectlCommand {
  /** Words after `kubectl`, split as a shell does. */
  readonly argv: readonly string[];
  /** Documents of the files that `-f` names, by the name as typed. */
  readonly files: Readonly<Record<string, readonly ManifestDocument[]>>;
  readonly user: UserInfo;
}

export interface KubectlResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What of the command is not simulated; the cluster was not touched by it. */
  readonly unsupported?: string;
}

const FILE_COMMANDS: Readonly<Record<string, (session: Session) => Process<void>>> = {
  create: createFromFiles,
  apply: applyFiles,
  replace: replaceFiles,
};

const TARGET_COMMANDS: Readonly<
  Record<string, (session: Session, words: readonly string[]) => Process<void>>
> = {
  patch: patchTargets,
  label: labelTargets,
  annotate: annotateTargets,
  delete: deleteTargets,
};

/** Runs a command line against the cluster, in virtual time. Never throws over what a person typed. */
export function* runKubectl(
  command: KubectlCommand,
  server: ApiServer,
  environment: KubectlEnvironment = {},
): Process<KubectlResult> {
  const args = readFlags(command.argv);
  if ('error' in args) return usageError(args.error, command.argv[0] ?? '');
  const user = impersonated(command.user, args, server);
  const session = new Session(
    args,
    'failure' in user ? command.user : user,
    command.files,
    server,
    environment,
  );
  if ('failure' in user) {
    session.fail(user.failure);
    return session.result();
  }
  const unsupported = yield* dispatch(session, args.words);
  if (unsupported === undefined) return session.result();
  return typeof unsupported === 'string' ? { ...session.result(), unsupported } : unsupported;
}

/** Runs the command; a text names what is not simulated, a result replaces the session's own. */
function* dispatch(session: Session, words: readonly string[]): Process<string | KubectlResult | undefined> {
  const [name = '', ...rest] = words;
  const files = Object.hasOwn(FILE_COMMANDS, name) ? FILE_COMMANDS[name] : undefined;
  if (files !== undefined && flag(session.args, 'filename') !== undefined) {
    yield* files(session);
    return undefined;
  }
  const targets = Object.hasOwn(TARGET_COMMANDS, name) ? TARGET_COMMANDS[name] : undefined;
  if (targets !== undefined) {
    yield* targets(session, rest);
    return undefined;
  }
  switch (name) {
    case 'create':
      return yield* createGenerated(
        session,
        generate(session, rest),
        `kubectl create ${rest[0] ?? ''}`.trim(),
      );
    case 'run':
      return yield* createGenerated(session, podOf(session, rest[0] ?? ''), 'kubectl run');
    case 'apply':
    case 'replace':
      session.fail(textFailure('must specify one of -f and -k'));
      return undefined;
    case 'auth': {
      if (rest[0] !== 'can-i' || session.isOn('list')) return `kubectl ${words.join(' ')}`;
      const answer = yield* canI(session, rest.slice(1));
      return answer === undefined ? undefined : { ...session.result(), exitCode: answer.allowed ? 0 : 1 };
    }
    default:
      return `kubectl ${name}`;
  }
}

function* createGenerated(
  session: Session,
  generated: Generated | undefined,
  command: string,
): Process<string | undefined> {
  if (generated === undefined) return command;
  if ('unsupported' in generated) return `${command}: ${generated.unsupported}`;
  if ('failure' in generated) session.fail(generated.failure);
  else yield* createObject(session, generated.object, generated.prefix);
  return undefined;
}

/** The user that `--as` and `--as-group` name, if the caller may impersonate them. */
function impersonated(
  user: UserInfo,
  args: Arguments,
  server: ApiServer,
): UserInfo | { readonly failure: Failure } {
  const name = flag(args, 'as');
  const groups = flagList(args, 'as-group');
  if (name === undefined)
    return groups.length === 0
      ? user
      : { failure: textFailure('requesting groups or user-extra for test without impersonating a user') };
  const wanted = [
    { resource: 'users', name },
    ...groups.map((group) => ({ resource: 'groups', name: group })),
  ];
  for (const target of wanted) {
    if (server.authorize(user, { verb: 'impersonate', group: '', ...target })) continue;
    const text = `User "${user.username}" cannot impersonate resource "${target.resource}" in API group "" at the cluster scope`;
    return { failure: statusFailure(forbidden({ group: '', resource: target.resource }, target.name, text)) };
  }
  return { username: name, groups };
}

function usageError(text: string, command: string): KubectlResult {
  const help = command === '' || command.startsWith('-') ? 'kubectl --help' : `kubectl ${command} --help`;
  return { exitCode: 1, stdout: '', stderr: `error: ${text}\nSee '${help}' for usage.\n` };
}
