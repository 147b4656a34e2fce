import type { JsonObject, PathSegment } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { EvaluationNode } from '../kyverno/evaluation.ts';
import type { Policy, Rule, RuleType } from '../kyverno/policy.ts';

export type RuleStatus = 'pass' | 'fail' | 'warn' | 'error' | 'skip';

/** Result of one rule for one resource (Kyverno: pkg/engine/api RuleResponse). */
export interface RuleResponse {
  readonly rule: Rule;
  readonly ruleType: RuleType;
  readonly status: RuleStatus;
  readonly message: string;
  /** Pattern path or clause that failed, if there is one: `/metadata/labels/team/`. */
  readonly failedPath?: string;
  readonly properties?: Readonly<Record<string, string>>;
  readonly emitWarning: boolean;
}

/** Result of a policy's rules for one resource (pkg/engine/api EngineResponse). */
export interface EngineResponse {
  readonly policy: Policy;
  readonly rules: readonly RuleResponse[];
  /** Every rule that was looked at, those without result (not matched) included, with its explanation. */
  readonly explanations: readonly RuleExplanation[];
  /** Rules, or parts of the policy, that would have been evaluated but are not simulated: never counted as a result. */
  readonly unsupported?: readonly UnsupportedFeature[];
  /** The resource after mutate rules. */
  readonly patched?: KubernetesObject;
}

/** Something a policy asks for that the engine does not simulate. Callers turn it into an `unsupported` event. */
export interface UnsupportedFeature {
  /** Absent if it concerns the whole policy. */
  readonly rule?: string;
  /** In the policy's own words: `validate.cel`, `webhookConfiguration.matchConditions`. */
  readonly what: string;
  /** One sentence for the person. */
  readonly message: string;
  /** Where the policy says it. */
  readonly path: readonly PathSegment[];
}

export interface RuleExplanation {
  readonly rule: Rule;
  /** `none`: the rule did not match, so Kyverno has no result for it. */
  readonly status: RuleStatus | 'none';
  readonly message: string;
  readonly tree: readonly EvaluationNode[];
}

/** One object that a generate rule wants, after substitution (generate pattern or one foreach element). */
export interface GenerateTarget {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** The body for `data`; absent for clone and cloneList. */
  readonly data?: JsonObject;
  readonly clone?: { readonly namespace: string; readonly name: string };
  readonly cloneList?: JsonObject;
}
