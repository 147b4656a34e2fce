import type { Process } from '../base/process.ts';
import { milliseconds } from '../base/units.ts';
import type { ApiRequest } from '../cluster/api.ts';
import { uidOf } from '../kubernetes/object.ts';
import { statusFailure, textFailure, withSource } from './failure.ts';
import { flag } from './flags.ts';
import { placeOf, type Session, typeOf } from './session.ts';
import { type Target, targetsOf } from './targets.ts';

/** How often a waiting kubectl looks, and how long the studio lets it wait (the real one would for a week). */
const POLL = milliseconds(50);
const PATIENCE = milliseconds(60_000);

const POLICIES: Readonly<Record<string, NonNullable<ApiRequest['propagationPolicy']>>> = {
  background: 'Background',
  true: 'Background',
  foreground: 'Foreground',
  orphan: 'Orphan',
  false: 'Orphan',
};

/** `kubectl delete`: deletes first, then waits until everything is gone unless told not to. */
export function* deleteTargets(session: Session, words: readonly string[]): Process<void> {
  const found = yield* targetsOf(session, words);
  if ('failure' in found) return session.fail(found.failure);
  if (found.targets.length === 0) return session.print('No resources found');
  const deleted: (Target & { uid: string })[] = [];
  for (const target of found.targets) {
    const uid = yield* deleteOne(session, target);
    if (uid !== undefined) deleted.push({ ...target, uid });
  }
  if (!session.isOn('wait', true) || session.dryRun !== 'none') return;
  for (const target of deleted) yield* awaitGone(session, target);
}

function* deleteOne(session: Session, target: Target): Process<string | undefined> {
  const { info, name, namespace, source } = target;
  const done = `${typeOf(info)} "${name}" ${session.isOn('force') ? 'force deleted' : 'deleted'}${session.dryRunSuffix}`;
  const print = (): void =>
    session.print(flag(session.args, 'output') === 'name' ? `${typeOf(info)}/${name}` : done);
  if (session.dryRun === 'client') {
    print();
    return undefined;
  }
  const cascade = flag(session.args, 'cascade') ?? 'background';
  const propagationPolicy = Object.hasOwn(POLICIES, cascade) ? POLICIES[cascade] : undefined;
  if (propagationPolicy === undefined) {
    const text = `invalid cascade value (${cascade}). Must be "background", "foreground", or "orphan"`;
    session.fail(textFailure(text));
    return undefined;
  }
  const response = yield* session.send(
    { verb: 'delete', ...placeOf(info, namespace), name, propagationPolicy },
    'kubectl-delete',
  );
  if (response.failure === undefined) {
    print();
    return uidOf(response.object);
  }
  if (response.failure.code === 404 && (session.isOn('ignore-not-found') || session.isOn('all')))
    return undefined;
  const failure = statusFailure(response.failure);
  session.fail(source === undefined ? failure : withSource(failure, 'deleting', source));
  return undefined;
}

function* awaitGone(session: Session, target: Target & { readonly uid: string }): Process<void> {
  const { info, name, namespace, uid } = target;
  for (let waited = 0; waited < PATIENCE; waited += POLL) {
    const object = session.server.lookup(info, namespace, name);
    if (object === undefined || uidOf(object) !== uid) return;
    yield POLL;
  }
  session.fail(textFailure(`timed out waiting for the condition on ${info.resource}/${name}`));
}
