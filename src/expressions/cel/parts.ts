import { createPart } from '../../base/part.ts';

/** Go's regular expressions: only expressions that use them wait for the library. */
export const regexes = createPart(() => import('../jmespath/regex-library.ts'));
