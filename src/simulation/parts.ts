import { createPart } from '../base/part.ts';

/** What in the cluster is not Kyverno. */
export const actors = createPart(() => import('./actors.ts'));
/** Caches of GlobalContextEntries. */
export const globalContext = createPart(() => import('./global-context-cache.ts'));
/** Kyverno's own configuration: only for scenarios that change it. */
export const kyvernoSettings = createPart(() => import('./kyverno-settings.ts'));
/** The policy webhook: only policies that a step writes are checked. */
export const policyChecks = createPart(() => import('./check-policy.ts'));
/** Controllers of workloads, and the stand-in for nodes: Deployments, Jobs, Pods. */
export const workloads = createPart(() => import('./run-workloads.ts'));
/** The simulated node, and Pods of Kyverno's own Deployments. */
export const nodeObjects = createPart(() => import('../cluster/workloads/node.ts'));
/** What Chainsaw expects, binds and looks at: only for Tests that say more than what is done. */
export const testRuns = createPart(() => import('./chainsaw/test-run.ts'));
