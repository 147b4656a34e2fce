import { createStore } from 'zustand/vanilla';
import { KYVERNO_VERSIONS, type KyvernoVersion, type Trace } from '../../src/index.ts';

/** One of the two runs: the present text on a version, or the run that a person kept. */
export type ComparedRun = KyvernoVersion | 'pinned';

/** A run kept as it was, to hold every later one against it. */
export interface PinnedRun {
  readonly trace: Trace;
  readonly version: KyvernoVersion;
}

export interface CompareState {
  readonly open: boolean;
  readonly above: ComparedRun;
  readonly below: ComparedRun;
  readonly pinned: PinnedRun | undefined;
  /** Index of the difference that is selected in both runs. */
  readonly chosen: number | undefined;
  /** Whether what is the same is drawn in full, or only outlined. */
  readonly only: 'all' | 'differences';
  readonly scale: 'matched' | 'clock';
  /** How many differences there are, and how long both runs took in milliseconds; undefined until both have run. */
  readonly result: { readonly differences: number; readonly duration: number } | undefined;
}

export type CompareStore = ReturnType<typeof createCompare>;

/** The comparison of two runs: which ones, and what of it is looked at. What differs is computed, never kept. */
export function createCompare() {
  const store = createStore<CompareState>(() => ({
    open: false,
    above: '1.15',
    below: '1.19',
    pinned: undefined,
    chosen: undefined,
    only: 'all',
    scale: 'matched',
    result: undefined,
  }));
  const show = (above: ComparedRun, below: ComparedRun): void =>
    store.setState({ chosen: undefined, open: true, above, below });
  return {
    ...store,
    show,
    /** The present version and the one beside it, the older above. */
    showBeside(present: KyvernoVersion): void {
      const at = KYVERNO_VERSIONS.indexOf(present);
      const other = KYVERNO_VERSIONS[at === 0 ? 1 : at - 1] ?? present;
      if (at === 0) show(present, other);
      else show(other, present);
    },
    pin(pinned: PinnedRun): void {
      store.setState({ pinned });
      show('pinned', pinned.version);
    },
    swap(): void {
      const { above, below, chosen } = store.getState();
      store.setState({ above: below, below: above, chosen });
    },
    choose(chosen: number | undefined): void {
      store.setState({ chosen });
    },
    /** The next difference or the one before, round and round. */
    step(by: 1 | -1): void {
      const { chosen, result } = store.getState();
      const count = result?.differences ?? 0;
      if (count === 0) return;
      const from = chosen ?? (by > 0 ? -1 : count);
      store.setState({ chosen: (from + by + count) % count });
    },
    close(): void {
      store.setState({ open: false, chosen: undefined, result: undefined, pinned: undefined });
    },
  };
}

/** `1.15 and 1.19`, `1.19, pinned and now`; undefined while nothing is compared. */
export function comparedText({ open, above, below, pinned }: CompareState): string | undefined {
  if (!open) return undefined;
  const name = (run: ComparedRun): string => (run === 'pinned' ? `${pinned?.version ?? ''} pinned` : run);
  return `${name(above)} and ${name(below)}`;
}
