import { createPart } from '../base/part.ts';

/** Kyverno's functions: most expressions only name fields. */
export const kyvernoFunctions = createPart(() => import('./jmespath/functions/kyverno.ts'));
