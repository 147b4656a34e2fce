import type { Json, PathSegment } from '../../base/json.ts';
import type { Behaviour } from '../../kyverno/behaviour.ts';
import type { EngineLogLine } from '../../kyverno/engine-log.ts';
import type { EvaluationNode, VariableValue } from '../../kyverno/evaluation.ts';

/** What conditions need from the rule they stand in. */
export interface ConditionScope {
  readonly behaviour: Behaviour;
  /** Takes the lines that the operators log. */
  readonly log?: (line: EngineLogLine) => void;
  /** Substitutes variables and references of a document. */
  substitute(document: Json): { readonly value: Json } | { readonly error: string };
  /** Variables that were resolved since the last call; only asked for explanations. */
  drainUsed(): readonly VariableValue[];
}

/** Outcome of a block of conditions; `message`: the conditions' own messages, joined. */
export type ConditionsResult =
  | { readonly holds: boolean; readonly message: string }
  | { readonly error: string };

/** Collects an explanation while conditions are evaluated. */
export interface ConditionsExplanation {
  /** `preconditions`, `deny`. */
  readonly label: string;
  /** Path of the block in the policy document. */
  readonly path: readonly PathSegment[];
  readonly nodes: EvaluationNode[];
}

/** Texts that are there, joined. */
export const joinNonEmpty = (texts: readonly string[], separator: string): string =>
  texts.filter((text) => text !== '').join(separator);
