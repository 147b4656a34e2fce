import { createStore, type StoreApi } from 'zustand/vanilla';

/** Chapters: every step has its own clock, every event is wide enough to read. Clock: true proportions. */
export type ScaleKind = 'chapters' | 'clock';

export const MAX_ZOOM = 1e7;
export const MIN_ZOOM = 1e-7;

export interface ViewportState {
  readonly scale: ScaleKind;
  /** Factor on the scale's own width; `undefined` until someone zooms: the room's default is shown. */
  readonly zoom: number | undefined;
  /** Left edge of the picture in the zoomed scale, CSS pixels. */
  readonly scrollX: number;
  /** Top edge of the lanes, CSS pixels. */
  readonly scrollY: number;
  /** Size of the picture, CSS pixels; 0 until it has been measured. */
  readonly width: number;
  readonly height: number;
  /** Lanes that are folded up, by id. */
  readonly collapsed: readonly string[];
  /** Lanes held above the others, by id. */
  readonly pinned: readonly string[];
  /** Lanes left out, by id. */
  readonly hidden: readonly string[];
  /** Groups of rows that are open, by key. */
  readonly groups: readonly string[];
  /** Folds of idle time that are open, by their start, virtual time. */
  readonly openFolds: readonly number[];
  /** The list stands in the place of the canvas. */
  readonly list: boolean;

  readonly setScale: (scale: ScaleKind) => void;
  readonly toggleScale: () => void;
  readonly setWindow: (window: {
    readonly zoom?: number | undefined;
    readonly scrollX?: number;
    readonly scrollY?: number;
  }) => void;
  readonly resize: (width: number, height: number) => void;
  readonly toggleLane: (id: string) => void;
  readonly togglePinned: (id: string) => void;
  readonly toggleGroup: (key: string) => void;
  readonly toggleFold: (start: number) => void;
  readonly setHidden: (ids: readonly string[]) => void;
  readonly setList: (list: boolean) => void;
  readonly toggleList: () => void;
}

export type ViewportStore = StoreApi<ViewportState>;

const toggled = <T>(list: readonly T[], one: T): readonly T[] =>
  list.includes(one) ? list.filter((other) => other !== one) : [...list, one];

export function createViewport(): ViewportStore {
  return createStore<ViewportState>((set, get) => ({
    scale: 'chapters',
    zoom: undefined,
    scrollX: 0,
    scrollY: 0,
    width: 0,
    height: 0,
    collapsed: [],
    pinned: [],
    hidden: [],
    groups: [],
    openFolds: [],
    list: false,
    setScale: (scale) => {
      if (scale !== get().scale) set({ scale, zoom: undefined });
    },
    toggleScale: () => get().setScale(get().scale === 'chapters' ? 'clock' : 'chapters'),
    setWindow: (window) =>
      set({
        ...('zoom' in window
          ? {
              zoom:
                window.zoom === undefined ? undefined : Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, window.zoom)),
            }
          : {}),
        ...(window.scrollX === undefined ? {} : { scrollX: Math.max(0, window.scrollX) }),
        ...(window.scrollY === undefined ? {} : { scrollY: Math.max(0, window.scrollY) }),
      }),
    resize: (width, height) => {
      if (width !== get().width || height !== get().height) set({ width, height });
    },
    toggleLane: (id) => set({ collapsed: toggled(get().collapsed, id) }),
    togglePinned: (id) => set({ pinned: toggled(get().pinned, id) }),
    toggleGroup: (key) => set({ groups: toggled(get().groups, key) }),
    toggleFold: (start) => set({ openFolds: toggled(get().openFolds, start) }),
    setHidden: (hidden) => set({ hidden }),
    setList: (list) => set({ list }),
    toggleList: () => set({ list: !get().list }),
  }));
}
