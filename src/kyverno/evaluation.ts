import { equal, get, isObject, type Json, type PathSegment } from '../base/json.ts';

/** A variable that a clause needed: what was asked and what came out. */
export interface VariableValue {
  /** The expression between the braces, trimmed. */
  readonly expression: string;
  readonly value?: Json;
  readonly error?: string;
}

/**
 * One clause in the explanation of a rule: match → exclude → preconditions → context → body. The clause that settled the
 * result has `decided`.
 */
export interface EvaluationNode {
  /** What is looked at, in the policy's own words: `match any[0]`, `kinds`, `[0] NotEquals`, `pattern`. */
  readonly label: string;
  readonly status: 'pass' | 'fail' | 'skip' | 'error' | 'none';
  /** The policy's side, after substitution: expected pattern, list of kinds, condition value. */
  readonly expected?: Json;
  /** The resource's side: the value that was compared. */
  readonly actual?: Json;
  /** One sentence or Kyverno's own text about the result. */
  readonly message?: string;
  readonly variables?: readonly VariableValue[];
  readonly decided?: true;
  /** Path below the policy document's root, for the link to the YAML line. */
  readonly path?: readonly PathSegment[];
  readonly children?: readonly EvaluationNode[];
}

/** Keys or indexes at which two maps or two lists differ, in the order of the first; none for anything else. */
export function differingKeys(left: Json | undefined, right: Json | undefined): readonly PathSegment[] {
  if (Array.isArray(left) && Array.isArray(right)) {
    const length = Math.max(left.length, right.length);
    return Array.from({ length }, (_, index) => index).filter((index) => !equal(left[index], right[index]));
  }
  if (!isObject(left) || !isObject(right)) return [];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].filter((key) => !equal(get(left, key), get(right, key)));
}
