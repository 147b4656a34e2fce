import { createPart } from '../base/part.ts';

// Beside the other parts, since this one uses some of them.
/** What follows from a policy's creation, change or deletion. */
export const policyEvents = createPart(() => import('./policy-events.ts'));
