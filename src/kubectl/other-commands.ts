import type { Process } from '../base/process.ts';
import { canI } from './can-i.ts';
import { connectToPod } from './connect.ts';
import { createObject } from './create.ts';
import { debugPods } from './debug.ts';
import { deleteTargets } from './delete.ts';
import { markNodes } from './drain.ts';
import { textFailure } from './failure.ts';
import { flag } from './flags.ts';
import { type Generated, generate, podOf } from './generators.ts';
import { annotateTargets, labelTargets } from './label.ts';
import { patchTargets } from './patch.ts';
import { getTargets } from './read/get.ts';
import { views } from './read/parts.ts';
import { replaceFiles } from './replace.ts';
import { rollOut, scaleTargets } from './rollout.ts';
import type { KubectlResult, Session } from './session.ts';

const TARGET_COMMANDS: Readonly<
  Record<string, (session: Session, words: readonly string[]) => Process<void>>
> = {
  patch: patchTargets,
  label: labelTargets,
  annotate: annotateTargets,
  delete: deleteTargets,
};

/** Commands of kubectl that are not simulated; what is in neither list is no command of its. */
const NOT_SIMULATED: ReadonlySet<string> = new Set([
  'autoscale',
  'certificate',
  'cluster-info',
  'completion',
  'config',
  'cp',
  'diff',
  'expose',
  'help',
  'kustomize',
  'kyverno',
  'options',
  'plugin',
  'proxy',
  'set',
  'taint',
  'top',
]);

const EDIT_INSTEAD =
  'kubectl edit opens an editor, which a step does not have: use kubectl patch, or change the object in a file and kubectl apply -f it';

/** All commands but `create -f` and `apply -f`; a text names what is not simulated, a result replaces the session's own. */
export function* runOther(
  session: Session,
  words: readonly string[],
): Process<string | KubectlResult | undefined> {
  const [name = '', ...rest] = words;
  if (name === 'replace' && flag(session.args, 'filename') !== undefined) {
    yield* replaceFiles(session);
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
    case 'get':
      return yield* getTargets(session, rest);
    case 'apply':
    case 'replace':
      session.fail(textFailure('must specify one of -f and -k'));
      return undefined;
    case 'describe':
    case 'logs':
    case 'events':
    case 'explain':
    case 'api-resources':
    case 'api-versions':
    case 'version':
    case 'wait':
      return yield* views.get().runView(session, words);
    case 'scale':
      yield* scaleTargets(session, rest);
      return undefined;
    case 'exec':
    case 'attach':
    case 'port-forward':
      return yield* connectToPod(session, name, rest);
    case 'cordon':
    case 'uncordon':
    case 'drain':
      yield* markNodes(session, name, rest);
      return undefined;
    case 'debug':
      return yield* debugPods(session, rest);
    case 'rollout':
      return yield* rollOut(session, rest);
    case 'edit':
      return EDIT_INSTEAD;
    case 'auth': {
      if (rest[0] === 'whoami' || (rest[0] === 'can-i' && session.isOn('list')))
        return yield* views.get().runView(session, words);
      if (rest[0] !== 'can-i') return `kubectl ${words.join(' ')}`;
      const answer = yield* canI(session, rest.slice(1));
      return answer === undefined ? undefined : { ...session.result(), exitCode: answer.allowed ? 0 : 1 };
    }
    default:
      if (name === '' || NOT_SIMULATED.has(name)) return `kubectl ${name}`.trim();
      session.fail(textFailure(`unknown command "${name}" for "kubectl"`));
      return undefined;
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
