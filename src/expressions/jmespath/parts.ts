import { createPart } from '../../base/part.ts';

/** Calls of functions, with JMESPath's own: many expressions only name fields. */
export const functionCalls = createPart(() => import('./functions/call.ts'));
