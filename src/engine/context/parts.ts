import { createPart } from '../../base/part.ts';

/** Loaders of a rule's `context` entries. */
export const contextEntries = createPart(() => import('./entry-loaders.ts'));
/** What context entries look up beside ConfigMaps. */
export const lookups = createPart(() => import('./lookups.ts'));
