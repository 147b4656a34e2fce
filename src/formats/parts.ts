import { createPart } from '../base/part.ts';

/** What is said of the world outside the cluster: only for scenarios that speak of it. */
export const mockFiles = createPart(() => import('./mocks.ts'));
/** Actors: only for scenarios that declare one. */
export const actorFiles = createPart(() => import('./actors.ts'));
/** What a Test says beside what is done: only for Tests that say more. */
export const testDetails = createPart(() => import('./test-details.ts'));
/** Steps that are neither `apply`, `create` nor `sleep`: lines of kubectl, patches, deletions. */
export const commands = createPart(() => import('./command-steps.ts'));
