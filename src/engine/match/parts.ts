import { createPart } from '../../base/part.ts';

/** Conditions and their operators: many rules have none. */
export const conditionEvaluation = createPart(() => import('./evaluate-conditions.ts'));
