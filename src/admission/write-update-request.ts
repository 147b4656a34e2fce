import { get, getList } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { refOf } from '../kubernetes/object.ts';
import { KYVERNO_NAMESPACE } from '../kyverno/configuration.ts';
import type { Rule } from '../kyverno/policy.ts';
import { ADMISSION_CONTROLLER } from '../kyverno/service-accounts.ts';
import { refusalOfUpdateRequest, updateRequestsOf } from '../kyverno/update-request.ts';
import { type AdmissionEnvironment, logLine } from './environment.ts';
import { ADMISSION_LATENCIES } from './latencies.ts';

/** Whether a rule's match names the operation DELETE itself (webhooks/utils/match.go). */
export function listsDelete(rule: Rule): boolean {
  const match = get(rule.raw, 'match');
  return [match, ...getList(match, 'any'), ...getList(match, 'all')].some((filter) =>
    getList(get(filter, 'resources'), 'operations').includes('DELETE'),
  );
}

/** Creates an UpdateRequest, calls `tell` with its name, then makes it Pending. */
export function* writeUpdateRequest(
  env: AdmissionEnvironment,
  object: KubernetesObject,
  cause: EventId,
  tell: (name: string) => void,
): Process<void> {
  const refusal = refusalOfUpdateRequest(env.behaviour, env.server, 'updaterequest-generator');
  if (refusal !== undefined) return logLine(env, refusal, cause);
  const resource = updateRequestsOf(env.behaviour);
  const sender = {
    resource,
    namespace: KYVERNO_NAMESPACE,
    user: ADMISSION_CONTROLLER,
    component: 'admission-controller',
    fieldManager: 'kyverno',
  } as const;
  const created = yield* env.server.request({ ...sender, verb: 'create', body: object, cause });
  if (created.object === undefined) return;
  const ref = refOf(created.object);
  tell(ref.name);
  yield ADMISSION_LATENCIES.pending;
  const pending = { ...created.object, status: { state: 'Pending' } };
  yield* env.server.request({
    ...sender,
    verb: 'update',
    subresource: 'status',
    name: ref.name,
    body: pending,
    cause: created.event,
  });
}
