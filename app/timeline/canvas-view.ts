import { durationText, type EventId } from '../../src/index.ts';
import { easeTravel } from '../stores/playback.ts';
import type { Studio } from '../stores/studio.ts';
import { draw } from './draw.ts';
import type { DrawMore } from './draw-state.ts';
import { forgetWidths } from './draw-text.ts';
import { chainOf, pathTo } from './flow.ts';
import type { GestureParts, Gestures } from './gestures.ts';
import { type Frame, type LayoutMore, layout } from './layout.ts';
import { presentEvent, type TimelineModel, timelineOf } from './model.ts';
import { clampScroll, placedOf, revealTime, scaleOf, zoomOf } from './navigate.ts';
import { type Palette, readPalette } from './palette.ts';
import { mixPlaced, type PlacedScale } from './scale.ts';

const MOVE_MS = 200;

export interface CanvasView {
  readonly dispose: () => void;
}

type Studied = Pick<Studio, 'run' | 'playback' | 'viewport' | 'selection' | 'find' | 'flags'>;

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
  { run, playback, viewport, selection, find, flags }: Studied,
  onHover: GestureParts['onHover'],
): CanvasView {
  const ctx = canvas.getContext('2d');
  let palette: Palette | undefined;
  let frame: Frame | undefined;
  let requested = 0;
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
    frame = layout(
      current,
      {
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
        arrangement: window,
        playhead: playback.getState().playhead,
        lit: lit.lit,
      },
      more,
    );
    const ratio = globalThis.devicePixelRatio || 1;
    const w = Math.round(window.width * ratio);
    const h = Math.round(window.height * ratio);
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
        selected: selection.getState().selected,
        chain: lit.chain,
        lit: lit.lit,
        stale: run.getState().status === 'stale',
        ...overlays(placed, scrollX),
      },
      more,
    );
    const serial = String(run.getState().serial);
    if (canvas.dataset['painted'] !== serial) performance.mark('studio:trace-painted');
    canvas.dataset['painted'] = serial;
    if (!listening) {
      listening = true;
      setTimeout(() => void listen());
    }
    if (scrolling !== undefined || turning !== undefined) invalidate();
  }

  /** What lies over the lanes: the stretch that is measured, hits, notes. */
  function overlays(placed: PlacedScale, scrollX: number) {
    const { area, measuring } = selection.getState();
    const { playhead } = playback.getState();
    const stretch =
      measuring === undefined
        ? area
        : { start: Math.min(measuring, playhead), end: Math.max(measuring, playhead) };
    const { hits, at } = find.getState();
    if (hits !== found.from) found = { from: hits, set: new Set(hits) };
    return {
      area: stretch && {
        x0: placed.toX(stretch.start) - scrollX,
        x1: placed.toXEnd(stretch.end) - scrollX,
        text: durationText(stretch.end - stretch.start),
      },
      hits: found.set,
      hit: hits[at],
      flags: flags.getState().flags.map(({ time, note }) => ({ x: placed.toX(time) - scrollX, note })),
    };
  }
  let found: { readonly from: readonly EventId[]; readonly set: ReadonlySet<EventId> } = {
    from: [],
    set: new Set(),
  };

  // A pointer on its way across the picture lights nothing; one that rests does.
  let hovered: EventId | undefined;
  let lighting: ReturnType<typeof setTimeout> | undefined;
  const light = () => {
    clearTimeout(lighting);
    const next = selection.getState().hovered;
    if (next === hovered) return;
    lighting = setTimeout(
      () => {
        hovered = next;
        invalidate();
      },
      next === undefined ? 80 : 120,
    );
  };

  let remembered:
    | { key: string; lit: ReadonlySet<EventId>; chain: ReadonlySet<EventId> | undefined }
    | undefined;
  function litEvents(current: TimelineModel) {
    const selected = hovered ?? selection.getState().selected;
    const present = selected ?? presentEvent(current, playback.getState().playhead);
    const key = `${run.getState().serial} ${selected ?? ''} ${present ?? ''}`;
    if (remembered?.key !== key) {
      const chain = selected === undefined ? undefined : new Set(chainOf(current.flow, selected));
      const lit = chain ?? new Set(present === undefined ? [] : pathTo(current.flow, present));
      remembered = { key, lit: withMarks(current, lit), chain: chain && withMarks(current, chain) };
    }
    return remembered;
  }

  // What turns pointers into store calls comes after the first picture.
  let gestures: Gestures | undefined;
  let more: (DrawMore & LayoutMore) | undefined;
  let ended = false;
  const listen = async () => {
    const [{ mountGestures }, drawMore] = await Promise.all([
      import('./gestures.ts'),
      import('./draw-more.ts'),
    ]);
    if (ended) return;
    more = drawMore;
    invalidate();
    gestures = mountGestures({
      canvas,
      studio: { playback, viewport, selection, flags },
      frame: () => frame,
      model,
      onHover,
      onGrab: () => {
        scrolling = undefined;
      },
    });
    canvas.dataset['ready'] = '';
  };
  let listening = false;

  const follow = () => {
    const current = model();
    if (current === undefined || gestures?.isSeeking() === true) return;
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
    selection.subscribe(() => {
      light();
      invalidate();
    }),
    find.subscribe(invalidate),
    flags.subscribe(invalidate),
    playback.subscribe((state, before) => {
      if (state.playhead !== before.playhead) follow();
      invalidate();
    }),
    viewport.subscribe((state, before) => {
      const current = model();
      const turned = state.scale !== before.scale || state.openFolds !== before.openFolds;
      if (turned && current !== undefined && before.width > 0) {
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
      ended = true;
      gestures?.dispose();
      clearTimeout(lighting);
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
