import { createStore, type StoreApi } from 'zustand/vanilla';

/** What part of the shared scale is shown. */
export interface CompareWindow {
  /** Undefined until someone zooms: everything at reading size. */
  readonly zoom: number | undefined;
  readonly scrollX: number;
  /** Size of one picture, CSS pixels; 0 until it has been measured. */
  readonly width: number;
  readonly height: number;
}

export type CompareWindowStore = StoreApi<CompareWindow>;

export const createCompareWindow = (): CompareWindowStore =>
  createStore<CompareWindow>(() => ({ zoom: undefined, scrollX: 0, width: 0, height: 0 }));

interface Wide {
  width(zoom: number): number;
  zoomFor(width: number): number;
}

export const zoomOf = (scale: Wide, { zoom, width }: CompareWindow): number =>
  zoom ?? Math.min(2.2, Math.max(FIRST_ZOOM, scale.zoomFor(Math.max(100, width))));

/** Two runs stand closer than one: the eye goes from one to the other, and the table has the words. */
const FIRST_ZOOM = 0.88;

export const clampX = (scale: Wide, window: CompareWindow, zoom: number, x: number): number =>
  Math.max(0, Math.min(x, scale.width(zoom) - window.width));

/** Zooms so that what lies at `x` stays there. */
export function zoomAround(scale: Wide, store: CompareWindowStore, x: number, factor: number): void {
  const window = store.getState();
  const before = zoomOf(scale, window);
  const least = Math.min(before, scale.zoomFor(window.width));
  const zoom = Math.max(least, Math.min(40, before * factor));
  // Most of the width grows with the zoom; what does not is near enough.
  const share = (window.scrollX + x) / Math.max(1, scale.width(before));
  store.setState({ zoom, scrollX: clampX(scale, window, zoom, share * scale.width(zoom) - x) });
}

export const fitAll = (scale: Wide, store: CompareWindowStore): void =>
  store.setState({ zoom: scale.zoomFor(store.getState().width), scrollX: 0 });

/** Scrolls so that an x of the zoomed scale is well in the picture. */
export function bringIntoView(scale: Wide, store: CompareWindowStore, x: number): void {
  const window = store.getState();
  if (window.width <= 0) return;
  const at = x - window.scrollX;
  if (at >= 8 && at <= window.width * 0.92) return;
  store.setState({ scrollX: clampX(scale, window, zoomOf(scale, window), x - window.width * 0.6) });
}
