import { createPart } from '../../base/part.ts';

/** The Pod Security Standards. */
export const podSecurity = createPart(() => import('./validate-pod-security.ts'));
/** What a mutate rule does to an object. */
export const mutation = createPart(() => import('./mutate-rule.ts'));
/** Assertion trees. */
export const assertions = createPart(() => import('./validate-assert.ts'));
