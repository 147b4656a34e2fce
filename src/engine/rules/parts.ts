import { createPart } from '../../base/part.ts';

/** The Pod Security Standards. */
export const podSecurity = createPart(() => import('./validate-pod-security.ts'));
