import type { Json, JsonObject } from '../../base/json.ts';

/** A recorded request of the user, reads left out. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly warnings: readonly string[];
}

export interface RecordedUpdateRequest {
  readonly name: string;
  readonly type: string;
  readonly policy: string;
  readonly rule: string | null;
  readonly resource: Json;
  readonly ruleContext: Json;
  readonly operation: string | null;
  readonly hasAdmissionRequest: boolean;
  readonly states: readonly { readonly state: string }[];
  readonly messages: readonly string[];
  readonly generatedResources: Json;
}

export interface RecordedObject {
  readonly kind: string;
  readonly change: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly labels: Json;
  readonly body: Json;
  readonly managers: readonly string[];
}

export interface RecordedEvent {
  readonly type: string;
  readonly reason: string;
  readonly action: string;
  readonly reportingComponent: string;
  readonly message: string;
  readonly regarding: Json;
  readonly related: Json;
}

export interface RecordedReport {
  readonly kind: string;
  readonly change: string;
  readonly scope: Json;
  readonly source: string | null;
  readonly results: Json;
}

/** One step of `recording.json` (see the recordings' README): what was typed and everything that was seen to happen. */
export interface RecordedStep {
  readonly n: number;
  readonly cmd?: string;
  readonly rc?: number;
  readonly stdout: string;
  readonly stderr?: string;
  readonly http: readonly RecordedRequest[];
  readonly updateRequests: readonly RecordedUpdateRequest[];
  readonly objects: readonly RecordedObject[];
  readonly events: readonly RecordedEvent[];
  readonly reports: readonly RecordedReport[];
  readonly policies: readonly JsonObject[];
  readonly logs: readonly { readonly c: string; readonly line: string }[];
}

export interface Recording {
  readonly scenario: string;
  /** `1.19 (source of 2026-08-21)`, `1.12.7`. */
  readonly kyverno: string;
  readonly steps: readonly RecordedStep[];
  readonly settings?: Json;
}

/** A line of `steps.json`: what is to be typed, by whom, at which second. */
export interface TypedStep {
  readonly n: number;
  readonly title: string;
  readonly cmd?: string | null;
  readonly user?: string | null;
  readonly file?: string | null;
  readonly t?: number;
  readonly webhooks?: Json;
  readonly backgroundController?: Json;
  readonly unrecorded?: boolean;
}

/** Changes of these kinds are in every recording; other kinds only where the recording shows them. */
export const ALWAYS_WATCHED = ['Namespace', 'ConfigMap', 'NetworkPolicy', 'ResourceQuota'];
