import { KYVERNO_VERSIONS, type KyvernoVersion } from '../../src/index.ts';
import type { ComparedRun, CompareStore, PinnedRun } from './compare.ts';

export const compareRuns = (compare: CompareStore, above: ComparedRun, below: ComparedRun): void =>
  compare.setState({ chosen: undefined, open: true, above, below });

/** The present version and the one beside it, the older above. */
export function compareBeside(compare: CompareStore, present: KyvernoVersion): void {
  const at = KYVERNO_VERSIONS.indexOf(present);
  const other = KYVERNO_VERSIONS[at === 0 ? 1 : at - 1] ?? present;
  if (at === 0) compareRuns(compare, present, other);
  else compareRuns(compare, other, present);
}

/** Keeps a run above, and holds against it what is run from now on. */
export function pin(compare: CompareStore, pinned: PinnedRun): void {
  compare.setState({ pinned });
  compareRuns(compare, 'pinned', pinned.version);
}

export function swapRuns(compare: CompareStore): void {
  const { above, below } = compare.getState();
  compare.setState({ above: below, below: above });
}

/** The next difference or the one before, round and round. */
export function stepDifference(compare: CompareStore, by: 1 | -1): void {
  const { chosen, result } = compare.getState();
  const count = result?.differences ?? 0;
  if (count === 0) return;
  const from = chosen ?? (by > 0 ? -1 : count);
  compare.setState({ chosen: (from + by + count) % count });
}

export const closeComparison = (compare: CompareStore): void =>
  compare.setState({ open: false, chosen: undefined, result: undefined, pinned: undefined });
