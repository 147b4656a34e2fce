import { createPart } from '../base/part.ts';

/** Patches of all types. */
export const patches = createPart(() => import('./patching.ts'));
/** Requests by path, as context entries send them. */
export const rawRequests = createPart(() => import('./raw-request.ts'));
/** Pods and what makes them: defaults, the admission plugins that look at Pods, validation. */
export const pods = createPart(() => import('./pods.ts'));
/** Quotas and LimitRanges of a namespace that has some. */
export const quotas = createPart(() => import('./quotas.ts'));
/** Calls of webhooks that are not Kyverno's, or that nobody answers. */
export const webhookCalls = createPart(() => import('./webhook-dispatch.ts'));
/** Creations on subresources: connections to Pods, evictions, bindings. */
export const subresources = createPart(() => import('./subresources.ts'));
/** Defaults and addresses of Services. */
export const services = createPart(() => import('./services.ts'));
