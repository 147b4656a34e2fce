import type { JsonObject } from '../base/json.ts';
import type { GroupVersionKind, GroupVersionResource, KubernetesObject, UserInfo } from './object.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** admission.k8s.io/v1 AdmissionRequest, as far as Kyverno reads it. */
export interface AdmissionRequest {
  readonly uid: string;
  /** The resource's own kind, by which Kyverno matches (webhooks/handlers/enrich.go). */
  readonly kind: GroupVersionKind;
  /** The kind of `object` as the review's `kind` says it, where a subresource has one of its own: Scale, PodExecOptions. */
  readonly reviewKind?: GroupVersionKind;
  readonly resource: GroupVersionResource;
  /** Empty string for the main resource. */
  readonly subResource: string;
  readonly name: string;
  /** Empty string for cluster scope; for a Namespace object its own name (as the API server sends it). */
  readonly namespace: string;
  readonly operation: Operation;
  readonly userInfo: UserInfo;
  /** Absent on DELETE. */
  readonly object?: KubernetesObject;
  /** Present on UPDATE and DELETE. */
  readonly oldObject?: KubernetesObject;
  readonly dryRun: boolean;
  readonly options?: JsonObject;
}

/** admission.k8s.io/v1 AdmissionResponse, after all webhooks of one phase answered. */
export interface AdmissionResponse {
  readonly allowed: boolean;
  /** Object after mutation; only from the mutating phase, only if changed. */
  readonly object?: KubernetesObject;
  /** Webhook that denied, and the complete text the API server answers (prefix included). */
  readonly denied?: {
    readonly webhook: string;
    readonly message: string;
    readonly code: number;
    /** Status reason; a webhook's own denial has none. */
    readonly reason?: string;
  };
  readonly warnings: readonly string[];
}
