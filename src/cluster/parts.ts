import { createPart } from '../base/part.ts';

/** Patches of all types. */
export const patches = createPart(() => import('./patching.ts'));
