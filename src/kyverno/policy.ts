import type { Json, JsonObject, PathSegment } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';

export type RuleType = 'validate' | 'mutate' | 'generate' | 'verifyImages' | 'none';

/** A rule of a classic policy, after autogen; the raw YAML stays beside what is read from it. */
export interface Rule {
  readonly name: string;
  readonly type: RuleType;
  /** The rule as written (or as autogen derived it). */
  readonly raw: JsonObject;
  /** Path of the rule within its policy document, for locating; autogen rules point to the rule they come from. */
  readonly path: readonly PathSegment[];
  readonly autogen: boolean;
}

/** A classic policy (kyverno.io ClusterPolicy or Policy), read once and shared. */
export interface Policy {
  readonly kind: 'ClusterPolicy' | 'Policy';
  readonly name: string;
  /** Empty for ClusterPolicy. */
  readonly namespace: string;
  /** `name`, or `namespace/name` for a Policy (client-go cache key). */
  readonly key: string;
  readonly object: KubernetesObject;
  readonly spec: JsonObject;
  /** Rules in evaluation order: as written, autogen rules last. */
  readonly rules: readonly Rule[];
}

/** A PolicyException, read (kyverno.io/v2). */
export interface PolicyException {
  readonly name: string;
  readonly namespace: string;
  readonly spec: JsonObject;
}

/** Whether exceptions of a namespace count where those of `wanted` do; absent or `*`: all. */
export const honours = (wanted: string | undefined, namespace: string): boolean =>
  wanted === undefined || wanted === '*' || wanted === namespace;

export type RawConditions = Json;
