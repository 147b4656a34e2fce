import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { createCompare } from '../../app/stores/compare.ts';
import { createFind } from '../../app/stores/find.ts';
import { createFlags } from '../../app/stores/flags.ts';
import { createPageStore } from '../../app/stores/page.ts';
import { createPlayback } from '../../app/stores/playback.ts';
import { createRunStore } from '../../app/stores/run.ts';
import { createSelection } from '../../app/stores/selection.ts';
import { type Studio, StudioContext } from '../../app/stores/studio.ts';
import { createViewport } from '../../app/stores/viewport.ts';
import { createWorkspaceStore } from '../../app/stores/workspace.ts';
import { layout } from '../../app/timeline/layout.ts';
import { playTrack, timelineOf, travelTime } from '../../app/timeline/model.ts';
import { fitAll, placedOf, scaleOf } from '../../app/timeline/navigate.ts';
import { TimelineRoom } from '../../app/timeline/timeline.tsx';
import type { Trace } from '../../src/index.ts';
import '../../app/ui/tokens.css';
import '../../app/ui/ui.css';
import { repeatTrace } from './repeat-trace.ts';

/** The timeline room with real stores and nothing else, and what the bench does with it. */
let spent = 0;
let depth = 0;
const counting = <A extends readonly unknown[]>(act: (...args: A) => unknown) => {
  return (...args: A): unknown => {
    const began = performance.now();
    depth++;
    try {
      return act(...args);
    } finally {
      depth--;
      if (depth === 0) spent += performance.now() - began;
    }
  };
};

// Every way in which the page's script gets a turn during a frame: frames, microtasks, timers, observers, React's
// scheduler. What the browser says it spent in script is compared with their sum (`frame.seen`).
const timer = window.setTimeout.bind(window);
window.setTimeout = ((act: TimerHandler, ...rest: unknown[]) =>
  timer(
    typeof act === 'function' ? counting(act as () => void) : act,
    ...(rest as [number]),
  )) as typeof window.setTimeout;
const Resizes = window.ResizeObserver;
window.ResizeObserver = class extends Resizes {
  constructor(act: ResizeObserverCallback) {
    super(counting(act) as ResizeObserverCallback);
  }
};
const frameOf = requestAnimationFrame.bind(window);
window.requestAnimationFrame = (act) => frameOf(counting(act) as FrameRequestCallback);
const microtask = queueMicrotask.bind(window);
window.queueMicrotask = (act) => microtask(counting(act) as VoidFunction);
const onMessage = Object.getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage');
Object.defineProperty(MessagePort.prototype, 'onmessage', {
  ...onMessage,
  set(this: MessagePort, act: ((event: MessageEvent) => unknown) | null) {
    onMessage?.set?.call(this, act === null ? null : counting(act.bind(this)));
  },
});

let trace: Trace | undefined;
let studio: Studio | undefined;

const frame = (): Promise<void> => new Promise((done) => frameOf(() => done()));
const canvas = (): HTMLCanvasElement =>
  document.querySelector('.timeline-picture canvas') as HTMLCanvasElement;

/** Script time of each of so many frames while something happens once a frame, milliseconds. */
async function frames(count: number, act: (i: number) => void): Promise<readonly number[]> {
  const samples: number[] = [];
  await frame();
  for (let i = 0; i < count; i++) {
    spent = 0;
    counting(act)(i);
    await frame();
    await new Promise<void>((done) => timer(() => done()));
    samples.push(spent);
  }
  return samples;
}

const wheel = (x: number, init: WheelEventInit): void => {
  canvas().dispatchEvent(
    new WheelEvent('wheel', { bubbles: true, cancelable: true, clientX: 190 + x, clientY: 200, ...init }),
  );
};

const SAME_ZOOM = 0.5;

function visibleMarks(): number {
  const trace = studio?.run.getState().trace;
  const window = studio?.viewport.getState();
  if (trace === undefined || window === undefined) return 0;
  const model = timelineOf(trace);
  const { boxes, bands } = layout(model, {
    width: window.width,
    height: window.height,
    scale: scaleOf(model, window),
    placed: placedOf(model, window),
    scrollX: window.scrollX,
    edge: window.width,
    scrollY: window.scrollY,
    arrangement: window,
    playhead: 0,
    lit: new Set(),
  });
  return boxes.length + bands.reduce((sum, { columns }) => sum + columns.length, 0);
}

const bench = {
  make(stories: readonly Trace[], events: number): number {
    trace = repeatTrace(stories, events);
    return trace.events.length;
  },
  layout(): number {
    const began = performance.now();
    if (trace !== undefined) timelineOf(trace);
    return performance.now() - began;
  },
  /** From the trace being there to its first picture; the model is made once more, for a trace that nobody has seen. */
  async open(): Promise<number> {
    if (trace === undefined) throw new Error('Assertion failed: a trace was made');
    const run = createRunStore();
    const made: Studio = {
      run,
      workspace: createWorkspaceStore(),
      page: createPageStore('light'),
      selection: createSelection(),
      find: createFind(),
      compare: createCompare(),
      flags: createFlags(),
      viewport: createViewport(),
      playback: createPlayback(
        () => playTrack(run.getState().trace),
        (from, to, fraction) => travelTime(run.getState().trace, from, to, fraction),
      ),
      services: {} as Studio['services'],
    };
    studio = made;
    made.page.setState({ painted: true });
    const fresh = { ...trace };
    trace = undefined;
    const began = performance.now();
    run.finished({ trace: fresh, diagnostics: [], duration: 0 });
    made.playback.getState().toStart();
    const root = document.getElementById('root') as HTMLElement;
    createRoot(root).render(createElement(StudioContext, { value: made }, createElement(TimelineRoom)));
    while (performance.getEntriesByName('studio:trace-painted').length === 0) await frame();
    return performance.now() - began;
  },
  pan: (count: number) => frames(count, (i) => wheel(400, { deltaX: i % 60 < 30 ? 90 : -60 })),
  /** In and out at the pointer, from all to a few marks and back. */
  zoom: (count: number) =>
    frames(count, (i) => wheel(500, { deltaY: i % 80 < 40 ? -60 : 60, ctrlKey: true })),
  /**
   * As many pixels for the same stretch of the run, however long it is: from the left edge of the run, at the zoom at which
   * chapters are read far out. The picture shows the same marks at 1,000 events and at 100,000.
   */
  sameMarks(): number {
    const window = studio?.viewport.getState();
    window?.setWindow({ zoom: SAME_ZOOM, scrollX: 0 });
    return visibleMarks();
  },
  /** In and out by a hair: a frame's worth of work each time, always over nearly the same marks. */
  shake: (count: number) =>
    frames(count, (i) => wheel(500, { deltaY: i % 2 === 0 ? -1.5 : 1.5, ctrlKey: true })),
  /** Marks and columns of marks that the picture draws now. */
  visibleMarks,
  /** All that there is in one picture. */
  fit(): void {
    const trace = studio?.run.getState().trace;
    const window = studio?.viewport.getState();
    if (trace !== undefined) window?.setWindow(fitAll(timelineOf(trace), window));
  },
  middle(): void {
    const playback = studio?.playback.getState();
    const run = studio?.run.getState().trace;
    if (playback !== undefined && run !== undefined) playback.seek((run.end / 2) as Trace['end']);
  },
  play: async (count: number): Promise<readonly number[]> => {
    studio?.playback.getState().setSpeed(4);
    studio?.playback.getState().play();
    const samples = await frames(count, () => undefined);
    studio?.playback.getState().pause();
    return samples;
  },
};

export type TimelineBench = typeof bench;
Object.assign(window, { bench });
