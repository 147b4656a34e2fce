import { get, getList, getObject, getString, type JsonObject } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf, namespaceOf } from '../kubernetes/object.ts';
import { statusFailure, textFailure } from './failure.ts';
import { flag } from './flags.ts';
import type { Session } from './session.ts';
import { fetchTarget, targetsOf } from './targets.ts';

const PODS = { group: '', version: 'v1', resource: 'pods' };

/** What kubectl says of a call without a Pod, by command. */
const USAGE = {
  exec: "pod, type/name or --filename must be specified\nSee 'kubectl exec -h' for help and examples",
  attach: 'at least 1 argument is required for attach',
  'port-forward': 'TYPE/NAME and list of ports are required for port-forward',
} as const;

type Connection = keyof typeof USAGE;

/**
 * `kubectl exec`, `attach`, `port-forward`: a CONNECT request on a subresource of a Pod, which webhooks may deny. What comes
 * after it is not simulated: there is no container. The text names that; undefined if the command failed.
 */
export function* connectToPod(
  session: Session,
  command: Connection,
  words: readonly string[],
): Process<string | undefined> {
  const dash = session.args.dash === undefined ? undefined : session.args.dash - 1;
  const [target = '', ...rest] = words;
  const fail = (text: string): undefined => {
    session.fail(textFailure(text));
    return undefined;
  };
  if (target === '' || dash === 0) return fail(USAGE[command]);
  if (command === 'exec' && rest.length === 0)
    return fail(
      "you must specify at least one command for the container\nSee 'kubectl exec -h' for help and examples",
    );
  if (command === 'exec' && dash !== 1)
    return fail(
      "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples",
    );
  if (command === 'port-forward' && rest.length === 0) return fail(USAGE[command]);
  const pod = yield* findPod(session, target);
  if (pod === undefined) return undefined;
  const phase = getString(pod, 'status', 'phase') ?? '';
  if (command === 'exec' && (phase === 'Succeeded' || phase === 'Failed'))
    return fail(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  if (command === 'port-forward' && phase !== 'Running')
    return fail(`unable to forward port because pod is not running. Current status=${phase}`);
  const container = command === 'port-forward' ? '' : containerOf(session, pod);
  if (container === undefined) return undefined;
  const { failure } = yield* session.send(
    {
      verb: 'create',
      resource: PODS,
      namespace: namespaceOf(pod),
      name: nameOf(pod),
      subresource: command === 'port-forward' ? 'portforward' : command,
      body: command === 'port-forward' ? {} : optionsOf(session, container, command === 'exec' ? rest : []),
    },
    'kubectl',
  );
  if (failure !== undefined) {
    session.fail(statusFailure(failure));
    return undefined;
  }
  return `kubectl ${command}: the connection to Pod ${nameOf(pod)} was allowed; no container is behind it in the simulation`;
}

function optionsOf(session: Session, container: string, command: readonly string[]): JsonObject {
  const tty = session.isOn('tty') && session.isOn('stdin');
  return {
    ...(session.isOn('stdin') ? { stdin: true } : {}),
    stdout: true,
    ...(tty ? { tty: true } : { stderr: true }),
    container,
    ...(command.length === 0 ? {} : { command }),
  };
}

/** The Pod itself, or the first one of what selects Pods. */
function* findPod(session: Session, target: string): Process<KubernetesObject | undefined> {
  const found = yield* targetsOf(session, target.includes('/') ? [target] : ['pods', target]);
  if ('failure' in found) {
    session.fail(found.failure);
    return undefined;
  }
  const [first] = found.targets;
  if (first === undefined) return undefined;
  const fetched = yield* fetchTarget(session, first);
  if ('failure' in fetched) {
    session.fail(fetched.failure);
    return undefined;
  }
  if (first.info.kind === 'Pod') return fetched.object;
  const selector = get(get(fetched.object, 'spec'), 'selector');
  const labels = getObject(first.info.kind === 'Service' ? selector : getObject(selector, 'matchLabels'));
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',');
  if (labelSelector === '') {
    session.fail(textFailure(`cannot attach to ${first.info.kind}: invalid selector`));
    return undefined;
  }
  const { failure, items } = yield* session.send(
    { verb: 'list', resource: PODS, namespace: first.namespace, labelSelector },
    'kubectl',
  );
  if (failure !== undefined) session.fail(statusFailure(failure));
  else if (items?.[0] === undefined) session.fail(textFailure('timed out waiting for the condition'));
  return items?.[0];
}

/** The container that is meant; the first one if none is named. */
function containerOf(session: Session, pod: KubernetesObject): string | undefined {
  const names = ['containers', 'initContainers', 'ephemeralContainers'].flatMap((key) =>
    getList(pod, 'spec', key).map((one) => getString(one, 'name') ?? ''),
  );
  const asked = flag(session.args, 'container');
  if (asked !== undefined) {
    if (names.includes(asked)) return asked;
    session.fail(textFailure(`container ${asked} not found in pod ${nameOf(pod)}`));
    return undefined;
  }
  const standard = getString(pod, 'metadata', 'annotations', 'kubectl.kubernetes.io/default-container');
  if (standard !== undefined && names.includes(standard)) return standard;
  const [first = ''] = names;
  if (names.length > 1) session.printError(`Defaulted container "${first}" out of: ${listed(pod)}`);
  return first;
}

const listed = (pod: KubernetesObject): string =>
  [
    ['containers', ''],
    ['ephemeralContainers', ' (ephem)'],
    ['initContainers', ' (init)'],
  ]
    .flatMap(([key = '', mark = '']) =>
      getList(pod, 'spec', key).map((one) => `${getString(one, 'name') ?? ''}${mark}`),
    )
    .join(', ');
