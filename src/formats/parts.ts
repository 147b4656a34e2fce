import { createPart } from '../base/part.ts';

/** What is said of the world outside the cluster: only for scenarios that speak of it. */
export const mockFiles = createPart(() => import('./mocks.ts'));
