import { getString } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import { nameOf } from '../kubernetes/object.ts';
import { statusFailure, textFailure, withSource } from './failure.ts';
import { manifestsOf } from './manifests.ts';
import { placeOf, type Session } from './session.ts';

const MANAGER = 'kubectl-replace';

/** `kubectl replace -f`: without a resourceVersion of its own an object takes over the live one's. */
export function* replaceFiles(session: Session): Process<void> {
  for (const manifest of manifestsOf(session)) {
    if ('failure' in manifest) {
      session.fail(manifest.failure);
      continue;
    }
    const { info, namespace, source } = manifest;
    const name = nameOf(manifest.object);
    if (name === '') {
      session.fail(textFailure('resource name may not be empty'));
      continue;
    }
    if (session.dryRun === 'client') {
      session.printDone(info, name, 'replaced');
      continue;
    }
    const place = placeOf(info, namespace);
    let body = manifest.object;
    if (getString(body, 'metadata', 'resourceVersion') === undefined) {
      const live = yield* session.send({ verb: 'get', ...place, name }, MANAGER);
      const resourceVersion = getString(live.object, 'metadata', 'resourceVersion');
      if (resourceVersion !== undefined) body = { ...body, metadata: { ...body.metadata, resourceVersion } };
    }
    const response = yield* session.send(
      { verb: 'update', ...place, name, body, fieldValidation: 'Strict' },
      MANAGER,
    );
    if (response.failure === undefined) session.printDone(info, name, 'replaced');
    else session.fail(withSource(statusFailure(response.failure), 'replacing', source));
  }
}
