/**
 * What a real cluster could also have done, as sentences. Each is said only where a run had more than one way to go.
 */

/** Several webhooks refuse: the first to finish is the answer (lifecycle A.1; recordings S15, S27). */
export const couldAnswer = (others: readonly string[]): string =>
  `${list(others)} ${others.length === 1 ? 'refuses' : 'refuse'} too: whichever webhook finishes first is the answer. The others’ Events are written all the same.`;

/** Kyverno's cache keeps policies in sets without order (pkg/policycache/store.go). */
export const couldMutateInOrder = (policies: readonly string[]): string =>
  `${list(policies)} change the object one after the other, in any order: Kyverno’s policy cache has none.`;

/** The UpdateRequest is written beside the verdict (corrections.md c.10). */
export const COULD_SHOW_EARLIER =
  'The UpdateRequest is written while the request is answered: it may be in etcd before the answer, mostly it comes some milliseconds after it.';

/** Of several policies' UpdateRequests (lifecycle K; corrections.md c.7). */
export const couldComeInOrder = (others: readonly string[]): string =>
  `The UpdateRequest of ${list(others)} may come first: Kyverno’s policy cache has no order, and ten workers take what comes. If both write one object, the last one wins.`;

function list(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
