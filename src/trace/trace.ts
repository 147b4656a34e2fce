import type { DocumentPath } from '../base/document-path.ts';
import type { EventId, Milliseconds, RevisionId, StepIndex } from '../base/units.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { EvaluationNode } from '../kyverno/evaluation.ts';
import type { KyvernoVersion } from '../kyverno/versions.ts';
import type { TraceEvent } from './event.ts';

export const TRACE_FORMAT = 'admission-studio/trace';
export const TRACE_VERSION = 1;

/** A step of the scenario as the trace tells it. */
export interface TraceStep {
  readonly index: StepIndex;
  /** `create Namespace/bad-namespace`; for step 0 `before`. */
  readonly title: string;
  /** The command line as a person would type it; empty for waits and step 0. */
  readonly command: string;
  /** `check`: the Test looks at the cluster (`assert`, `error`), and nothing is asked of it. */
  readonly kind: 'before' | 'command' | 'wait' | 'check';
  readonly username: string;
  readonly time: Milliseconds;
  /** When everything that it set off had come to rest. */
  readonly settled: Milliseconds;
  /** Where it is written. */
  readonly source?: DocumentPath;
}

/** An object as it stood in etcd from one write to the next. */
export interface ObjectRevision {
  readonly id: RevisionId;
  readonly object: KubernetesObject;
  /** When it was stored; for a deletion, the object as it was last. */
  readonly time: Milliseconds;
  readonly event?: EventId;
  readonly deleted: boolean;
}

/** The explanation of one rule evaluation. */
export interface RuleEvaluation {
  readonly policy: string;
  readonly rule: string;
  readonly status: 'pass' | 'fail' | 'warn' | 'error' | 'skip' | 'none';
  readonly message: string;
  readonly tree: readonly EvaluationNode[];
  /** Where the policy document begins; node paths go on from here. Absent if it came from inside the cluster. */
  readonly source?: DocumentPath;
}

/**
 * The trace of one simulation: the product. Versioned JSON (docs/trace-format.md); everything on screen is a projection of
 * it and of the playhead. Events are ordered by (time, id of the start).
 */
export interface Trace {
  readonly format: typeof TRACE_FORMAT;
  readonly version: typeof TRACE_VERSION;
  readonly kyverno: KyvernoVersion;
  readonly seed: number;
  /** Wall clock at virtual time 0, RFC 3339. */
  readonly startedAt: string;
  /** Kyverno's settings that differ from its chart's, a line each: `kyverno-reports-controller --backgroundScan=false`. */
  readonly settings?: readonly string[];
  readonly steps: readonly TraceStep[];
  readonly events: readonly TraceEvent[];
  readonly revisions: readonly ObjectRevision[];
  readonly evaluations: readonly RuleEvaluation[];
  /** Virtual time at which nothing was left to happen. */
  readonly end: Milliseconds;
}
