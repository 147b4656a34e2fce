import { createPart } from '../base/part.ts';

/** Match conditions of a policy's webhook, with CEL: few policies have them. */
export const matchConditions = createPart(() => import('./match-conditions.ts'));
/** Rules for Pod controllers, derived from rules for Pods. */
export const derivation = createPart(() => import('./derive-rules.ts'));
