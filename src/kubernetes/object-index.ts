import { getString } from '../base/json.ts';
import type { KubernetesObject } from './object.ts';

/** A way to find objects of a resource without a look at all of them; each object has at most one key. */
export interface ObjectIndex {
  readonly keyOf: (object: KubernetesObject) => string | undefined;
}

/** By a label's value. One index is made once: a store knows it again by identity. */
export const indexByLabel = (name: string): ObjectIndex => ({
  keyOf: (object) => getString(object.metadata, 'labels', name),
});

/** By the uid of the first owner. */
export const BY_FIRST_OWNER: ObjectIndex = {
  keyOf: (object) => getString(object.metadata, 'ownerReferences', 0, 'uid'),
};
