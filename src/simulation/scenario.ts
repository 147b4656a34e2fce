import type { DocumentPath } from '../base/document-path.ts';
import type { Json, JsonObject } from '../base/json.ts';
import type { Milliseconds } from '../base/units.ts';
import type { WebhookBehaviour } from '../cluster/webhook-dispatch.ts';
import type { UserInfo } from '../kubernetes/object.ts';
import type { Mocks } from '../kyverno/mocks.ts';
import type { Diagnostic } from '../manifest/diagnostic.ts';
import type { ManifestDocument } from '../manifest/manifest.ts';

export type { WebhookBehaviour };

/** Something in the cluster that is not Kyverno, declared in `actors.yaml` (docs/scenario-format.md). */
export interface Actor {
  readonly name: string;
  /** Namespace of the deployment that it stands for; shown with its log lines. */
  readonly namespace: string;
  readonly watch: { readonly apiVersion: string; readonly kind: string; readonly namespace?: string };
  /** Tried in order; the first whose requirements hold is run. */
  readonly reactions: readonly ActorReaction[];
  readonly source: DocumentPath;
}

export interface ActorReaction {
  /** Objects that must exist (or, with `absent`, must not); names and namespaces may hold `{{ object… }}` JMESPath. */
  readonly require: readonly {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    readonly absent: boolean;
  }[];
  readonly actions: readonly ActorAction[];
}

export type ActorAction =
  | {
      readonly type: 'log';
      readonly after: Milliseconds;
      readonly line: string;
      readonly level: 'info' | 'error';
    }
  | { readonly type: 'status'; readonly after: Milliseconds; readonly status: JsonObject }
  | { readonly type: 'delete'; readonly after: Milliseconds };

/** What is said once for all operations of a Chainsaw step; the same object for all of them. */
export interface TestStep {
  /** From 1. */
  readonly id: number;
  /** Of the Test, and of the step with those of its template and of `with`, in the order in which they are bound. */
  readonly testBindings: readonly Json[];
  readonly bindings: readonly Json[];
  readonly timeouts: JsonObject;
  readonly template: boolean;
  /** Where objects are that name no namespace. */
  readonly namespace: string;
  readonly metadata: JsonObject;
}

/** A document of an operation and where it is written. */
export interface TestDocument {
  readonly value: JsonObject;
  readonly source: DocumentPath;
}

/** An operation of a Chainsaw Test behind a step. */
export type StepTest =
  /** It expects to be refused (`($error != null): true`), and the Test says nothing else of it. */
  | { readonly type: 'refusal'; readonly source: DocumentPath }
  | {
      readonly type: 'operation';
      /** `apply`, `assert`, `script`, …, and what stands behind it. */
      readonly operation: string;
      readonly body: JsonObject;
      readonly step: TestStep;
      /** `catch` is run only if something of the step's `try` failed. */
      readonly section: TestSection;
      /** The last line of its script: what the script came to is known after it. */
      readonly last: boolean;
      readonly documents: readonly TestDocument[];
      /** Where the operation is written. */
      readonly source: DocumentPath;
    };

/** Where in a Chainsaw step an operation stands. */
export type TestSection = 'try' | 'catch' | 'finally' | 'cleanup';

/** A step as the simulation runs it: a kubectl command line, or a wait. */
export interface ScenarioStep {
  readonly title: string;
  readonly user: UserInfo;
  readonly action:
    | {
        readonly type: 'kubectl';
        /** Words after `kubectl`, split as a shell does. */
        readonly argv: readonly string[];
        /** Documents of the files that `-f` names, by the name as typed. */
        readonly files: Readonly<Record<string, readonly ManifestDocument[]>>;
      }
    | { readonly type: 'wait'; readonly duration: Milliseconds }
    /** What Chainsaw does without a command that is known beforehand: it looks, or runs kubectl with what it is told. */
    | { readonly type: 'check' };
  /** What the Test says beside the command: what it expects, binds and puts out. */
  readonly test?: StepTest;
  /**
   * The background controller is stopped as soon as an UpdateRequest shows Failed during this step, or goes on once this
   * step's command has returned.
   */
  readonly backgroundController?: 'stops-at-failure' | 'goes-on';
  /** How webhooks that are not Kyverno's behave from this step on, by their names. */
  readonly webhooks?: Readonly<Record<string, WebhookBehaviour>>;
  readonly source?: DocumentPath;
}

/** A scenario, read: what exists before, what a person does, what else lives in the cluster. */
export interface Scenario {
  readonly name: string;
  /** Objects that exist before the first step, policies among them (those are Ready and scanned). */
  readonly before: readonly ManifestDocument[];
  /** Kyverno's own configuration: the documents of `kyverno.yaml`. */
  readonly kyverno?: readonly ManifestDocument[];
  /** The CRDs of `before` came when Kyverno had started: its discovery does not know their kinds yet. */
  readonly crdsAfterKyverno?: boolean;
  readonly steps: readonly ScenarioStep[];
  readonly actors: readonly Actor[];
  /** How webhooks that are not Kyverno's behave until a step says otherwise, by their names. */
  readonly webhooks?: Readonly<Record<string, WebhookBehaviour>>;
  /** Declared answers of what is outside the cluster: service calls, images, global context. */
  readonly mocks: Mocks;
  readonly diagnostics: readonly Diagnostic[];
}

/** Whether a file holds Kyverno's own configuration. */
export const isKyvernoFile = (path: string): boolean => /(^|\/)kyverno\.ya?ml$/.test(path);
