import type { EventId } from '../../src/index.ts';
import { MAX_ZOOM, MIN_ZOOM, type ScaleKind } from '../stores/viewport.ts';
import type { TimelineModel } from './model.ts';
import type { PlacedScale, TimeScale } from './scale.ts';

/** What part of the scale is shown. */
export interface Window {
  readonly scale: ScaleKind;
  readonly zoom: number | undefined;
  readonly scrollX: number;
  readonly width: number;
  /** Folds of idle time that are open. */
  readonly openFolds?: readonly number[];
}

export const scaleOf = (
  model: TimelineModel,
  { scale, openFolds = [] }: Pick<Window, 'scale' | 'openFolds'>,
): TimeScale => (scale === 'chapters' ? model.chapters.opened(openFolds) : model.clock);

/** The zoom shown until someone zooms: chapters at reading size or filling the picture, the clock in full. */
export function zoomOf(model: TimelineModel, window: Window): number {
  if (window.zoom !== undefined) return window.zoom;
  const scale = scaleOf(model, window);
  const fill = scale.zoomFor(Math.max(100, window.width));
  return window.scale === 'clock' ? fill : Math.min(2.2, Math.max(1, fill));
}

export const placedOf = (model: TimelineModel, window: Window): PlacedScale =>
  scaleOf(model, window).at(zoomOf(model, window));

/** Scroll that keeps the picture inside the scale. */
export function clampScroll(model: TimelineModel, window: Window, scrollX: number): number {
  const most = scaleOf(model, window).width(zoomOf(model, window)) - window.width;
  return Math.max(0, Math.min(scrollX, most));
}

/** Zooms so that what lies at `x` stays there. */
export function zoomAt(
  model: TimelineModel,
  window: Window,
  x: number,
  factor: number,
): { readonly zoom: number; readonly scrollX: number } {
  const scale = scaleOf(model, window);
  const before = zoomOf(model, window);
  const least = Math.min(before, scale.zoomFor(window.width));
  const zoom = Math.max(least, Math.min(MAX_ZOOM, before * factor));
  const time = scale.at(before).toTime(x + window.scrollX);
  const scrollX = scale.at(zoom).toX(time) - x;
  return { zoom, scrollX: clampScroll(model, { ...window, zoom }, scrollX) };
}

export function fitAll(
  model: TimelineModel,
  window: Window,
): { readonly zoom: number; readonly scrollX: number } {
  return { zoom: scaleOf(model, window).zoomFor(window.width), scrollX: 0 };
}

/** Fills the picture with a stretch of time. */
export function fitStretch(
  model: TimelineModel,
  window: Window,
  start: number,
  end: number,
): { readonly zoom: number; readonly scrollX: number } {
  const scale = scaleOf(model, window);
  const span = (zoom: number) => scale.at(zoom).toXEnd(end) - scale.at(zoom).toX(start);
  const wish = window.width * 0.92;
  // Rooms that do not stretch make the width no plain multiple of the zoom: halve the way until it fits.
  let low = MIN_ZOOM;
  let high = MAX_ZOOM;
  for (let i = 0; i < 60; i++) {
    const middle = Math.sqrt(low * high);
    if (span(middle) > wish) high = middle;
    else low = middle;
  }
  const zoom = Math.max(low, Math.min(1, scale.zoomFor(window.width)));
  const middle = (scale.at(zoom).toX(start) + scale.at(zoom).toXEnd(end)) / 2;
  return { zoom, scrollX: clampScroll(model, { ...window, zoom }, middle - window.width / 2) };
}

/** Brings an event into the middle; `fill`: as large as the picture allows. */
export function fitEvent(
  model: TimelineModel,
  window: Window,
  id: EventId,
  fill: boolean,
): { readonly zoom: number; readonly scrollX: number } | undefined {
  const mark = model.placeOf(id)?.mark;
  if (mark === undefined) return undefined;
  const scale = scaleOf(model, window);
  const span = (zoom: number) => scale.at(zoom).toXEnd(mark.end) - scale.at(zoom).toX(mark.start);
  let zoom = zoomOf(model, window);
  const wish = window.width * (fill ? 0.92 : 0.4);
  if (mark.end > mark.start && (fill || span(zoom) > window.width * 0.8))
    zoom *= wish / Math.max(1, span(zoom));
  zoom = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, zoom));
  const middle = (scale.at(zoom).toX(mark.start) + scale.at(zoom).toXEnd(mark.end)) / 2;
  return { zoom, scrollX: clampScroll(model, { ...window, zoom }, middle - window.width / 2) };
}

/** Scroll that shows a time, or undefined if it is well in the picture. */
export function revealTime(model: TimelineModel, window: Window, time: number): number | undefined {
  if (window.width <= 0) return undefined;
  const x = placedOf(model, window).toX(time);
  const at = x - window.scrollX;
  if (at >= Math.min(8, window.scrollX) && at <= window.width * 0.86) return undefined;
  const wanted = clampScroll(model, window, x - window.width * 0.3);
  return Math.abs(wanted - window.scrollX) < 1 ? undefined : wanted;
}
