import type { Json } from '../../base/json.ts';
import type { ConditionScope, ConditionsExplanation, ConditionsResult } from './condition-scope.ts';
import { conditionEvaluation } from './parts.ts';

export type { ConditionScope, ConditionsExplanation, ConditionsResult } from './condition-scope.ts';
export { joinNonEmpty } from './condition-scope.ts';

/**
 * Evaluates `preconditions` or `deny.conditions`: `{any, all}` or the legacy list (lifecycle I.4). Nothing at all holds;
 * an `any` that is there but empty does not. An error of any evaluated condition is the result.
 */
export function evaluateConditions(
  conditions: Json | undefined,
  scope: ConditionScope,
  explanation?: ConditionsExplanation,
): ConditionsResult {
  if (conditions === undefined || conditions === null) return { holds: true, message: '' };
  return conditionEvaluation.get().evaluateConditions(conditions, scope, explanation);
}

/** As a PolicyException's conditions are read: `all` first, then `any` (utils/conditions). */
export const evaluateExceptionConditions = (conditions: Json, scope: ConditionScope): ConditionsResult =>
  conditionEvaluation.get().evaluateExceptionConditions(conditions, scope);
