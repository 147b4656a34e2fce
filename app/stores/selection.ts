import { createStore, type StoreApi } from 'zustand/vanilla';
import type { EventId } from '../../src/index.ts';

export interface Area {
  readonly start: number;
  readonly end: number;
}

export interface SelectionState {
  /** The event that the panes explain; undefined: nothing is selected. */
  readonly selected: EventId | undefined;
  /** The event under the pointer. */
  readonly hovered: EventId | undefined;
  /** A stretch of time that is measured, virtual time, milliseconds. */
  readonly area: Area | undefined;
  /** Where a measurement by keys began; its other end is the playhead. */
  readonly measuring: number | undefined;

  readonly select: (event: EventId | undefined) => void;
  readonly hover: (event: EventId | undefined) => void;
  readonly setArea: (area: Area | undefined) => void;
  readonly measureFrom: (time: number | undefined) => void;
  /** A new trace has other events: forget what was selected unless it is still there. */
  readonly keep: (isThere: (event: EventId) => boolean) => void;
}

export type SelectionStore = StoreApi<SelectionState>;

export function createSelection(): SelectionStore {
  return createStore<SelectionState>((set, get) => ({
    selected: undefined,
    hovered: undefined,
    area: undefined,
    measuring: undefined,
    setArea: (area) => set({ area }),
    measureFrom: (measuring) => set({ measuring }),
    select: (selected) => {
      if (selected !== get().selected) set({ selected });
    },
    hover: (hovered) => {
      if (hovered !== get().hovered) set({ hovered });
    },
    keep: (isThere) => {
      const { selected } = get();
      set({
        hovered: undefined,
        selected: selected !== undefined && isThere(selected) ? selected : undefined,
      });
    },
  }));
}
