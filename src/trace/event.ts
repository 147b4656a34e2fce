import type { DocumentPath } from '../base/document-path.ts';
import type { Json } from '../base/json.ts';
import type { EvaluationId, EventId, Milliseconds, RevisionId, StepIndex } from '../base/units.ts';
import type { Operation } from '../kubernetes/admission-review.ts';
import type { GroupVersionResource, ObjectRef } from '../kubernetes/object.ts';

/** Admission: the caller waits. Background: nobody waits. */
export type Phase = 'admission' | 'background';

/** Who sent a request or wrote a line. */
export type Component =
  | 'client'
  | 'api-server'
  | 'admission-controller'
  | 'background-controller'
  | 'reports-controller'
  | 'cleanup-controller'
  | 'controller-manager'
  | 'actor';

interface EventBase {
  /** Index in `Trace.events`. */
  readonly id: EventId;
  /** When it starts, virtual time. */
  readonly time: Milliseconds;
  /** When it ends; equal to `time` for what takes no time. */
  readonly end: Milliseconds;
  /** The person's step during which it happens (0: before the first). */
  readonly step: StepIndex;
  readonly phase: Phase;
  /** What made it happen; absent only for steps and timers. Follows the thread: step → request → webhook → … */
  readonly cause?: EventId;
  /** Sentences: what a real cluster could also have done here. The run picked one way by its seed. */
  readonly couldAlso?: readonly string[];
}

/** A person's operation, from pressing Enter to kubectl's exit. */
export interface StepEvent extends EventBase {
  readonly kind: 'step';
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** `none`: a wait or a read; nothing was asked to be changed. */
  readonly verdict: 'allowed' | 'denied' | 'error' | 'none';
  /** What the Test expects of the step, and what came of it; absent where it expects nothing. */
  readonly expectations?: readonly Expectation[];
}

/** Something that a Chainsaw Test expects: an assertion, an `expect`, a `check`. */
export interface Expectation {
  /** As a person says it: `assert Namespace good-namespace`, `an error`. */
  readonly text: string;
  /** `unknown`: it speaks of something that is not simulated. */
  readonly result: 'met' | 'missed' | 'unknown';
  /** When that was known. */
  readonly at: Milliseconds;
  /** Why it is not met; of an assertion the first difference: `spec.replicas: Invalid value: 1: Expected value: 2`. */
  readonly difference?: string;
  /** Where it is written; of a difference the place of the expected value. */
  readonly source?: DocumentPath;
}

export type RequestPhaseName = 'authn' | 'mutating' | 'schema' | 'validating' | 'store';

/** One API request. `end` is when the answer left. */
export interface RequestEvent extends EventBase {
  readonly kind: 'request';
  readonly verb: 'create' | 'get' | 'list' | 'update' | 'patch' | 'delete' | 'deletecollection';
  readonly resource: GroupVersionResource;
  readonly subresource: string;
  readonly target: ObjectRef;
  readonly username: string;
  readonly component: Component;
  /** Path as on the wire, e.g. `/api/v1/namespaces`. */
  readonly path: string;
  readonly dryRun: boolean;
  /** Stretches that the request went through, in order; the last one is where it ended. */
  readonly phases: readonly {
    readonly name: RequestPhaseName;
    readonly time: Milliseconds;
    readonly end: Milliseconds;
  }[];
  /** HTTP status. */
  readonly code: number;
  /** Message of a failure Status, whole. */
  readonly message?: string;
  /** Status reason: `Forbidden`, `NotFound`, … */
  readonly reason?: string;
  readonly warnings: readonly string[];
  /** Which part refused it, if one did. */
  readonly refusedBy?: 'authorization' | 'mutating' | 'schema' | 'validating' | 'store';
  /** Changes that mutation made, as RFC 6902 operations. */
  readonly mutations?: Json;
}

/** One call of a webhook. */
export interface WebhookEvent extends EventBase {
  readonly kind: 'webhook';
  readonly type: 'mutating' | 'validating';
  /** `validate.kyverno.svc-fail`, `validate-policy.kyverno.svc`, a foreign webhook's name. */
  readonly name: string;
  readonly operation: Operation;
  readonly allowed: boolean;
  readonly message?: string;
  readonly warnings: readonly string[];
  /** Of a refused policy, where in the person's files the refusal is about. */
  readonly place?: DocumentPath;
}

/** A rule was evaluated, in a webhook or in a background attempt. */
export interface RuleEvent extends EventBase {
  readonly kind: 'rule';
  readonly policy: string;
  readonly rule: string;
  readonly ruleType: 'validate' | 'mutate' | 'generate' | 'mutateExisting' | 'verifyImages';
  /** `none`: the rule did not match. */
  readonly status: 'pass' | 'fail' | 'warn' | 'error' | 'skip' | 'none';
  readonly message: string;
  readonly enforced: boolean;
  readonly trigger: ObjectRef;
  readonly evaluation: EvaluationId;
}

/** etcd took a write: the object's new revision. */
export interface StoredEvent extends EventBase {
  readonly kind: 'stored';
  readonly change: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: ObjectRef;
  readonly revision: RevisionId;
  /** The revision that it replaced. */
  readonly previous?: RevisionId;
  readonly username: string;
  readonly component: Component;
}

/** A write that was refused: what etcd never held. */
export interface NeverStoredEvent extends EventBase {
  readonly kind: 'never-stored';
  readonly object: ObjectRef;
  readonly change: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly reason: string;
}

/** Admission wrote down an intent: an UpdateRequest and what it would make. */
export interface PlanEvent extends EventBase {
  readonly kind: 'plan';
  readonly updateRequest: string;
  readonly policy: string;
  readonly rule: string;
  readonly trigger: ObjectRef;
  /** `delete`: the downstreams of the trigger are to go. */
  readonly action: 'generate' | 'delete' | 'mutate';
  /** Objects it is about, as substituted from the admission request; empty if they cannot be known yet (see `unknown`). */
  readonly targets: readonly ObjectRef[];
  readonly unknown?: string;
}

/** An UpdateRequest got a state. The first one is '' (no status yet). */
export interface UpdateRequestEvent extends EventBase {
  readonly kind: 'update-request';
  readonly name: string;
  readonly policy: string;
  readonly requestType: 'generate' | 'mutate' | 'cel-generate' | 'cel-mutate';
  readonly rules: readonly string[];
  readonly trigger?: ObjectRef;
  /** `deleted`: done and removed; `dropped`: given up after the last attempt. */
  readonly state: '' | 'Pending' | 'Failed' | 'Completed' | 'Skip' | 'deleted' | 'dropped';
  readonly retryCount: number;
  readonly message: string;
  readonly revision: RevisionId;
}

/** The background controller works on an UpdateRequest once. */
export interface AttemptEvent extends EventBase {
  readonly kind: 'attempt';
  readonly updateRequest: string;
  /** From 1. */
  readonly attempt: number;
  /** Attempts that Kyverno makes in all before it gives up. */
  readonly of: number;
  /** From 1; the worker's row. */
  readonly worker: number;
  readonly result: 'completed' | 'failed' | 'pending';
  readonly message: string;
}

/** A part of an attempt: what the controller asks or does. Its requests have it as cause. */
export interface AttemptPartEvent extends EventBase {
  readonly kind: 'attempt-part';
  readonly part: 'fetch' | 'evaluate' | 'apply' | 'delete';
  readonly updateRequest: string;
  readonly rule: string;
  readonly result: 'ok' | 'failed' | 'skipped';
  readonly message: string;
}

/**
 * What became of one target of an attempt, with its reason. `kept`: it existed and nothing was to be written;
 * `unchanged`: it was written with the same content.
 */
export interface TargetEvent extends EventBase {
  readonly kind: 'target';
  readonly target: ObjectRef;
  readonly policy: string;
  readonly rule: string;
  readonly trigger: ObjectRef;
  readonly updateRequest: string;
  readonly result: 'created' | 'updated' | 'unchanged' | 'kept' | 'deleted' | 'refused' | 'never';
  readonly synchronize: boolean;
  /** One sentence for the Outcome table. */
  readonly reason: string;
}

/** A Kubernetes Event object (events.k8s.io). */
export interface KubernetesEventEvent extends EventBase {
  readonly kind: 'event';
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly message: string;
  readonly reportingComponent: string;
  readonly regarding: ObjectRef;
  readonly related?: ObjectRef;
}

/** A line of a controller's log, complete and in the format of its version. */
export interface LogEvent extends EventBase {
  readonly kind: 'log';
  readonly component: Component;
  /** Deployment that wrote it: `kyverno-background-controller`, an actor's name. */
  readonly source: string;
  readonly level: 'error' | 'info' | 'trace' | 'stdout';
  /** The whole line, time included. */
  readonly line: string;
  /** The message part alone: `start processing UR`. */
  readonly message: string;
}

/** A report (EphemeralReport, PolicyReport, …) was written. */
export interface ReportEvent extends EventBase {
  readonly kind: 'report';
  readonly report: ObjectRef;
  readonly source: 'admission' | 'background-scan';
  readonly results: readonly {
    readonly policy: string;
    readonly rule: string;
    readonly result: string;
    readonly message?: string;
    readonly properties?: Readonly<Record<string, string>>;
  }[];
}

/** A policy got a condition (Ready and the like). */
export interface PolicyEvent extends EventBase {
  readonly kind: 'policy';
  readonly policy: ObjectRef;
  readonly ready: boolean;
  readonly message: string;
}

/** Something the studio does not simulate met the scenario here; said, never passed over. */
export interface UnsupportedEvent extends EventBase {
  readonly kind: 'unsupported';
  readonly what: string;
  readonly message: string;
}

/** The run was stopped by its budget; what was traced until then is whole. */
export interface StoppedEvent extends EventBase {
  readonly kind: 'stopped';
  readonly reason: 'event-budget' | 'time-budget' | 'loop' | 'cancelled';
  readonly message: string;
  /** The rules that keep each other running, if that is why. */
  readonly loop?: readonly { readonly policy: string; readonly rule: string; readonly times: number }[];
}

export type TraceEvent =
  | StepEvent
  | RequestEvent
  | WebhookEvent
  | RuleEvent
  | StoredEvent
  | NeverStoredEvent
  | PlanEvent
  | UpdateRequestEvent
  | AttemptEvent
  | AttemptPartEvent
  | TargetEvent
  | KubernetesEventEvent
  | LogEvent
  | ReportEvent
  | PolicyEvent
  | UnsupportedEvent
  | StoppedEvent;
