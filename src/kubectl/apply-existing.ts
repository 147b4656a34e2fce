import type { Json } from '../base/json.ts';
import { getObject, isObject } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { nameOf } from '../kubernetes/object.ts';
import { createThreeWayStrategicMergePatch } from '../kubernetes/patch/strategic-diff.ts';
import { strategicTypeOf } from '../kubernetes/patch/strategic-schema.ts';
import { formatInfo, messageOf, statusFailure, textFailure, withSource } from './failure.ts';
import { formatGoJson } from './go-json.ts';
import { CLIENT_SIDE, LAST_APPLIED, withLastApplied } from './last-applied.ts';
import type { Placed } from './manifests.ts';
import { placeOf, type Session } from './session.ts';

const SERVER_SIDE = 'kubectl';

/** Patches an object from what was applied last to what is applied now. */
export function* patchOne(session: Session, manifest: Placed, live: KubernetesObject): Process<void> {
  const { object, info, namespace, source } = manifest;
  const name = nameOf(object);
  const original = getObject(live, 'metadata', 'annotations')[LAST_APPLIED];
  if (original === undefined)
    session.warn(
      `resource ${info.resource}/${name} is missing the ${LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.`,
    );
  const before = typeof original === 'string' ? parseJson(original) : null;
  const computed = createThreeWayStrategicMergePatch(
    isObject(before) ? before : {},
    withLastApplied(object),
    live,
    info,
  );
  if ('error' in computed) {
    const text = `creating patch with:\noriginal:\n${original}\nmodified:\n${formatGoJson(withLastApplied(object))}\ncurrent:\n${formatGoJson(live)}\nfor:`;
    session.fail(withSource(textFailure(computed.error), text, source));
    return;
  }
  const patch = computed.value;
  const unchanged = isObject(patch) && Object.keys(patch).length === 0;
  if (session.dryRun === 'client' || unchanged) {
    session.printDone(info, name, unchanged ? 'unchanged' : 'configured');
    return;
  }
  // Kinds that kubectl has compiled in are patched strategically, all others by merge patch.
  const type = strategicTypeOf(info) === undefined ? 'merge' : 'strategic';
  const response = yield* session.send(
    {
      verb: 'patch',
      ...placeOf(info, namespace),
      name,
      patch: { type, body: patch },
      fieldValidation: 'Strict',
    },
    CLIENT_SIDE,
  );
  if (response.failure === undefined) {
    session.printDone(info, name, 'configured');
    return;
  }
  const refused = response.failure.reason === 'Conflict' || response.failure.reason === 'Invalid';
  if (refused && session.isOn('force') && (yield* recreate(session, manifest))) {
    session.printDone(info, name, 'configured');
    return;
  }
  const inner = withSource(statusFailure(response.failure), 'patching', source);
  const text = `applying patch:\n${formatGoJson(patch)}\nto:\n${formatInfo(info, name, namespace)}\nfor:`;
  session.fail(withSource(inner, text, source));
}

/** `--force`: what cannot be patched is deleted and made anew (kubectl: patcher.deleteAndCreate). */
function* recreate(session: Session, { object, info, namespace }: Placed): Process<boolean> {
  const place = { ...placeOf(info, namespace), name: nameOf(object) };
  const deleted = yield* session.send(
    { verb: 'delete', ...place, propagationPolicy: 'Background' },
    CLIENT_SIDE,
  );
  if (deleted.failure !== undefined) return false;
  const { resourceVersion: _, uid: __, ...metadata } = withLastApplied(object).metadata;
  const body = { ...withLastApplied(object), metadata };
  const created = yield* session.send({ verb: 'create', ...placeOf(info, namespace), body }, CLIENT_SIDE);
  return created.failure === undefined;
}

/** `kubectl apply --server-side`. */
export function* applyServerSide(session: Session, manifest: Placed): Process<void> {
  const { object, info, namespace } = manifest;
  const name = nameOf(object);
  if (session.dryRun === 'client') {
    session.fail(
      textFailure(
        "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)",
      ),
    );
    return;
  }
  const response = yield* session.send(
    {
      verb: 'patch',
      ...placeOf(info, namespace),
      name,
      patch: { type: 'apply', body: object },
      fieldValidation: 'Strict',
      ...(session.isOn('force-conflicts') ? { force: true } : {}),
    },
    SERVER_SIDE,
  );
  if (response.failure === undefined) session.printDone(info, name, 'serverside-applied');
  else if (response.failure.code === 409)
    session.fail(textFailure(conflictText(messageOf(statusFailure(response.failure)))));
  else session.fail(statusFailure(response.failure));
}

const conflictText = (message: string): string => `${message}
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`;

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
