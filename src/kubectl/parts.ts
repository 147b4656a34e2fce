import { createPart } from '../base/part.ts';

/** Commands other than `create -f` and `apply -f`. */
export const otherCommands = createPart(() => import('./other-commands.ts'));
/** `kubectl apply` to an object that is there. */
export const applyToExisting = createPart(() => import('./apply-existing.ts'));
