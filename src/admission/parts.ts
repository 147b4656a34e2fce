import { createPart } from '../base/part.ts';

/** UpdateRequests of mutate-existing rules. */
export const mutateRequests = createPart(() => import('./mutate-requests.ts'));
/** Webhooks of a policy alone: whether its match conditions let the API server call it. */
export const matchGate = createPart(() => import('./match-gate.ts'));
/** The webhook configurations as objects, for whoever reads them. */
export const webhookObjects = createPart(() => import('./webhook-configurations.ts'));
/** The webhooks that check Kyverno's own kinds: policies, exceptions, cleanup policies, GlobalContextEntries. */
export const ownKinds = createPart(() => import('./policy-webhook.ts'));
/** The webhook that reads TTL labels. */
export const ttlWebhook = createPart(() => import('./ttl-webhook.ts'));
/** What Kyverno manages is protected: only with a flag. */
export const protection = createPart(() => import('./protection.ts'));
