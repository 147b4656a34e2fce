import type { Process } from '../base/process.ts';
import type { ApiServer } from '../cluster/api.ts';
import { forbidden } from '../cluster/status.ts';
import type { UserInfo } from '../kubernetes/object.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';
import { applyFiles } from './apply.ts';
import { createFromFiles } from './create.ts';
import type { Failure } from './failure.ts';
import { statusFailure, textFailure } from './failure.ts';
import { type Arguments, flag, flagList, readFlags } from './flags.ts';
import { otherCommands } from './parts.ts';
import { type KubectlEnvironment, type KubectlResult, Session } from './session.ts';

export type { KubectlResult };

/** A kubectl command, ready to run. */
export interface KubectlCommand {
  /** Words after `kubectl`, split as a shell does. */
  readonly argv: readonly string[];
  /** Documents of the files that `-f` names, by the name as typed. */
  readonly files: Readonly<Record<string, readonly ManifestDocument[]>>;
  readonly user: UserInfo;
}

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
  const [name = ''] = words;
  const fromFiles = name === 'create' ? createFromFiles : name === 'apply' ? applyFiles : undefined;
  if (fromFiles === undefined || flag(session.args, 'filename') === undefined)
    return yield* otherCommands.get().runOther(session, words);
  yield* fromFiles(session);
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
