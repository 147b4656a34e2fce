import { createPart } from '../base/part.ts';

/** Match conditions of a policy's webhook, with CEL: few policies have them. */
export const matchConditions = createPart(() => import('./match-conditions.ts'));
/** Rules for Pod controllers, derived from rules for Pods. */
export const derivation = createPart(() => import('./derive-rules.ts'));
/** Lines that the engine logs: only conditions that compare a quantity with a text that is none make one. */
export const engineLogs = createPart(() => import('./engine-log.ts'));
/** What is logged at the threshold of UpdateRequests. */
export const updateRequestLimit = createPart(() => import('./update-request-limit.ts'));
