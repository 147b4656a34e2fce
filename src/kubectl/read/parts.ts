import { createPart } from '../../base/part.ts';

/** Reading commands other than `get`. */
export const views = createPart(() => import('./views.ts'));
