import { createStore, type StoreApi } from 'zustand/vanilla';
import type { KyvernoVersion, Trace } from '../../src/index.ts';

/** One of the two runs: the present text on a version, or the run that a person kept. */
export type ComparedRun = KyvernoVersion | 'pinned';

/** A run kept as it was, to hold every later one against it. */
export interface PinnedRun {
  readonly trace: Trace;
  readonly version: KyvernoVersion;
}

/** What came of the comparison, for what stands outside of it. */
export interface CompareResult {
  /** `1.15 and 1.19`, `1.19 pinned and 1.19`. */
  readonly names: string;
  readonly differences: number;
  /** Both runs, milliseconds. */
  readonly duration: number;
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
  /** Undefined until both have run. */
  readonly result: CompareResult | undefined;
}

export type CompareStore = StoreApi<CompareState>;

/**
 * The comparison of two runs: which ones, and what of it is looked at. What differs is computed, never kept. What can be
 * done with it is in `compare-actions.ts`, which comes once somebody compares.
 */
export const createCompare = (): CompareStore =>
  createStore<CompareState>(() => ({
    open: false,
    above: '1.15',
    below: '1.19',
    pinned: undefined,
    chosen: undefined,
    only: 'all',
    scale: 'matched',
    result: undefined,
  }));
