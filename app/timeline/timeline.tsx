import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { durationText, nameOf, verdictOf } from '../../src/index.ts';
import { stopAt } from '../stores/playback.ts';
import { useStudio } from '../stores/studio.ts';
import { mountCanvas } from './canvas-view.ts';
import type { Hover } from './gestures.ts';
import { LaneHeaders } from './lane-headers.tsx';
import { type TimelineModel, timelineOf } from './model.ts';
import { Transport } from './transport.tsx';
import './timeline.css';

// The picture is what a wide page shows first.
const EventList = lazy(() => import('./event-list.tsx').then((m) => ({ default: m.EventList })));
const FindStrip = lazy(() => import('./find.tsx').then((m) => ({ default: m.FindStrip })));
const FindLine = lazy(() => import('./find.tsx').then((m) => ({ default: m.FindLine })));
const FlagNote = lazy(() => import('./flag-note.tsx').then((m) => ({ default: m.FlagNote })));
const Tooltip = lazy(() => import('./tooltip.tsx').then((m) => ({ default: m.Tooltip })));
const UprightTrace = lazy(() => import('./upright.tsx').then((m) => ({ default: m.UprightTrace })));

const HEADER_WIDTH = 190;

/** The timeline room: transport, and below it the lanes or the list of events. Fills its parent. */
export function TimelineRoom() {
  const studio = useStudio();
  const { run, playback, viewport } = studio;
  const trace = useStore(run, (state) => state.trace);
  const stale = useStore(run, (state) => state.status === 'stale');
  const list = useStore(viewport, (state) => state.list);
  const finding = useStore(studio.find, (state) => state.open);
  const phone = usePhone();
  usePlayDriver();
  useNewTrace();
  useMeasured();
  const model = trace === undefined ? undefined : timelineOf(trace);

  return (
    <section className={stale ? 'timeline stale' : 'timeline'} aria-label="Timeline">
      <Transport model={model} phone={phone} />
      {finding && model !== undefined && !phone && (
        <Suspense fallback={null}>
          <FindStrip model={model} />
        </Suspense>
      )}
      {model === undefined ? (
        <p className="timeline-empty">
          Nothing has run yet. The timeline fills as soon as a step can be simulated.
        </p>
      ) : phone ? (
        <Suspense fallback={<div className="timeline-coming" />}>
          <UprightTrace model={model} />
        </Suspense>
      ) : list ? (
        <Suspense fallback={<div className="timeline-coming" />}>
          <EventList model={model} />
        </Suspense>
      ) : (
        <Picture model={model} />
      )}
      {finding && model !== undefined && (
        <Suspense fallback={null}>
          <FindLine model={model} />
        </Suspense>
      )}
      <Announcer model={model} playback={playback} />
    </section>
  );
}

/** Below 600 pixels time runs down instead of across. */
function usePhone(): boolean {
  const query = '(max-width: 600px)';
  const [phone, setPhone] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const read = () => setPhone(media.matches);
    media.addEventListener('change', read);
    return () => media.removeEventListener('change', read);
  }, []);
  return phone;
}

/** Moves the playhead while playing, whether the picture is shown or the list. */
export function usePlayDriver(): void {
  const { playback } = useStudio();
  const playing = useStore(playback, (state) => state.playing);
  useEffect(() => {
    if (!playing) return undefined;
    let frame = 0;
    const turn = (now: number) => {
      playback.getState().advance(now);
      frame = requestAnimationFrame(turn);
    };
    frame = requestAnimationFrame(turn);
    return () => cancelAnimationFrame(frame);
  }, [playback, playing]);
  useEffect(() => {
    const query = matchMedia('(prefers-reduced-motion: reduce)');
    const read = () => playback.getState().setReducedMotion(query.matches);
    read();
    query.addEventListener('change', read);
    return () => query.removeEventListener('change', read);
  }, [playback]);
}

/** A new trace keeps the playhead where it is, inside the new bounds; a selection that is gone is dropped. */
function useNewTrace(): void {
  const { run, playback, selection } = useStudio();
  const serial = useStore(run, (state) => state.serial);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs once for each good run
  useEffect(() => {
    const { trace } = run.getState();
    if (trace === undefined) return;
    playback.getState().seek(playback.getState().playhead);
    selection.getState().keep((event) => event < trace.events.length);
  }, [serial, run, playback, selection]);
}

/** A stretch that has been measured is told by the Details pane. */
function useMeasured(): void {
  const { selection, page } = useStudio();
  const area = useStore(selection, (state) => state.area);
  const measured = area !== undefined;
  useEffect(() => {
    if (measured) page.showPane('details');
  }, [measured, page]);
  useEffect(() => {
    if (area !== undefined) page.say(`${durationText(area.end - area.start)} measured`);
  }, [area, page]);
}

function Picture({ model }: { readonly model: TimelineModel }) {
  const studio = useStudio();
  const { viewport } = studio;
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const editing = useStore(studio.flags, (state) => state.editing);
  const [hover, setHover] = useState<Hover>();

  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const measure = () => {
      const { width, height } = element.getBoundingClientRect();
      viewport.getState().resize(Math.floor(width), Math.floor(height));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [viewport]);
  useEffect(() => {
    if (canvas.current === null) return undefined;
    return mountCanvas(canvas.current, studio, setHover).dispose;
  }, [studio]);

  return (
    <div className="timeline-body" style={{ gridTemplateColumns: `${HEADER_WIDTH}px 1fr` }}>
      <LaneHeaders model={model} />
      <div className="timeline-picture" ref={host}>
        <canvas
          ref={canvas}
          tabIndex={0}
          role="img"
          aria-label={summary(model)}
          aria-describedby="timeline-hint"
        />
        <p id="timeline-hint" className="visually-hidden">
          The same events are in the list: press L.
        </p>
        {editing !== undefined && (
          <Suspense fallback={null}>
            <FlagNote key={editing} model={model} time={editing} />
          </Suspense>
        )}
        <Suspense fallback={null}>{hover !== undefined && <Tooltip model={model} hover={hover} />}</Suspense>
      </div>
    </div>
  );
}

function summary({ trace, moments }: TimelineModel): string {
  const told = trace.events.flatMap((event) => {
    const title = trace.steps[event.step]?.title ?? '';
    if (event.kind !== 'step' || trace.steps[event.step]?.kind !== 'command') return [];
    const verdict = verdictOf(event).word;
    return [verdict === '' ? title : `${title}: ${verdict}`];
  });
  const rest = told.length > 12 ? `. And ${told.length - 12} more steps` : '';
  return `Timeline of ${moments.length} events. ${told.slice(0, 12).join('. ')}${rest}`;
}

/** Says each moment politely while a person steps, whole or in brief or not at all; while playing it would fall behind. */
export function Announcer({
  model,
  playback,
}: {
  readonly model: TimelineModel | undefined;
  readonly playback: ReturnType<typeof useStudio>['playback'];
}) {
  const { page } = useStudio();
  const how = useStore(page, (state) => state.announce);
  const index = useStore(playback, (state) =>
    state.playing || model === undefined ? -1 : stopAt(model.moments, state.playhead),
  );
  const moment = how === 'silent' ? undefined : model?.moments[index];
  const event = moment && model?.trace.events[moment.event];
  const brief =
    event && model && [nameOf(model.trace, event), verdictOf(event).word].filter(Boolean).join(', ');
  return (
    <p className="visually-hidden" aria-live="polite" data-announcer="">
      {how === 'brief' ? brief : moment?.caption}
    </p>
  );
}
