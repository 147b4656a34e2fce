import type { JsonObject } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { refOf } from '../kubernetes/object.ts';
import { KYVERNO_NAMESPACE } from '../kyverno/configuration.ts';
import { refusalOfUpdateRequest, updateRequestsOf } from '../kyverno/update-request.ts';
import { ask, type BackgroundEnvironment, logRecord } from './environment.ts';
import { BACKGROUND_LATENCIES } from './latencies.ts';

/** Creates an UpdateRequest as the background controller and makes it Pending; `tell` is called with its name in between. */
export function* createPending(
  env: BackgroundEnvironment,
  object: KubernetesObject,
  generatedResources: readonly JsonObject[],
  cause: EventId,
  tell?: (name: string) => void,
): Process<void> {
  const refusal = refusalOfUpdateRequest(env.behaviour, env.server, 'PolicyController');
  if (refusal !== undefined) return logRecord(env, refusal, cause);
  const place = { resource: updateRequestsOf(env.behaviour), namespace: KYVERNO_NAMESPACE };
  const created = yield* ask(env, { verb: 'create', ...place, body: object, cause });
  if (created.object === undefined) return;
  tell?.(refOf(created.object).name);
  yield BACKGROUND_LATENCIES.pending;
  const status = {
    state: 'Pending',
    ...(generatedResources.length === 0 ? {} : { generatedResources }),
  };
  yield* ask(env, {
    verb: 'update',
    ...place,
    subresource: 'status',
    name: refOf(created.object).name,
    body: { ...created.object, status },
    cause: created.event,
  });
}
