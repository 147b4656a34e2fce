import { getList, getString } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import { nameSuffix, seededRandom } from '../base/random.ts';
import { statusFailure, textFailure } from './failure.ts';
import { flag } from './flags.ts';
import { placeOf, type Session } from './session.ts';
import { fetchTarget, targetsOf } from './targets.ts';

const LEGACY =
  '--profile=legacy is deprecated and will be removed in the future. It is recommended to explicitly specify a profile, for example "--profile=general".';

/** `kubectl debug POD --image=…`: adds an ephemeral container. Copies of Pods and Pods on nodes are not simulated. */
export function* debugPods(session: Session, words: readonly string[]): Process<string | undefined> {
  const image = flag(session.args, 'image');
  if (image === undefined) {
    session.fail(textFailure('you must specify --image when not using --target'));
    return undefined;
  }
  const found = yield* targetsOf(session, words[0]?.includes('/') === true ? words : ['pods', ...words]);
  if ('failure' in found) {
    session.fail(found.failure);
    return undefined;
  }
  for (const target of found.targets) {
    if (target.info.kind !== 'Pod' || target.info.group !== '') return `kubectl debug ${words.join(' ')}`;
    session.printError(LEGACY);
    const fetched = yield* fetchTarget(session, target);
    if ('failure' in fetched) {
      session.fail(fetched.failure);
      continue;
    }
    const name =
      flag(session.args, 'container') ?? debuggerName(session, getString(fetched.object, 'metadata', 'uid'));
    const others = getList(fetched.object, 'spec', 'ephemeralContainers');
    const container = {
      name,
      image,
      imagePullPolicy: 'IfNotPresent',
      resources: {},
      terminationMessagePolicy: 'File',
    };
    const response = yield* session.send(
      {
        verb: 'patch',
        ...placeOf(target.info, target.namespace),
        name: target.name,
        subresource: 'ephemeralcontainers',
        patch: { type: 'strategic', body: { spec: { ephemeralContainers: [...others, container] } } },
      },
      'kubectl-debug',
    );
    if (response.failure !== undefined) session.fail(statusFailure(response.failure));
  }
  return undefined;
}

/** The real name ends in random letters; here they follow from the Pod and the time. */
function debuggerName(session: Session, uid = ''): string {
  const seed = [...uid].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) >>> 0, session.now >>> 0);
  const name = `debugger-${nameSuffix(seededRandom(seed))}`;
  session.print(`Defaulting debug container name to ${name}.`);
  return name;
}
