import { createPart } from '../base/part.ts';

/** UpdateRequests of mutate-existing rules. */
export const mutateRequests = createPart(() => import('./mutate-requests.ts'));
