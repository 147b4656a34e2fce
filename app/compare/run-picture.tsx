import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import type { EventId } from '../../src/index.ts';
import type { PlaybackStore } from '../stores/playback.ts';
import type { Arrangement } from '../timeline/arrange.ts';
import { draw } from '../timeline/draw.ts';
import * as drawMore from '../timeline/draw-more.ts';
import { forgetWidths } from '../timeline/draw-text.ts';
import { eventOf, hitTest } from '../timeline/hit-test.ts';
import { type Frame, layout } from '../timeline/layout.ts';
import { type Palette, readPalette } from '../timeline/palette.ts';
import { type CompareModel, type SharedStop, type Side, timesAt } from './compare-model.ts';
import { bringIntoView, type CompareWindowStore, clampX, zoomAround, zoomOf } from './compare-state.ts';
import type { SharedScale } from './matched-scale.ts';
import { outline } from './outline.ts';
import { RunLanes } from './run-lanes.tsx';

const NOTHING: ReadonlySet<EventId> = new Set();

export interface Pictured {
  readonly model: CompareModel;
  readonly scale: SharedScale;
  readonly stops: readonly SharedStop[];
  readonly window: CompareWindowStore;
  readonly playback: PlaybackStore;
  readonly arrangement: Arrangement;
  /** Events to draw in full; the rest is outlined. Undefined: all. */
  readonly only: Readonly<Record<Side, ReadonlySet<EventId>>> | undefined;
  readonly outlined: Readonly<Record<Side, ReadonlySet<EventId>>> | undefined;
  readonly onSelect: (side: Side, event: EventId | undefined) => void;
}

/** One run: names of the lanes, and the lanes on the scale that both share. */
export function RunPicture({
  side,
  name,
  narrow,
  ...pictured
}: Pictured & { readonly side: Side; readonly name: string; readonly narrow: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef(pictured);
  latest.current = pictured;
  const painter = useRef<Painter>(undefined);
  const { model, window, arrangement } = pictured;
  const height = useStore(window, (state) => state.height);

  useEffect(() => {
    if (canvas.current === null) return undefined;
    const mounted = mountPainter(canvas.current, side, () => latest.current);
    painter.current = mounted;
    return mounted.dispose;
  }, [side]);
  useEffect(() => painter.current?.paint());

  return (
    <div className="compare-run" data-side={side} style={{ height }}>
      <RunLanes model={model[side]} arrangement={arrangement} height={height} name={name} narrow={narrow} />
      <div className="compare-canvas">
        <canvas ref={canvas} role="img" aria-label={summary(pictured, side, name)} />
      </div>
    </div>
  );
}

function summary({ model, outlined }: Pictured, side: Side, name: string): string {
  const { differing } = model;
  const chosen = outlined?.[side].size ?? 0;
  const marked =
    chosen === 0 ? '' : `, ${chosen} ${chosen === 1 ? 'mark' : 'marks'} of the chosen difference outlined`;
  return `Timeline of ${name}: ${model[side].moments.length} events, ${differing[side].size} of them differ${marked}`;
}

interface Painter {
  readonly paint: () => void;
  readonly dispose: () => void;
}

/** Draws on change only, and turns pointer and wheel into calls of the stores. */
function mountPainter(canvas: HTMLCanvasElement, side: Side, now: () => Pictured): Painter {
  const ctx = canvas.getContext('2d');
  let palette: Palette | undefined;
  let frame: Frame | undefined;
  let requested = 0;
  const paint = (): void => {
    if (requested === 0) requested = requestAnimationFrame(paintNow);
  };

  function paintNow(): void {
    requested = 0;
    const { model, scale, stops, window, playback, arrangement, only, outlined } = now();
    const { width, height, scrollX: wanted } = window.getState();
    if (ctx === null || width <= 0) return;
    palette ??= readPalette(canvas);
    const zoom = zoomOf(scale.above, window.getState());
    const scrollX = clampX(scale.above, window.getState(), zoom, wanted);
    frame = layout(
      model[side],
      {
        width,
        height,
        scale: scale[side],
        placed: scale[side].at(zoom),
        scrollX,
        edge: Math.max(width, scale[side].width(zoom) - scrollX),
        scrollY: 0,
        arrangement,
        playhead: timesAt(stops, playback.getState().playhead)[side],
        lit: NOTHING,
      },
      drawMore,
    );
    const ratio = globalThis.devicePixelRatio || 1;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== w || canvas.height !== h) {
      canvas.width = w;
      canvas.height = h;
    }
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw(
      ctx,
      frame,
      palette,
      {
        selected: undefined,
        chain: only?.[side],
        lit: NOTHING,
        stale: false,
        area: undefined,
        hits: NOTHING,
        hit: undefined,
        flags: [],
      },
      drawMore,
    );
    const marks = outlined?.[side];
    if (marks !== undefined && marks.size > 0) outline(ctx, frame, palette, marks);
    canvas.dataset['outlined'] = String(marks?.size ?? 0);
    canvas.dataset['playhead'] = frame.playhead.text;
  }

  const { playback, window } = now();
  const repaint = (): void => {
    palette = undefined;
    forgetWidths();
    paint();
  };
  const theme = new MutationObserver(repaint);
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'class'] });
  const forced = matchMedia('(forced-colors: active)');
  forced.addEventListener('change', repaint);
  document.fonts.addEventListener('loadingdone', repaint);
  const unsubscribe = [window.subscribe(paint)];
  let unplay = playback.subscribe(paint);
  let bound = playback;
  const bind = (): void => {
    const next = now().playback;
    if (next === bound) return;
    unplay();
    bound = next;
    unplay = next.subscribe(paint);
  };
  const gestures = mountGestures(canvas, side, now, () => frame);
  paint();
  return {
    paint: () => {
      bind();
      paint();
    },
    dispose: () => {
      cancelAnimationFrame(requested);
      theme.disconnect();
      forced.removeEventListener('change', repaint);
      document.fonts.removeEventListener('loadingdone', repaint);
      for (const stop of unsubscribe) stop();
      unplay();
      gestures();
    },
  };
}

/** A press that moves by more is a drag, pixels. */
const DRAG_FROM = 4;

function mountGestures(
  canvas: HTMLCanvasElement,
  side: Side,
  now: () => Pictured,
  frame: () => Frame | undefined,
): () => void {
  let press:
    | { readonly x: number; readonly scrollX: number; moved: boolean; readonly seeks: boolean }
    | undefined;
  const placeOf = ({ clientX, clientY }: MouseEvent): { readonly x: number; readonly y: number } => {
    const { left, top } = canvas.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  const seek = (x: number): void => {
    const { scale, window, playback } = now();
    const zoom = zoomOf(scale.above, window.getState());
    const time = scale[side].at(zoom).toTime(x + window.getState().scrollX);
    playback
      .getState()
      .seek(scale[side].at(1).toX(time) as ReturnType<PlaybackStore['getState']>['playhead']);
  };
  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const { x, y } = placeOf(event);
    const seeks = y < (frame()?.density.ruler ?? 0);
    press = { x, scrollX: now().window.getState().scrollX, moved: false, seeks };
    canvas.setPointerCapture(event.pointerId);
    if (seeks) seek(x);
  };
  const onMove = (event: PointerEvent): void => {
    const { x, y } = placeOf(event);
    if (press === undefined) {
      const shown = frame();
      const hit = shown === undefined ? undefined : eventOf(hitTest(shown, x, y));
      canvas.style.cursor = hit === undefined ? 'default' : 'pointer';
      return;
    }
    if (press.seeks) {
      seek(x);
      return;
    }
    if (Math.abs(x - press.x) > DRAG_FROM) press.moved = true;
    if (!press.moved) return;
    const { scale, window } = now();
    const zoom = zoomOf(scale.above, window.getState());
    window.setState({ scrollX: clampX(scale.above, window.getState(), zoom, press.scrollX + press.x - x) });
  };
  const onUp = (event: PointerEvent): void => {
    const was = press;
    press = undefined;
    const shown = frame();
    if (was === undefined || was.moved || was.seeks || shown === undefined) return;
    const { x, y } = placeOf(event);
    now().onSelect(side, eventOf(hitTest(shown, x, y)));
  };
  const onWheel = (event: WheelEvent): void => {
    const { scale, window } = now();
    if (event.ctrlKey) {
      event.preventDefault();
      zoomAround(scale.above, window, placeOf(event).x, Math.exp(-event.deltaY / 240));
      return;
    }
    const by = event.shiftKey ? event.deltaY : event.deltaX;
    // A plain wheel scrolls the lanes, as a page does.
    if (by === 0) return;
    event.preventDefault();
    const zoom = zoomOf(scale.above, window.getState());
    const { scrollX } = window.getState();
    window.setState({ scrollX: clampX(scale.above, window.getState(), zoom, scrollX + by) });
  };
  canvas.addEventListener('pointerdown', onDown);
  canvas.addEventListener('pointermove', onMove);
  canvas.addEventListener('pointerup', onUp);
  canvas.addEventListener('wheel', onWheel, { passive: false });
  return () => {
    canvas.removeEventListener('pointerdown', onDown);
    canvas.removeEventListener('pointermove', onMove);
    canvas.removeEventListener('pointerup', onUp);
    canvas.removeEventListener('wheel', onWheel);
  };
}

/** Keeps the playhead in the picture while both runs play. */
export function follow({ scale, stops, window, playback }: Pictured): void {
  const zoom = zoomOf(scale.above, window.getState());
  const times = timesAt(stops, playback.getState().playhead);
  bringIntoView(
    scale.above,
    window,
    Math.max(scale.above.at(zoom).toX(times.above), scale.below.at(zoom).toX(times.below)),
  );
}
