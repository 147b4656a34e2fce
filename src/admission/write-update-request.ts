import { get, getList } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { EventId, Milliseconds } from '../base/units.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { refOf } from '../kubernetes/object.ts';
import { KYVERNO_NAMESPACE } from '../kyverno/configuration.ts';
import type { Rule } from '../kyverno/policy.ts';
import { ADMISSION_CONTROLLER } from '../kyverno/service-accounts.ts';
import { refusalOfUpdateRequest, updateRequestsOf } from '../kyverno/update-request.ts';
import { COULD_SHOW_EARLIER, couldComeInOrder } from './could-also.ts';
import { type AdmissionEnvironment, logLine } from './environment.ts';
import { ADMISSION_LATENCIES } from './latencies.ts';

/** Whether a rule's match names the operation DELETE itself (webhooks/utils/match.go). */
export function listsDelete(rule: Rule): boolean {
  const match = get(rule.raw, 'match');
  return [match, ...getList(match, 'any'), ...getList(match, 'all')].some((filter) =>
    getList(get(filter, 'resources'), 'operations').includes('DELETE'),
  );
}

/**
 * From the evaluation of a rule to the request that writes its UpdateRequest: mostly it comes after the answer, which it does
 * not wait for (corrections.md c.10).
 */
export const updateRequestDelay = ({ choices }: AdmissionEnvironment): Milliseconds =>
  choices.pick(2) === 0 ? ADMISSION_LATENCIES.updateRequest : ADMISSION_LATENCIES.updateRequestEarly;

/**
 * Creates an UpdateRequest, calls `tell` with its name, then makes it Pending. `others`: policies whose UpdateRequests the
 * same call writes.
 */
export function* writeUpdateRequest(
  env: AdmissionEnvironment,
  object: KubernetesObject,
  cause: EventId,
  tell: (name: string) => void,
  others: readonly string[] = [],
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
  if (env.behaviour.createsUpdateRequestsBesideVerdict)
    env.recorder.couldAlso(created.event, COULD_SHOW_EARLIER);
  if (others.length > 0) env.recorder.couldAlso(created.event, couldComeInOrder(others));
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
