import { createPart } from '../base/part.ts';

/** Explanations of what is no YAML. */
export const syntaxProblems = createPart(() => import('./syntax-problem.ts'));
