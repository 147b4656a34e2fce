import type { Json } from '../base/json.ts';
import { get, getObject } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import { milliseconds } from '../base/units.ts';
import { unknownPath } from '../cluster/status.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { statusFailure, textFailure } from './failure.ts';
import { flag } from './flags.ts';
import { placeOf, type Session } from './session.ts';
import { fetchTarget, type Target, targetsOf } from './targets.ts';

const RESTARTABLE = new Set(['deployments', 'daemonsets', 'statefulsets']);
const LOOK_EVERY = milliseconds(50);
/** A rollout that has not come to its end by then is not going to. */
const PATIENCE = 600_000;

/** `kubectl scale TYPE/NAME --replicas=N`: a patch of the scale subresource. */
export function* scaleTargets(session: Session, words: readonly string[]): Process<void> {
  const asked = flag(session.args, 'replicas');
  if (asked === undefined) {
    session.fail(textFailure('required flag(s) "replicas" not set\nSee \'kubectl scale --help\' for usage.'));
    return;
  }
  const replicas = Number(asked);
  if (!Number.isInteger(replicas) || replicas < 0) {
    session.fail(
      textFailure(`The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0`),
    );
    return;
  }
  const found = yield* targetsOf(session, words);
  if ('failure' in found) {
    session.fail(found.failure);
    return;
  }
  for (const target of found.targets) yield* scaleOne(session, target, replicas);
}

function* scaleOne(session: Session, target: Target, replicas: number): Process<void> {
  const fetched = yield* fetchTarget(session, target);
  if ('failure' in fetched) {
    session.fail(fetched.failure);
    return;
  }
  if (!target.info.subresources.includes('scale')) {
    session.fail(statusFailure(unknownPath()));
    return;
  }
  const current = flag(session.args, 'current-replicas');
  const now = Number(get(getObject(fetched.object, 'spec'), 'replicas') ?? 0);
  if (current !== undefined && Number(current) >= 0 && Number(current) !== now) {
    session.fail(textFailure(`Expected replicas to be ${current}, was ${now}`));
    return;
  }
  if (session.dryRun !== 'client') {
    const { failure } = yield* session.send(
      {
        verb: 'patch',
        ...placeOf(target.info, target.namespace),
        name: target.name,
        subresource: 'scale',
        patch: { type: 'merge', body: { spec: { replicas } } },
      },
      'kubectl',
    );
    if (failure !== undefined) {
      session.fail(statusFailure(failure));
      return;
    }
  }
  session.printDone(target.info, target.name, 'scaled');
}

/** `kubectl rollout restart|status TYPE/NAME`; a text names what is not simulated. */
export function* rollOut(session: Session, words: readonly string[]): Process<string | undefined> {
  const [verb = '', ...rest] = words;
  if (verb !== 'restart' && verb !== 'status') return `kubectl rollout ${verb}`.trim();
  if (rest.length === 0) {
    session.fail(textFailure('required resource not specified'));
    return undefined;
  }
  const found = yield* targetsOf(session, rest);
  if ('failure' in found) {
    session.fail(found.failure);
    return undefined;
  }
  for (const target of found.targets) {
    if (verb === 'restart') yield* restartOne(session, target);
    else yield* statusOne(session, target);
  }
  return undefined;
}

function* restartOne(session: Session, target: Target): Process<void> {
  const { info, name } = target;
  if (!RESTARTABLE.has(info.resource)) {
    session.fail(textFailure(`${info.resource} "${name}" restarting is not supported`));
    return;
  }
  const restartedAt = `${new Date(session.clock).toISOString().slice(0, 19)}Z`;
  const body: Json = {
    spec: {
      template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': restartedAt } } },
    },
  };
  const { failure } = yield* session.send(
    { verb: 'patch', ...placeOf(info, target.namespace), name, patch: { type: 'strategic', body } },
    'kubectl-rollout',
  );
  if (failure !== undefined) session.fail(statusFailure(failure));
  else session.printDone(info, name, 'restarted');
}

function* statusOne(session: Session, target: Target): Process<void> {
  const fetched = yield* fetchTarget(session, target);
  if ('failure' in fetched) {
    session.fail(fetched.failure);
    return;
  }
  const { info, name, namespace } = target;
  const end = session.clock + PATIENCE;
  let told = '';
  for (;;) {
    const object = session.server.lookup(info, namespace, name);
    const text = object === undefined ? undefined : progress(object);
    if (text === undefined) {
      session.print(`${info.singular} "${name}" successfully rolled out`);
      return;
    }
    if (text !== told) session.print(`Waiting for ${info.singular} "${name}" rollout to finish: ${text}...`);
    told = text;
    const before = session.clock;
    if (before >= end) break;
    yield LOOK_EVERY;
    if (session.clock === before) break;
  }
  session.fail(textFailure('timed out waiting for the condition'));
}

/** What a Deployment's rollout waits for; undefined once it is complete. */
function progress(object: KubernetesObject): string | undefined {
  const [spec, status] = [getObject(object, 'spec'), getObject(object, 'status')];
  const count = (from: Json | undefined, key: string, missing = 0): number =>
    Number(get(from, key) ?? missing);
  const wanted = count(spec, 'replicas', 1);
  const [updated, all, available] = [
    count(status, 'updatedReplicas'),
    count(status, 'replicas'),
    count(status, 'availableReplicas'),
  ];
  if (updated < wanted) return `${updated} out of ${wanted} new replicas have been updated`;
  if (all > updated) return `${all - updated} old replicas are pending termination`;
  if (available < updated) return `${available} of ${updated} updated replicas are available`;
  return undefined;
}
