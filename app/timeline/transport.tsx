import { lazy, Suspense, useMemo } from 'react';
import { useStore } from 'zustand';
import { nameOf } from '../../src/index.ts';
import { SPEEDS, type Speed, stopAt } from '../stores/playback.ts';
import { useStudio } from '../stores/studio.ts';
import { chainOf } from './flow.ts';
import type { TimelineModel } from './model.ts';
import { type TimelineCommand, transportCommands } from './transport-commands.ts';

// What only a hand asks for comes after the first picture; its place is kept.
const Minimap = lazy(() => import('./minimap.tsx').then((m) => ({ default: m.Minimap })));
const Scrubber = lazy(() => import('./scrubber.tsx').then((m) => ({ default: m.Scrubber })));
const StaleCaption = lazy(() => import('./stale-caption.tsx').then((m) => ({ default: m.StaleCaption })));
const FindField = lazy(() => import('./find.tsx').then((m) => ({ default: m.FindField })));

export const ICONS = {
  previousStep: 'M3.5 3v10M13 3.2v9.6L6 8z',
  previous: 'M11.5 3.2v9.6L4.5 8z',
  play: 'M5 3v10l8-5z',
  pause: 'M5 3.5h2.2v9H5zM8.8 3.5H11v9H8.8z',
  next: 'M3 3.2v9.6L9.5 8zM11.3 3.2h1.6v9.6h-1.6z',
  nextStep: 'M3 3.2v9.6L10 8zM12.5 3v10',
  list: 'M2.5 4h11M2.5 8h11M2.5 12h11',
  lanes: 'M2.5 4h6M5.5 8h8M8 12h4',
  find: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.4 10.4l3.4 3.4',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
} as const;

/** A sign of the transport. */
export function Glyph({
  name,
  filled = false,
}: {
  readonly name: keyof typeof ICONS;
  readonly filled?: boolean;
}) {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill={filled ? 'currentColor' : 'none'}
      stroke="currentColor"
      strokeWidth={filled ? 1 : 1.5}
      strokeLinejoin="round"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d={ICONS[name]} />
    </svg>
  );
}

const SPEED_TEXT: Readonly<Record<Speed, string>> = { 0.25: '¼×', 0.5: '½×', 1: '1×', 2: '2×', 4: '4×' };

/** Play, step, speed; the sentence of the moment; scale and list switches; the minimap. */
export function Transport({
  model,
  phone,
}: {
  readonly model: TimelineModel | undefined;
  readonly phone: boolean;
}) {
  const studio = useStudio();
  const { playback, viewport } = studio;
  const playing = useStore(playback, (state) => state.playing);
  const speed = useStore(playback, (state) => state.speed);
  const scale = useStore(viewport, (state) => state.scale);
  const list = useStore(viewport, (state) => state.list);
  const painted = useStore(studio.page, (state) => state.painted);
  const finding = useStore(studio.find, (state) => state.open);
  const commands = useMemo(
    () => new Map(transportCommands(studio).map((command) => [command.id, command])),
    [studio],
  );
  const disabled = model === undefined;
  const button = (id: string, icon: keyof typeof ICONS, className = 'icon-button') => (
    <CommandButton command={commands.get(id)} icon={icon} className={className} disabled={disabled} />
  );

  return (
    <div className="transport" role="toolbar" aria-label="Playback">
      {phone && painted && model !== undefined && (
        <Suspense fallback={<div className="scrubber" />}>
          <Scrubber model={model} />
        </Suspense>
      )}
      {button('timeline.previousStep', 'previousStep')}
      {button('timeline.previous', 'previous')}
      <button
        type="button"
        className="play-button"
        disabled={disabled}
        title={playing ? 'Pause (Space)' : 'Play (Space)'}
        aria-label={playing ? 'Pause' : 'Play'}
        aria-keyshortcuts="Space"
        onClick={() => playback.getState().toggle()}
      >
        <Glyph name={playing ? 'pause' : 'play'} filled />
      </button>
      {button('timeline.next', 'next')}
      {button('timeline.nextStep', 'nextStep')}
      <label className="speed" title="Speed (Alt+- and Alt+=)">
        <span className="visually-hidden">Speed</span>
        <select
          value={speed}
          onChange={({ target }) => {
            const chosen = SPEEDS.find((value) => String(value) === target.value);
            if (chosen !== undefined) playback.getState().setSpeed(chosen);
          }}
        >
          {SPEEDS.map((value) => (
            <option key={value} value={value}>
              {SPEED_TEXT[value]}
            </option>
          ))}
        </select>
      </label>
      <i className="rule" />
      {model === undefined ? <p className="caption" /> : <CaptionText model={model} />}
      {finding && model !== undefined ? (
        <Suspense fallback={null}>
          <FindField model={model} />
        </Suspense>
      ) : (
        <>
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a flex row in every browser */}
          <div className="segmented" role="group" aria-label="Time scale">
            {(['chapters', 'clock'] as const).map((kind) => (
              <button
                key={kind}
                type="button"
                aria-pressed={scale === kind}
                title={kind === 'chapters' ? 'Every step has its own clock (C)' : 'True proportions (C)'}
                onClick={() => viewport.getState().setScale(kind)}
              >
                {kind === 'chapters' ? 'Chapters' : 'Clock'}
              </button>
            ))}
          </div>
          <button
            type="button"
            className="icon-button list-button"
            aria-pressed={list}
            aria-label={list ? 'Show the picture' : 'Show the list'}
            title={list ? 'Show the picture (L)' : 'Show the list (L)'}
            onClick={() => viewport.getState().toggleList()}
          >
            <Glyph name={list ? 'lanes' : 'list'} />
          </button>
          {!list && button('timeline.fitAll', 'fit', 'icon-button fit-button')}
          {button('timeline.find', 'find', 'icon-button find-button')}
          {model !== undefined && !list && (
            <Suspense fallback={<div className="minimap coming" />}>
              {painted ? <Minimap model={model} /> : <div className="minimap coming" />}
            </Suspense>
          )}
        </>
      )}
    </div>
  );
}

function CommandButton({
  command,
  icon,
  className,
  disabled,
}: {
  readonly command: TimelineCommand | undefined;
  readonly icon: keyof typeof ICONS;
  readonly className: string;
  readonly disabled: boolean;
}) {
  if (command === undefined) return undefined;
  return (
    <button
      type="button"
      className={className}
      disabled={disabled}
      aria-label={command.label}
      aria-keyshortcuts={command.keys.join(' ')}
      title={`${command.label} (${(command.keys[0] ?? '').replace(/^[a-z]$/, (key) => key.toUpperCase())})`}
      onClick={command.run}
    >
      <Glyph name={icon} filled={icon !== 'fit' && icon !== 'find'} />
    </button>
  );
}

function CaptionText({ model }: { readonly model: TimelineModel }) {
  const { playback, selection, run } = useStudio();
  const index = useStore(playback, (state) => stopAt(model.moments, state.playhead));
  const selected = useStore(selection, (state) => state.selected);
  const stale = useStore(run, (state) => state.status === 'stale');
  const { moments, trace, flow } = model;
  const chain = useMemo(
    () =>
      selected === undefined ? [] : chainOf(flow, selected).filter((id) => model.placeOf(id) !== undefined),
    [selected, flow, model],
  );
  const event = selected === undefined ? undefined : trace.events[selected];
  const moment = moments[Math.max(0, index)];
  const words =
    event === undefined ? (
      <>
        <b>{moment?.caption ?? ''}</b>
        <span>
          <span className="wide-only">event </span>
          {Math.max(0, index) + 1} of {moments.length}
        </span>
      </>
    ) : (
      <>
        <b>Chain of {chain.length}</b>
        <span>
          selected: {nameOf(trace, event)}, {chain.indexOf(event.id) + 1} of {chain.length}
        </span>
        <span className="keys">
          <kbd>[</kbd>
          <kbd>]</kbd> along the chain <kbd>Esc</kbd> clear
        </span>
      </>
    );
  const caption = <p className={event === undefined ? 'caption' : 'caption chain'}>{words}</p>;
  if (!stale) return caption;
  return (
    <Suspense fallback={caption}>
      <StaleCaption at={`${index} ${selected ?? ''}`}>{words}</StaleCaption>
    </Suspense>
  );
}
