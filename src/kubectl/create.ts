import type { Process } from '../base/process.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { gvkOf, nameOf, namespaceOf } from '../kubernetes/object.ts';
import type { Failure } from './failure.ts';
import { messageOf, statusFailure, textFailure, withSource } from './failure.ts';
import { flag } from './flags.ts';
import { withLastApplied } from './last-applied.ts';
import { manifestsOf } from './manifests.ts';
import { placeOf, type Session } from './session.ts';

const MANAGER = 'kubectl-create';

/** `kubectl create -f`: each object on its own, failures collected. */
export function* createFromFiles(session: Session): Process<void> {
  for (const manifest of manifestsOf(session)) {
    if ('failure' in manifest) {
      session.fail(manifest.failure);
      continue;
    }
    const { info, namespace, source } = manifest;
    const object = session.isOn('save-config') ? withLastApplied(manifest.object) : manifest.object;
    if (session.dryRun === 'client') {
      session.printDone(info, nameOf(object), 'created');
      continue;
    }
    const response = yield* session.send(
      { verb: 'create', ...placeOf(info, namespace), body: object, fieldValidation: 'Strict' },
      MANAGER,
    );
    if (response.failure === undefined) session.printDone(info, nameOf(response.object), 'created');
    else session.fail(withSource(statusFailure(response.failure), 'creating', source));
  }
}

/**
 * Creates an object that kubectl made from its arguments. `prefix` is what the subcommand puts before the server's text,
 * which hides that it was the server's (`error: failed to create configmap: …`); without it the answer stands as it is.
 */
export function* createObject(session: Session, object: KubernetesObject, prefix: string): Process<void> {
  const info = session.server.discovery().byKind(gvkOf(object));
  if (info === undefined) {
    session.fail(textFailure(`no matches for kind "${object.kind}" in version "${object.apiVersion}"`));
    return;
  }
  if (session.dryRun === 'client') {
    session.printDone(info, nameOf(object), 'created');
    return;
  }
  const namespace = namespaceOf(object) || session.namespace;
  const response = yield* session.send(
    { verb: 'create', ...placeOf(info, namespace), body: object, fieldValidation: 'Strict' },
    flag(session.args, 'field-manager') ?? MANAGER,
  );
  if (response.failure === undefined) {
    session.printDone(info, nameOf(response.object), 'created');
    return;
  }
  const failure: Failure = statusFailure(response.failure);
  session.fail(prefix === '' ? failure : textFailure(prefix + messageOf(failure)));
}
