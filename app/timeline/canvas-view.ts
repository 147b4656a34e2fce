import type { EventId } from '../../src/index.ts';
import { easeTravel } from '../stores/playback.ts';
import type { Studio } from '../stores/studio.ts';
import { presentEvent } from './commands.ts';
import { draw } from './draw.ts';
import { forgetWidths } from './draw-text.ts';
import { chainOf, pathTo } from './flow.ts';
import { eventOf, type Hit, hitTest } from './hit-test.ts';
import { type Frame, layout } from './layout.ts';
import { type TimelineModel, timelineOf } from './model.ts';
import { clampScroll, fitAll, placedOf, revealTime, scaleOf, zoomAt, zoomOf } from './navigate.ts';
import { type Palette, readPalette } from './palette.ts';
import { mixPlaced, type PlacedScale } from './scale.ts';

const MOVE_MS = 200;

export interface CanvasView {
  readonly dispose: () => void;
}

type Studied = Pick<Studio, 'run' | 'playback' | 'viewport' | 'selection'>;

const shifted = (placed: PlacedScale, by: number): PlacedScale => ({
  toX: (time) => placed.toX(time) - by,
  toXEnd: (time) => placed.toXEnd(time) - by,
  toTime: (x) => placed.toTime(x + by),
});

/**
 * Binds a canvas to the stores: draws on change only, follows the playhead, drives playing, turns pointer and wheel into
 * store calls. `onHover` tells what is under the pointer, for the tooltip.
 */
export function mountCanvas(
  canvas: HTMLCanvasElement,
  { run, playback, viewport, selection }: Studied,
  onHover: (hover: { readonly event: EventId; readonly x: number; readonly y: number } | undefined) => void,
): CanvasView {
  const ctx = canvas.getContext('2d');
  let palette: Palette | undefined;
  let frame: Frame | undefined;
  let requested = 0;
  let dragging = false;
  /** Scroll on its way, or one scale turning into another. */
  let scrolling: { readonly from: number; readonly to: number; readonly began: number } | undefined;
  let turning: { readonly from: PlacedScale; readonly began: number } | undefined;

  const model = (): TimelineModel | undefined => {
    const { trace } = run.getState();
    return trace === undefined ? undefined : timelineOf(trace);
  };
  const invalidate = () => {
    if (requested === 0) requested = requestAnimationFrame(paint);
  };

  function paint(now: number): void {
    requested = 0;
    const current = model();
    const window = viewport.getState();
    if (ctx === null || current === undefined || window.width <= 0) return;
    palette ??= readPalette(canvas);
    const { reducedMotion } = playback.getState();
    if (scrolling !== undefined) {
      const k = reducedMotion ? 1 : Math.min(1, (now - scrolling.began) / MOVE_MS);
      window.setWindow({ scrollX: scrolling.from + (scrolling.to - scrolling.from) * easeTravel(k) });
      if (k >= 1) scrolling = undefined;
    }
    let placed = placedOf(current, window);
    let scrollX = clampScroll(current, window, viewport.getState().scrollX);
    if (scrollX !== viewport.getState().scrollX && scrolling === undefined) window.setWindow({ scrollX });
    if (turning !== undefined) {
      const k = reducedMotion ? 1 : Math.min(1, (now - turning.began) / MOVE_MS);
      placed = mixPlaced(turning.from, shifted(placed, scrollX), easeTravel(k), current.start, current.end);
      scrollX = 0;
      if (k >= 1) turning = undefined;
    }
    const lit = litEvents(current);
    frame = layout(current, {
      width: window.width,
      height: window.height,
      scale: scaleOf(current, window),
      placed,
      scrollX,
      edge: Math.max(
        window.width,
        scaleOf(current, window).width(zoomOf(current, window)) - viewport.getState().scrollX,
      ),
      scrollY: window.scrollY,
      collapsed: window.collapsed,
      playhead: playback.getState().playhead,
      lit: lit.lit,
    });
    const ratio = globalThis.devicePixelRatio || 1;
    const w = Math.round(window.width * ratio);
    const h = Math.round(window.height * ratio);
    if (canvas.width !== w || canvas.height !== h) {
      canvas.width = w;
      canvas.height = h;
    }
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(ctx, frame, palette, {
      selected: selection.getState().selected,
      chain: lit.chain,
      lit: lit.lit,
      stale: run.getState().status === 'stale',
    });
    const serial = String(run.getState().serial);
    if (canvas.dataset['painted'] !== serial) performance.mark('studio:trace-painted');
    canvas.dataset['painted'] = serial;
    if (scrolling !== undefined || turning !== undefined) invalidate();
  }

  let remembered:
    | { key: string; lit: ReadonlySet<EventId>; chain: ReadonlySet<EventId> | undefined }
    | undefined;
  function litEvents(current: TimelineModel) {
    const { selected } = selection.getState();
    const present = selected ?? presentEvent(current, playback.getState().playhead);
    const key = `${run.getState().serial} ${selected ?? ''} ${present ?? ''}`;
    if (remembered?.key !== key) {
      const chain = selected === undefined ? undefined : new Set(chainOf(current.flow, selected));
      const lit = chain ?? new Set(present === undefined ? [] : pathTo(current.flow, present));
      remembered = { key, lit: withMarks(current, lit), chain: chain && withMarks(current, chain) };
    }
    return remembered;
  }

  const point = (event: MouseEvent) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const seekTo = (x: number) => {
    const current = model();
    if (current === undefined) return;
    const window = viewport.getState();
    playback.getState().pause();
    playback.getState().seek(placedOf(current, window).toTime(x + window.scrollX));
  };

  const pointers = new Map<number, { x: number; y: number }>();
  let press: { readonly hit: Hit; readonly x: number; readonly y: number; moved: boolean } | undefined;

  const onDown = (event: PointerEvent) => {
    if (event.button !== 0 || frame === undefined) return;
    const at = point(event);
    pointers.set(event.pointerId, at);
    canvas.setPointerCapture(event.pointerId);
    const hit = hitTest(frame, at.x, at.y);
    press = { hit, ...at, moved: false };
    scrolling = undefined;
    if (hit.kind === 'ruler' || (hit.kind === 'playhead' && at.y < frame.density.ruler)) {
      dragging = true;
      if (hit.kind === 'ruler') seekTo(at.x);
    }
  };
  const onMove = (event: PointerEvent) => {
    if (frame === undefined) return;
    const at = point(event);
    const before = pointers.get(event.pointerId);
    if (before === undefined || press === undefined) {
      hover(at);
      return;
    }
    const current = model();
    const window = viewport.getState();
    if (pointers.size === 2 && current !== undefined) {
      const [a, b] = [...pointers.values()];
      pointers.set(event.pointerId, at);
      const [c, d] = [...pointers.values()];
      if (a && b && c && d) {
        const factor = Math.max(10, Math.abs(c.x - d.x)) / Math.max(10, Math.abs(a.x - b.x));
        window.setWindow(zoomAt(current, window, (c.x + d.x) / 2, factor));
      }
      press.moved = true;
      return;
    }
    pointers.set(event.pointerId, at);
    if (!press.moved && Math.abs(at.x - press.x) + Math.abs(at.y - press.y) < 4) return;
    press.moved = true;
    onHover(undefined);
    if (press.hit.kind === 'ruler' || press.hit.kind === 'playhead') {
      dragging = true;
      seekTo(at.x);
    } else if (current !== undefined) {
      canvas.style.cursor = 'grabbing';
      window.setWindow({
        scrollX: clampScroll(current, window, window.scrollX - (at.x - before.x)),
        scrollY: clampY(window.scrollY - (at.y - before.y)),
      });
    }
  };
  const clampY = (y: number) =>
    Math.max(0, Math.min(y, (frame?.contentHeight ?? 0) - viewport.getState().height));
  const onUp = (event: PointerEvent) => {
    pointers.delete(event.pointerId);
    canvas.style.cursor = '';
    if (press !== undefined && !press.moved && !dragging && event.type === 'pointerup') {
      selection.getState().select(eventOf(press.hit));
    }
    if (pointers.size === 0) {
      press = undefined;
      dragging = false;
    }
  };
  const hover = ({ x, y }: { readonly x: number; readonly y: number }) => {
    if (frame === undefined) return;
    const hit = hitTest(frame, x, y);
    const event = eventOf(hit);
    selection.getState().hover(event);
    onHover(event === undefined ? undefined : { event, x, y });
    canvas.style.cursor =
      hit.kind === 'playhead' ? 'ew-resize' : hit.kind === 'ruler' || event !== undefined ? 'pointer' : '';
  };
  const onLeave = () => {
    selection.getState().hover(undefined);
    onHover(undefined);
  };
  const onWheel = (event: WheelEvent) => {
    const current = model();
    if (current === undefined) return;
    event.preventDefault();
    scrolling = undefined;
    onHover(undefined);
    const window = viewport.getState();
    const unit = event.deltaMode === 1 ? 18 : 1;
    if (event.ctrlKey || event.metaKey) {
      window.setWindow(zoomAt(current, window, point(event).x, Math.exp(-event.deltaY * unit * 0.0035)));
      return;
    }
    const overflows = (frame?.contentHeight ?? 0) > window.height + 1;
    const sideways = event.deltaX + (event.shiftKey || !overflows ? event.deltaY : 0);
    window.setWindow({
      scrollX: clampScroll(current, window, window.scrollX + sideways * unit),
      ...(overflows && !event.shiftKey ? { scrollY: clampY(window.scrollY + event.deltaY * unit) } : {}),
    });
  };
  const onDouble = (event: MouseEvent) => {
    const current = model();
    if (current === undefined || frame === undefined || point(event).y < frame.density.ruler) return;
    viewport.getState().setWindow(fitAll(current, viewport.getState()));
  };

  const follow = () => {
    const current = model();
    if (current === undefined || dragging) return;
    const window = viewport.getState();
    const { scrollX } = window;
    const to = revealTime(
      current,
      { ...window, scrollX: scrolling?.to ?? scrollX },
      playback.getState().playhead,
    );
    if (to !== undefined) scrolling = { from: scrollX, to, began: performance.now() };
  };
  const repaint = () => {
    palette = undefined;
    forgetWidths();
    invalidate();
  };

  canvas.addEventListener('pointerdown', onDown);
  canvas.addEventListener('pointermove', onMove);
  canvas.addEventListener('pointerup', onUp);
  canvas.addEventListener('pointercancel', onUp);
  canvas.addEventListener('pointerleave', onLeave);
  canvas.addEventListener('wheel', onWheel, { passive: false });
  canvas.addEventListener('dblclick', onDouble);
  const theme = new MutationObserver(repaint);
  theme.observe(document.documentElement, {
    attributes: true,
    attributeFilter: ['data-theme', 'class', 'style'],
  });
  const forced = matchMedia('(forced-colors: active)');
  forced.addEventListener('change', repaint);
  document.fonts.addEventListener('loadingdone', repaint);
  const unsubscribe = [
    run.subscribe(repaint),
    selection.subscribe(invalidate),
    playback.subscribe((state, before) => {
      if (state.playhead !== before.playhead) follow();
      invalidate();
    }),
    viewport.subscribe((state, before) => {
      const current = model();
      if (state.scale !== before.scale && current !== undefined && before.width > 0) {
        turning = { from: shifted(placedOf(current, before), before.scrollX), began: performance.now() };
        const x = placedOf(current, state).toX(playback.getState().playhead);
        state.setWindow({ scrollX: clampScroll(current, state, x - state.width * 0.4) });
      }
      invalidate();
    }),
  ];
  invalidate();

  return {
    dispose: () => {
      cancelAnimationFrame(requested);
      for (const stop of unsubscribe) stop();
      theme.disconnect();
      forced.removeEventListener('change', repaint);
      document.fonts.removeEventListener('loadingdone', repaint);
      canvas.removeEventListener('pointerdown', onDown);
      canvas.removeEventListener('pointermove', onMove);
      canvas.removeEventListener('pointerup', onUp);
      canvas.removeEventListener('pointercancel', onUp);
      canvas.removeEventListener('pointerleave', onLeave);
      canvas.removeEventListener('wheel', onWheel);
      canvas.removeEventListener('dblclick', onDouble);
    },
  };
}

/** Events of a chain, with those whose mark stands for them. */
function withMarks(model: TimelineModel, events: ReadonlySet<EventId>): ReadonlySet<EventId> {
  const all = new Set(events);
  for (const event of events) {
    const mark = model.placeOf(event)?.mark;
    if (mark !== undefined) all.add(mark.event);
  }
  return all;
}
