import type { EventId, Milliseconds } from '../../src/index.ts';
import type { Studio } from '../stores/studio.ts';
import { eventOf, type Hit, hitTest } from './hit-test.ts';
import type { Frame } from './layout.ts';
import type { TimelineModel } from './model.ts';
import { clampScroll, fitAll, fitStretch, placedOf, zoomAt } from './navigate.ts';

/** What lies under the pointer, for the tooltip. */
export interface Hover {
  readonly event?: EventId;
  readonly band?: { readonly text: string; readonly tones: readonly number[] };
  readonly x: number;
  readonly y: number;
}

export interface GestureParts {
  readonly canvas: HTMLCanvasElement;
  readonly studio: Pick<Studio, 'playback' | 'viewport' | 'selection' | 'flags'>;
  readonly frame: () => Frame | undefined;
  readonly model: () => TimelineModel | undefined;
  readonly onHover: (hover: Hover | undefined) => void;
  /** A hand is on the picture: what moves by itself stops. */
  readonly onGrab: () => void;
}

export interface Gestures {
  readonly isSeeking: () => boolean;
  readonly dispose: () => void;
}

/** A finger that rests so long begins to measure, milliseconds. */
const LONG_PRESS = 450;
const MOVED = 4;

interface Press {
  readonly hit: Hit;
  readonly x: number;
  readonly y: number;
  readonly kind: 'seek' | 'measure' | 'pan';
  moved: boolean;
}

/** Turns pointers and the wheel into store calls. `isSeeking` says whether the playhead is in the hand. */
export function mountGestures(parts: GestureParts): Gestures {
  const { canvas, model, onHover } = parts;
  const { playback, viewport, selection, flags } = parts.studio;
  const pointers = new Map<number, { readonly x: number; readonly y: number }>();
  let press: Press | undefined;
  let resting: ReturnType<typeof setTimeout> | undefined;

  const point = (event: MouseEvent) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const timeAt = (current: TimelineModel, x: number): Milliseconds => {
    const window = viewport.getState();
    return placedOf(current, window).toTime(x + window.scrollX);
  };
  const seekTo = (x: number) => {
    const current = model();
    if (current === undefined) return;
    playback.getState().pause();
    playback.getState().seek(timeAt(current, x));
  };
  /** The time of the note whose pennant is there. */
  const flagAt = (x: number): number | undefined => {
    const current = model();
    if (current === undefined) return undefined;
    const window = viewport.getState();
    const placed = placedOf(current, window);
    return flags.getState().flags.find(({ time }) => {
      const at = placed.toX(time) - window.scrollX;
      return x >= at - 3 && x <= at + 12;
    })?.time;
  };
  const measure = (from: number, to: number) => {
    const current = model();
    if (current === undefined) return;
    const [a, b] = [timeAt(current, Math.min(from, to)), timeAt(current, Math.max(from, to))];
    selection.getState().setArea({ start: a, end: b });
  };

  const onDown = (event: PointerEvent) => {
    const frame = parts.frame();
    if (event.button !== 0 || frame === undefined) return;
    const at = point(event);
    pointers.set(event.pointerId, at);
    canvas.setPointerCapture(event.pointerId);
    parts.onGrab();
    const hit = hitTest(frame, at.x, at.y);
    const onFlag = hit.kind === 'playhead' && at.y < frame.density.ruler;
    const flag = at.y < frame.density.ruler ? flagAt(at.x) : undefined;
    if (flag !== undefined) {
      flags.getState().edit(flag);
      return;
    }
    const kind = event.shiftKey ? 'measure' : hit.kind === 'ruler' || onFlag ? 'seek' : 'pan';
    press = { hit, ...at, kind, moved: false };
    if (kind === 'seek' && hit.kind === 'ruler') seekTo(at.x);
    clearTimeout(resting);
    if (event.pointerType === 'touch' && kind === 'pan') {
      resting = setTimeout(() => {
        if (press === undefined || press.moved || pointers.size > 1) return;
        press = { ...press, kind: 'measure', moved: true };
        measure(at.x - 20, at.x + 20);
      }, LONG_PRESS);
    }
  };
  const pinch = (event: PointerEvent, at: { readonly x: number; readonly y: number }) => {
    const current = model();
    const [a, b] = [...pointers.values()];
    pointers.set(event.pointerId, at);
    const [c, d] = [...pointers.values()];
    if (press !== undefined) press.moved = true;
    if (current === undefined || !a || !b || !c || !d) return;
    const factor = Math.max(10, Math.abs(c.x - d.x)) / Math.max(10, Math.abs(a.x - b.x));
    const middle = (c.x + d.x) / 2;
    viewport.getState().setWindow(zoomAt(current, viewport.getState(), middle, factor));
    const drift = middle - (a.x + b.x) / 2;
    const window = viewport.getState();
    window.setWindow({ scrollX: clampScroll(current, window, window.scrollX - drift) });
  };
  const onMove = (event: PointerEvent) => {
    const at = point(event);
    const before = pointers.get(event.pointerId);
    if (before === undefined || press === undefined) {
      hover(at);
      return;
    }
    if (pointers.size === 2) {
      pinch(event, at);
      return;
    }
    pointers.set(event.pointerId, at);
    if (!press.moved && Math.abs(at.x - press.x) + Math.abs(at.y - press.y) < MOVED) return;
    press.moved = true;
    onHover(undefined);
    const current = model();
    if (press.kind === 'measure') measure(press.x, at.x);
    else if (press.kind === 'seek' || press.hit.kind === 'playhead') {
      press = { ...press, kind: 'seek' };
      seekTo(at.x);
    } else if (current !== undefined) {
      canvas.style.cursor = 'grabbing';
      const window = viewport.getState();
      window.setWindow({
        scrollX: clampScroll(current, window, window.scrollX - (at.x - before.x)),
        scrollY: clampY(window.scrollY - (at.y - before.y)),
      });
    }
  };
  const clampY = (y: number) =>
    Math.max(0, Math.min(y, (parts.frame()?.contentHeight ?? 0) - viewport.getState().height));
  const onUp = (event: PointerEvent) => {
    clearTimeout(resting);
    pointers.delete(event.pointerId);
    canvas.style.cursor = '';
    if (press !== undefined && !press.moved && press.kind !== 'seek' && event.type === 'pointerup') {
      click(press.hit, event);
    }
    if (pointers.size === 0) press = undefined;
  };
  const click = (hit: Hit, { shiftKey }: PointerEvent) => {
    const current = model();
    const state = selection.getState();
    if (hit.kind === 'fold') viewport.getState().toggleFold(hit.fold.start);
    else if (hit.kind === 'band' && hit.event === undefined && current !== undefined) {
      viewport.getState().setWindow(fitStretch(current, viewport.getState(), hit.band.start, hit.band.end));
    } else {
      if (hit.kind === 'nothing' && !shiftKey) state.setArea(undefined);
      state.select(eventOf(hit));
    }
  };
  const hover = ({ x, y }: { readonly x: number; readonly y: number }) => {
    const frame = parts.frame();
    if (frame === undefined) return;
    const hit = hitTest(frame, x, y);
    const event = eventOf(hit);
    selection.getState().hover(event);
    if (event !== undefined) onHover({ event, x, y });
    else onHover(hit.kind === 'band' ? { band: hit.band, x, y } : undefined);
    const isButton =
      hit.kind === 'ruler' || hit.kind === 'fold' || hit.kind === 'band' || event !== undefined;
    canvas.style.cursor = hit.kind === 'playhead' ? 'ew-resize' : isButton ? 'pointer' : '';
  };
  const onLeave = () => {
    selection.getState().hover(undefined);
    onHover(undefined);
  };
  const onWheel = (event: WheelEvent) => {
    const current = model();
    if (current === undefined) return;
    event.preventDefault();
    parts.onGrab();
    onHover(undefined);
    const window = viewport.getState();
    const unit = event.deltaMode === 1 ? 18 : 1;
    if (event.ctrlKey || event.metaKey) {
      window.setWindow(zoomAt(current, window, point(event).x, Math.exp(-event.deltaY * unit * 0.0035)));
      return;
    }
    const overflows = (parts.frame()?.contentHeight ?? 0) > window.height + 1;
    const sideways = event.deltaX + (event.shiftKey || !overflows ? event.deltaY : 0);
    window.setWindow({
      scrollX: clampScroll(current, window, window.scrollX + sideways * unit),
      ...(overflows && !event.shiftKey ? { scrollY: clampY(window.scrollY + event.deltaY * unit) } : {}),
    });
  };
  const onDouble = (event: MouseEvent) => {
    const current = model();
    const frame = parts.frame();
    if (current === undefined || frame === undefined) return;
    const at = point(event);
    if (at.y < frame.density.ruler || hitTest(frame, at.x, at.y).kind === 'fold') return;
    viewport.getState().setWindow(fitAll(current, viewport.getState()));
  };

  const ended = new AbortController();
  const { signal } = ended;
  canvas.addEventListener('pointerdown', onDown, { signal });
  canvas.addEventListener('pointermove', onMove, { signal });
  canvas.addEventListener('pointerup', onUp, { signal });
  canvas.addEventListener('pointercancel', onUp, { signal });
  canvas.addEventListener('pointerleave', onLeave, { signal });
  canvas.addEventListener('dblclick', onDouble, { signal });
  canvas.addEventListener('wheel', onWheel, { passive: false, signal });
  return {
    isSeeking: () => press?.kind === 'seek',
    dispose: () => {
      clearTimeout(resting);
      ended.abort();
    },
  };
}
