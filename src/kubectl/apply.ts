import { getString } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import { nameOf } from '../kubernetes/object.ts';
import { formatInfo, statusFailure, textFailure, withSource } from './failure.ts';
import { CLIENT_SIDE, withLastApplied } from './last-applied.ts';
import { manifestsOf, type Placed } from './manifests.ts';
import { applyToExisting } from './parts.ts';
import { placeOf, type Session } from './session.ts';

/** `kubectl apply -f`: all objects are looked up in discovery first, then applied one after the other. */
export function* applyFiles(session: Session): Process<void> {
  const manifests = [...manifestsOf(session)];
  for (const manifest of manifests) if ('failure' in manifest) session.fail(manifest.failure);
  for (const manifest of manifests) {
    if ('failure' in manifest) continue;
    if (session.isOn('server-side')) yield* applyToExisting.get().applyServerSide(session, manifest);
    else yield* applyOne(session, manifest);
  }
}

function* applyOne(session: Session, manifest: Placed): Process<void> {
  const { object, info, namespace, source } = manifest;
  const name = nameOf(object);
  if (name === '') {
    const prefix = getString(object, 'metadata', 'generateName') ?? '';
    session.fail(textFailure(`from ${prefix}: cannot use generate name with apply`));
    return;
  }
  const place = placeOf(info, namespace);
  const found = yield* session.send({ verb: 'get', ...place, name }, CLIENT_SIDE);
  if (found.object !== undefined) {
    yield* applyToExisting.get().patchOne(session, manifest, found.object);
    return;
  }
  if (found.failure !== undefined && found.failure.code !== 404) {
    const verb = `retrieving current configuration of:\n${formatInfo(info, name, namespace)}\nfrom server for:`;
    session.fail(withSource(statusFailure(found.failure), verb, source));
    return;
  }
  if (session.dryRun === 'client') {
    session.printDone(info, name, 'created');
    return;
  }
  const body = withLastApplied(object);
  const created = yield* session.send(
    { verb: 'create', ...place, body, fieldValidation: 'Strict' },
    CLIENT_SIDE,
  );
  if (created.failure === undefined) session.printDone(info, name, 'created');
  else session.fail(withSource(statusFailure(created.failure), 'creating', source));
}
