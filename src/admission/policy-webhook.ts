import type { DocumentPath } from '../base/document-path.ts';
import type { PathSegment } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { AdmissionRequest, AdmissionResponse } from '../kubernetes/admission-review.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { honours } from '../kyverno/policy.ts';
import { logPolicyErrors } from './admission-log.ts';
import type { AdmissionEnvironment, PolicyVerdict } from './environment.ts';
import { ADMISSION_LATENCIES } from './latencies.ts';

const NAME = 'validate-policy.kyverno.svc';
/** The webhooks of other kinds are called as the service is (controllers/generic/webhook). */
const GLOBAL_CONTEXT = 'kyverno-svc.kyverno.svc';
const CLEANUP = 'kyverno-cleanup-controller.kyverno.svc';

/** Warnings of the webhook that looks at PolicyExceptions; undefined if the request is for another. */
function exceptionWarnings(
  env: AdmissionEnvironment,
  { kind, namespace }: AdmissionRequest,
): readonly string[] | undefined {
  if (kind.kind !== 'PolicyException') return undefined;
  return [
    ...placeWarnings(env, namespace),
    ...(env.behaviour.warnsOfDeprecatedPolicies
      ? [
          'PolicyException (kyverno.io) is deprecated and will be removed in a future release; migrate to PolicyException (policies.kyverno.io), see https://kyverno.io/docs/guides/migration-to-cel/',
        ]
      : []),
  ];
}

const CLEANUP_KINDS: Readonly<Record<string, string>> = {
  CleanupPolicy: 'NamespacedDeletingPolicy',
  ClusterCleanupPolicy: 'DeletingPolicy',
};

/**
 * The answer of the webhooks that look at PolicyExceptions and at cleanup policies, for a request that concerns one of them.
 * What they let pass goes on to the policies that match the kind.
 */
export function* answerForOwnKinds(
  env: AdmissionEnvironment,
  request: AdmissionRequest,
  cause: EventId,
): Process<AdmissionResponse | undefined> {
  const { object, kind } = request;
  const exception = exceptionWarnings(env, request);
  const isCleanup = Object.hasOwn(CLEANUP_KINDS, kind.kind);
  if (object === undefined || (exception === undefined && !isCleanup)) return undefined;
  const warnings = exception ?? cleanupWarnings(env, kind.kind);
  const denied = isCleanup ? env.checkCleanupPolicy(object) : env.checkException(object);
  if (denied === undefined) return { allowed: true, warnings };
  const name = isCleanup ? CLEANUP : GLOBAL_CONTEXT;
  return yield* call(env, request, name, () => ({ warnings, denied }), cause);
}

const cleanupWarnings = ({ behaviour }: AdmissionEnvironment, kind: string): readonly string[] =>
  behaviour.warnsOfDeprecatedPolicies
    ? [
        `${kind} (kyverno.io) is deprecated and will be removed in a future release; migrate to ${CLEANUP_KINDS[kind]} (policies.kyverno.io), see https://kyverno.io/docs/guides/migration-to-cel/`,
      ]
    : [];

/** Where exceptions count at all (validation/exception/validate.go). */
function placeWarnings(env: AdmissionEnvironment, namespace: string): readonly string[] {
  if (!env.policyExceptions) return ['PolicyException resources would not be processed until it is enabled.'];
  if (env.exceptionNamespace === '') return ['The exceptionNamespace flag is not set'];
  return honours(env.exceptionNamespace, namespace)
    ? []
    : ['PolicyException resource namespace must match the defined namespace.'];
}

/** The webhook that checks policies themselves (lifecycle F). */
export function* validatePolicyObject(
  env: AdmissionEnvironment,
  request: AdmissionRequest,
  cause: EventId,
): Process<AdmissionResponse> {
  const { object, oldObject } = request;
  const check = (): PolicyVerdict =>
    object === undefined ? { warnings: [] } : env.checkPolicy(object, oldObject);
  return yield* call(env, request, NAME, check, cause);
}

/** The webhook that checks GlobalContextEntries. */
export function* validateGlobalContextObject(
  env: AdmissionEnvironment,
  request: AdmissionRequest,
  cause: EventId,
): Process<AdmissionResponse> {
  const check = (): PolicyVerdict => {
    const denied = request.object && env.checkGlobalContextEntry(request.object);
    return { warnings: [], ...(denied === undefined ? {} : { denied }) };
  };
  return yield* call(env, request, GLOBAL_CONTEXT, check, cause);
}

function* call(
  env: AdmissionEnvironment,
  request: AdmissionRequest,
  name: string,
  check: () => PolicyVerdict,
  cause: EventId,
): Process<AdmissionResponse> {
  const event = env.recorder.open({
    kind: 'webhook',
    phase: 'admission',
    cause,
    type: 'validating',
    name,
    operation: request.operation,
    allowed: true,
    warnings: [],
  });
  yield ADMISSION_LATENCIES.policy;
  const { denied, path, warnings } = check();
  if (denied === undefined) {
    env.recorder.close(event, { warnings });
    return { allowed: true, warnings };
  }
  if (name === NAME) logPolicyErrors(env, { request }, denied, event);
  const place = placeOf(env, request.object, path);
  env.recorder.close(event, {
    allowed: false,
    message: denied,
    warnings,
    ...(place === undefined ? {} : { place }),
  });
  const message = `admission webhook "${name}" denied the request: ${denied}`;
  return { allowed: false, denied: { webhook: name, message, code: 400 }, warnings };
}

/** Where in the person's files a refusal is about. */
function placeOf(
  env: AdmissionEnvironment,
  object: KubernetesObject | undefined,
  path: readonly PathSegment[] | undefined,
): DocumentPath | undefined {
  const source = object && env.locate(object);
  return source && { ...source, path: [...source.path, ...(path ?? [])] };
}
