import { createStore, type StoreApi } from 'zustand/vanilla';
import type { EventId } from '../../src/index.ts';

/** What of an event the words are looked for in. */
export type FindScope = 'all' | 'names' | 'reasons' | 'verdicts';

export interface FindState {
  /** The field stands in the transport. */
  readonly open: boolean;
  readonly text: string;
  readonly scope: FindScope;
  /** Events that were found, in order. */
  readonly hits: readonly EventId[];
  /** Index of the present hit; -1: none yet. */
  readonly at: number;
}

export type FindStore = StoreApi<FindState>;

export const NO_FIND: FindState = { open: false, text: '', scope: 'all', hits: [], at: -1 };

/** The search in the run; its words, its hits and the present one. */
export const createFind = (): FindStore => createStore<FindState>(() => NO_FIND);
