import { get } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { EngineResponse } from '../engine/engine-response.ts';
import { mutate } from '../engine/rules/mutate.ts';
import type { AdmissionRequest, AdmissionResponse } from '../kubernetes/admission-review.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { KyvernoConfiguration } from '../kyverno/configuration.ts';
import { couldMutateInOrder } from './could-also.ts';
import type { AdmissionEnvironment } from './environment.ts';
import { ADMISSION_LATENCIES } from './latencies.ts';
import { reportMutations } from './mutate-aftermath.ts';
import { matchGate } from './parts.ts';
import { openRules, Review } from './review.ts';
import type { WebhookGroup } from './webhook-group.ts';

/** What one call came to: the object as it left, and why the request is refused, if it is. */
interface Mutated {
  readonly object: KubernetesObject;
  readonly events: readonly EventId[];
  readonly responses: readonly EngineResponse[];
  readonly denied?: string;
  readonly warnings: readonly string[];
}

/**
 * Calls the mutating webhooks one after the other, each with what the one before it left (lifecycle A.1, A.11). The first
 * refusal ends it.
 */
export function* callMutating(
  env: AdmissionEnvironment,
  request: AdmissionRequest & { readonly object: KubernetesObject },
  configuration: KyvernoConfiguration,
  groups: readonly WebhookGroup[],
  cause: EventId,
): Process<AdmissionResponse> {
  let object = request.object;
  const warnings: string[] = [];
  for (const group of groups) {
    if (group.fineGrained) {
      const gate = matchGate
        .get()
        .askMatchConditions(env, { ...request, object }, configuration, group, cause);
      if ('denied' in gate) return { allowed: false, denied: gate.denied, warnings };
      if (!gate.called) continue;
    }
    const event = env.recorder.open({
      kind: 'webhook',
      phase: 'admission',
      cause,
      type: 'mutating',
      name: group.name,
      operation: request.operation,
      allowed: true,
      warnings: [],
    });
    const mutated = mutateBy(env, { ...request, object }, configuration, group, event);
    yield ADMISSION_LATENCIES.mutate;
    for (const rule of mutated.events) env.recorder.close(rule);
    const { denied } = mutated;
    const changing = mutated.responses.filter(({ patched }) => patched !== undefined);
    if (changing.length > 1)
      env.recorder.couldAlso(event, couldMutateInOrder(changing.map(({ policy }) => policy.name).sort()));
    env.recorder.close(event, {
      allowed: denied === undefined,
      ...(denied === undefined ? {} : { message: denied }),
      warnings: mutated.warnings,
    });
    if (denied !== undefined) {
      const message = `admission webhook "${group.name}" denied the request: ${denied}`;
      return { allowed: false, denied: { webhook: group.name, message, code: 400 }, warnings };
    }
    warnings.push(...mutated.warnings);
    object = mutated.object;
    reportMutations(env, request, object, mutated.responses, event);
  }
  return { allowed: true, ...(object === request.object ? {} : { object }), warnings };
}

/** The cluster's policies come before the namespace's, either in no order (pkg/policycache/cache.go). */
function inCallOrder(
  { choices }: AdmissionEnvironment,
  { policies }: WebhookGroup,
): WebhookGroup['policies'] {
  const isNamespaced = ({ policy }: WebhookGroup['policies'][number]): boolean => policy.namespace !== '';
  return [
    ...choices.order(policies.filter((one) => !isNamespaced(one))),
    ...choices.order(policies.filter(isNamespaced)),
  ];
}

/** Policies of one call in their order; a policy that fails blocks with failurePolicy Fail and is dropped with Ignore. */
function mutateBy(
  env: AdmissionEnvironment,
  request: AdmissionRequest & { readonly object: KubernetesObject },
  configuration: KyvernoConfiguration,
  group: WebhookGroup,
  cause: EventId,
): Mutated {
  let { object } = request;
  const events: EventId[] = [];
  const responses: EngineResponse[] = [];
  const warnings: string[] = [];
  for (const { policy } of inCallOrder(env, group)) {
    const review = new Review(env, { ...request, object }, configuration);
    const response = mutate(review.context(policy));
    events.push(...openRules(env, review, response, 'mutate', () => false, cause));
    const failed = response.rules.filter(({ status }) => status === 'error' || status === 'fail');
    const texts = failed.map(({ rule, message }) => `${rule.name}: ${message}`).join(' ');
    if (failed.some(({ status }) => status === 'error') && group.failurePolicy === 'fail') {
      const denied = `mutation policy ${policy.name} error: failed to apply policy ${policy.name} rules [${texts}]`;
      return { object, events, responses, denied, warnings };
    }
    if (failed.length === 0) object = response.patched ?? object;
    responses.push(response);
    // With emitWarning the policy warns of what it did as well.
    const warns = get(policy.spec, 'emitWarning') === true;
    for (const { emitWarning, status, rule, message } of response.rules)
      if (emitWarning || (warns && status !== 'skip'))
        warnings.push(`policy ${policy.name}.${rule.name}: ${message}`);
  }
  return { object, events, responses, warnings };
}
