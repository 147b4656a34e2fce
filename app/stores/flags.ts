import { createStore, type StoreApi } from 'zustand/vanilla';

/** A note that a person put at a time of the run; it travels in the link. */
export interface Flag {
  /** Virtual time, milliseconds. */
  readonly time: number;
  readonly note: string;
}

export interface FlagsState {
  /** By time. */
  readonly flags: readonly Flag[];
  /** Time of the one whose note is being written. */
  readonly editing: number | undefined;
  /** Puts a flag, or gives the one at that time another note. */
  readonly put: (flag: Flag) => void;
  readonly remove: (time: number) => void;
  readonly edit: (time: number | undefined) => void;
  readonly replace: (flags: readonly Flag[]) => void;
}

export type FlagsStore = StoreApi<FlagsState>;

const byTime = (a: Flag, b: Flag): number => a.time - b.time;

export function createFlags(): FlagsStore {
  return createStore<FlagsState>((set, get) => ({
    flags: [],
    editing: undefined,
    put: (flag) =>
      set({ flags: [...get().flags.filter(({ time }) => time !== flag.time), flag].sort(byTime) }),
    remove: (time) => set({ flags: get().flags.filter((flag) => flag.time !== time), editing: undefined }),
    edit: (editing) => set({ editing }),
    replace: (flags) => set({ flags: [...flags].sort(byTime), editing: undefined }),
  }));
}
