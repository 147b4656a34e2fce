import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { useStudio } from '../stores/studio.ts';
import type { TimelineModel } from './model.ts';
import { clampScroll, placedOf, scaleOf, zoomOf } from './navigate.ts';
import { mixColor, readPalette } from './palette.ts';

const WIDTH = 170;
const HEIGHT = 22;

/** The whole run in small, with a frame around what is shown: drag it, or click where to go. */
export function Minimap({ model }: { readonly model: TimelineModel }) {
  const { viewport, playback, page } = useStudio();
  const canvas = useRef<HTMLCanvasElement>(null);
  const window = useStore(viewport);
  const playhead = useStore(playback, (state) => state.playhead);
  const theme = useStore(page, (state) => state.theme);
  const scale = scaleOf(model, window);
  const zoom = zoomOf(model, window);
  const whole = scale.width(zoom);
  const factor = WIDTH / Math.max(1, whole);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes what the palette reads
  useEffect(() => {
    const element = canvas.current;
    const ctx = element?.getContext('2d');
    if (element === null || !ctx) return;
    const ratio = devicePixelRatio || 1;
    element.width = WIDTH * ratio;
    element.height = HEIGHT * ratio;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    const palette = readPalette(element);
    const placed = placedOf(model, { ...window, zoom });
    ctx.fillStyle = palette.desk;
    ctx.fillRect(0, 0, WIDTH, HEIGHT);
    const rows = model.lanes.flatMap((lane) => lane.rows.slice(0, 1).map((row) => ({ lane, row })));
    const pitch = Math.min(4, (HEIGHT - 6) / Math.max(1, rows.length));
    for (const [i, { lane, row }] of rows.entries()) {
      let drawn = -1;
      for (const mark of row.marks) {
        const x0 = placed.toX(mark.start) * factor;
        const x1 = Math.max(x0 + 1, placed.toXEnd(mark.end) * factor);
        if (x1 < drawn + 0.5 && mark.tone === 'plain') continue;
        drawn = x1;
        const plain = lane.phase === 'admission' ? palette.bodyEdge.a : palette.bodyEdge.b;
        ctx.fillStyle =
          mark.tone === 'plain' || mark.tone === 'noise'
            ? plain
            : mixColor(palette.tone[mark.tone], palette.desk, 0.85);
        ctx.fillRect(x0, 3 + i * pitch, x1 - x0, Math.max(1, pitch - 1));
      }
    }
  }, [model, window.scale, zoom, factor, theme]);

  const goTo = (x: number) => {
    const { getState } = viewport;
    const target = x / factor - getState().width / 2;
    getState().setWindow({ scrollX: clampScroll(model, getState(), target) });
  };
  const left = Math.max(0, window.scrollX * factor);
  const width = Math.min(WIDTH - left, window.width * factor);
  return (
    <div
      className="minimap"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        goTo(event.clientX - event.currentTarget.getBoundingClientRect().left);
      }}
      onPointerMove={(event) => {
        if (event.buttons === 1) goTo(event.clientX - event.currentTarget.getBoundingClientRect().left);
      }}
    >
      <canvas ref={canvas} style={{ width: WIDTH, height: HEIGHT }} />
      <b style={{ left: placedOf(model, window).toX(playhead) * factor - 0.75 }} />
      <i style={{ left, width: Math.max(6, width) }} />
    </div>
  );
}
