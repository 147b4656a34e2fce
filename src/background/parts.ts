import { createPart } from '../base/part.ts';

/** Downstreams that are copies. */
export const clones = createPart(() => import('./clone-target.ts'));
/** Downstreams that are found by their labels, and deleted. */
export const downstreams = createPart(() => import('./delete-downstream.ts'));
/** Mutate-existing rules: on triggers, and on policy events. */
export const mutateExisting = createPart(() => import('./mutate-existing.ts'));
/** The background scan of a policy that became Ready. */
export const scans = createPart(() => import('./scan-policy.ts'));
/** Merging the reports of an object. */
export const aggregation = createPart(() => import('./aggregate-reports.ts'));
/** Runs of cleanup policies. */
export const cleanups = createPart(() => import('./cleanup-policy.ts'));
/** Objects with a TTL label. */
export const ttls = createPart(() => import('./cleanup-ttl.ts'));
