import { createPart } from '../base/part.ts';

/** What in the cluster is not Kyverno. */
export const actors = createPart(() => import('./actors.ts'));
