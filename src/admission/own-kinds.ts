import type { AdmissionRequest } from '../kubernetes/admission-review.ts';

const POLICIES: ReadonlySet<string> = new Set(['ClusterPolicy', 'Policy']);
const WITH_WEBHOOKS: ReadonlySet<string> = new Set([
  'PolicyException',
  'CleanupPolicy',
  'ClusterCleanupPolicy',
]);

/** Whether a request writes an object of one of Kyverno's own kinds, itself and not a part of it. */
const writes = (
  { kind, subResource, operation }: AdmissionRequest,
  isWanted: (kind: string) => boolean,
): boolean =>
  kind.group === 'kyverno.io' &&
  isWanted(kind.kind) &&
  subResource === '' &&
  (operation === 'CREATE' || operation === 'UPDATE');

/** Whether a request is for the policy webhook. */
export const concernsPolicy = (request: AdmissionRequest): boolean =>
  writes(request, (kind) => POLICIES.has(kind));

/** Whether a request is for the webhook of GlobalContextEntries. */
export const concernsGlobalContext = (request: AdmissionRequest): boolean =>
  writes(request, (kind) => kind === 'GlobalContextEntry');

/** Whether a request is for the webhooks of PolicyExceptions or of cleanup policies. */
export const concernsOtherKinds = (request: AdmissionRequest): boolean =>
  writes(request, (kind) => WITH_WEBHOOKS.has(kind));
