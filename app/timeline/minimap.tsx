import { type PointerEvent, useEffect, useLayoutEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { useStudio } from '../stores/studio.ts';
import { brushAt, type Grip, moveBrush } from './brush.ts';
import type { Lane } from './marks.ts';
import type { TimelineModel } from './model.ts';
import { clampScroll, fitStretch, placedOf, scaleOf, type Window, zoomAt, zoomOf } from './navigate.ts';
import { mixColor, type Palette, readPalette } from './palette.ts';
import { countTones, firstAbove, indexOf, mergedRow } from './row-index.ts';
import type { PlacedScale } from './scale.ts';

const WIDTH = 170;
const HEIGHT = 22;

/** Time in the minimap: the whole run, whatever the zoom of the picture. */
function wholeScale(model: TimelineModel, window: Parameters<typeof scaleOf>[1]): PlacedScale {
  const scale = scaleOf(model, window);
  return scale.at(scale.zoomFor(WIDTH));
}

interface Frame {
  readonly left: number;
  readonly right: number;
}

/** The part of the minimap that the picture shows. */
function frameOf(model: TimelineModel, window: Window): Frame {
  const whole = wholeScale(model, window);
  const placed = placedOf(model, window);
  // Room before the first event and behind the last belongs to the frame when it is in the picture.
  const isAtEnd = window.scrollX + window.width >= scaleOf(model, window).width(zoomOf(model, window)) - 1;
  const left = window.scrollX < 1 ? 0 : whole.toX(placed.toTime(window.scrollX));
  const right = isAtEnd ? WIDTH : Math.min(WIDTH, whole.toXEnd(placed.toTime(window.scrollX + window.width)));
  return { left: Math.max(0, left), right: Math.max(left + 6, right) };
}

/** The whole run in small, with a frame around what is shown: drag it, its edges, or a new one; the wheel zooms. */
export function Minimap({ model }: { readonly model: TimelineModel }) {
  const { viewport, playback, page } = useStudio();
  const canvas = useRef<HTMLCanvasElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const brush = useRef<HTMLElement>(null);
  const needle = useRef<HTMLElement>(null);
  const scale = useStore(viewport, (state) => state.scale);
  const openFolds = useStore(viewport, (state) => state.openFolds);
  const theme = useStore(page, (state) => state.theme);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes what the palette reads
  useEffect(() => {
    const element = canvas.current;
    const ctx = element?.getContext('2d');
    if (element === null || !ctx) return;
    const ratio = devicePixelRatio || 1;
    element.width = WIDTH * ratio;
    element.height = HEIGHT * ratio;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawWhole(ctx, model, wholeScale(model, { scale, openFolds }), readPalette(element));
  }, [model, scale, openFolds, theme]);

  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const state = viewport.getState();
      const x = event.clientX - element.getBoundingClientRect().left;
      const time = wholeScale(model, state).toTime(x);
      const at = placedOf(model, state).toX(time) - state.scrollX;
      const middle = Math.max(0, Math.min(state.width, at));
      state.setWindow(zoomAt(model, state, middle, Math.exp(-event.deltaY * 0.0035)));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [model, viewport]);

  // What moves in every frame while a person pans, zooms or plays is moved by hand; the rest is drawn once.
  useLayoutEffect(() => {
    let shown: Frame | undefined;
    const frame = () => {
      const next = frameOf(model, viewport.getState());
      if (brush.current === null || (shown?.left === next.left && shown.right === next.right)) return;
      shown = next;
      brush.current.style.left = `${next.left}px`;
      brush.current.style.width = `${next.right - next.left}px`;
    };
    const head = () => {
      const x = wholeScale(model, viewport.getState()).toX(playback.getState().playhead) - 0.75;
      if (needle.current !== null) needle.current.style.left = `${x}px`;
    };
    frame();
    head();
    const stop = [
      viewport.subscribe((state, before) => {
        frame();
        if (state.scale !== before.scale || state.openFolds !== before.openFolds) head();
      }),
      playback.subscribe((state, before) => {
        if (state.playhead !== before.playhead) head();
      }),
    ];
    return () => {
      for (const end of stop) end();
    };
  }, [model, viewport, playback]);

  const wholeNow = () => wholeScale(model, viewport.getState());
  const grip = useRef<{ readonly grip: Grip; readonly x: number; readonly frame: Frame }>(undefined);
  const xOf = (event: PointerEvent) => event.clientX - event.currentTarget.getBoundingClientRect().left;
  const show = (x0: number, x1: number, isPan: boolean) => {
    const state = viewport.getState();
    const start = wholeNow().toTime(x0);
    if (!isPan) {
      state.setWindow(fitStretch(model, state, start, wholeNow().toTime(x1)));
      return;
    }
    state.setWindow({ scrollX: clampScroll(model, state, placedOf(model, state).toX(start)) });
  };

  return (
    <div
      ref={host}
      className="minimap"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        const frame = frameOf(model, viewport.getState());
        grip.current = { grip: brushAt(frame, xOf(event)), x: xOf(event), frame };
      }}
      onPointerMove={(event) => {
        const held = grip.current;
        if (held === undefined) {
          const at = brushAt(frameOf(model, viewport.getState()), xOf(event));
          const isEdge = at === 'left' || at === 'right';
          event.currentTarget.style.cursor = isEdge ? 'ew-resize' : at === 'inside' ? 'grab' : 'crosshair';
          return;
        }
        if (Math.abs(xOf(event) - held.x) < 2) return;
        const moved = moveBrush(held.grip, held.frame, held.x, xOf(event), WIDTH);
        show(moved.left, moved.right, held.grip === 'inside');
      }}
      onPointerUp={(event) => {
        const held = grip.current;
        grip.current = undefined;
        // A click beside the frame goes there.
        if (held === undefined || Math.abs(xOf(event) - held.x) >= 2 || held.grip !== 'outside') return;
        const state = viewport.getState();
        const x = placedOf(model, state).toX(wholeNow().toTime(held.x)) - state.width / 2;
        state.setWindow({ scrollX: clampScroll(model, state, x) });
      }}
    >
      <canvas ref={canvas} style={{ width: WIDTH, height: HEIGHT }} />
      <b ref={needle} />
      <i ref={brush} />
    </div>
  );
}

/** A line for each lane, column by column: costs the width, however long the run is. */
function drawWhole(
  ctx: CanvasRenderingContext2D,
  { lanes }: TimelineModel,
  placed: PlacedScale,
  palette: Palette,
): void {
  ctx.fillStyle = palette.desk;
  ctx.fillRect(0, 0, WIDTH, HEIGHT);
  const pitch = Math.min(4, (HEIGHT - 6) / Math.max(1, lanes.length));
  const times = Array.from({ length: WIDTH + 1 }, (_, x) => placed.toTime(x));
  for (const [i, lane] of lanes.entries()) {
    for (let x = 0; x < WIDTH; x++) {
      const color = columnColor(lane, times[x] ?? 0, times[x + 1] ?? 0, palette);
      if (color === undefined) continue;
      ctx.fillStyle = color;
      ctx.fillRect(x, 3 + i * pitch, 1, Math.max(1, pitch - 1));
    }
  }
}

function columnColor(lane: Lane, from: number, to: number, palette: Palette): string | undefined {
  const row = lane.rows.length > 40 ? mergedRow(lane) : lane.rows[0];
  if (row === undefined) return undefined;
  const { starts, ends } = indexOf(row);
  const first = firstAbove(ends, from, 0, true);
  const until = firstAbove(starts, to);
  if (until <= first) return undefined;
  const [error = 0, deny = 0, warn = 0, , , allow = 0] = countTones(row, first, until);
  const tone = error > 0 ? 'error' : deny > 0 ? 'deny' : warn > 0 ? 'warn' : allow > 0 ? 'allow' : undefined;
  if (tone === undefined) return lane.phase === 'admission' ? palette.bodyEdge.a : palette.bodyEdge.b;
  return mixColor(palette.tone[tone], palette.desk, 0.85);
}
