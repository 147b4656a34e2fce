import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { AdmissionRequest, AdmissionResponse } from '../kubernetes/admission-review.ts';
import { logPolicyErrors } from './admission-log.ts';
import type { AdmissionEnvironment } from './environment.ts';
import { ADMISSION_LATENCIES } from './latencies.ts';

const NAME = 'validate-policy.kyverno.svc';

/** Warnings of the webhook that looks at PolicyExceptions; undefined if the request is for another. */
export function exceptionWarnings(
  env: AdmissionEnvironment,
  { kind, subResource, operation }: AdmissionRequest,
): readonly string[] | undefined {
  const concerned = kind.group === 'kyverno.io' && kind.kind === 'PolicyException' && subResource === '';
  if (!concerned || (operation !== 'CREATE' && operation !== 'UPDATE')) return undefined;
  return [
    ...(env.policyExceptions
      ? []
      : ['PolicyException resources would not be processed until it is enabled.']),
    ...(env.behaviour.warnsOfDeprecatedPolicies
      ? [
          'PolicyException (kyverno.io) is deprecated and will be removed in a future release; migrate to PolicyException (policies.kyverno.io), see https://kyverno.io/docs/guides/migration-to-cel/',
        ]
      : []),
  ];
}

/** Whether a request is for the policy webhook. */
export const concernsPolicy = ({ kind, subResource, operation }: AdmissionRequest): boolean =>
  kind.group === 'kyverno.io' &&
  (kind.kind === 'ClusterPolicy' || kind.kind === 'Policy') &&
  subResource === '' &&
  (operation === 'CREATE' || operation === 'UPDATE');

/** The webhook that checks policies themselves (lifecycle F). */
export function* validatePolicyObject(
  env: AdmissionEnvironment,
  request: AdmissionRequest,
  cause: EventId,
): Process<AdmissionResponse> {
  const event = env.recorder.open({
    kind: 'webhook',
    phase: 'admission',
    cause,
    type: 'validating',
    name: NAME,
    operation: request.operation,
    allowed: true,
    warnings: [],
  });
  yield ADMISSION_LATENCIES.policy;
  const object = request.object;
  const verdict = object === undefined ? { warnings: [] } : env.checkPolicy(object, request.oldObject);
  const { denied, warnings } = verdict;
  if (denied === undefined) {
    env.recorder.close(event, { warnings });
    return { allowed: true, warnings };
  }
  logPolicyErrors(env, { request }, denied, event);
  env.recorder.close(event, { allowed: false, message: denied, warnings });
  const message = `admission webhook "${NAME}" denied the request: ${denied}`;
  return { allowed: false, denied: { webhook: NAME, message, code: 400 }, warnings };
}
