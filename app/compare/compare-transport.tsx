import { useStore } from 'zustand';
import { type PlaybackStore, SPEEDS, stopAt } from '../stores/playback.ts';
import { useStudio } from '../stores/studio.ts';
import type { NumberedDifference, SharedStop } from './compare-model.ts';

const ICONS = {
  previousStep: 'M3.5 3v10M13 3.2v9.6L6 8z',
  previous: 'M11.5 3.2v9.6L4.5 8z',
  play: 'M5 3v10l8-5z',
  pause: 'M5 3.5h2.2v9H5zM8.8 3.5H11v9H8.8z',
  next: 'M3 3.2v9.6L9.5 8zM11.3 3.2h1.6v9.6h-1.6z',
  nextStep: 'M3 3.2v9.6L10 8zM12.5 3v10',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
} as const;

function Glyph({ name }: { readonly name: keyof typeof ICONS }) {
  const filled = name !== 'fit';
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

interface TransportProps {
  readonly playback: PlaybackStore;
  readonly stops: readonly SharedStop[];
  readonly chosen: NumberedDifference | undefined;
  readonly count: number;
  readonly onFit: () => void;
}

/** Both runs play together; the sentence is that of the chosen difference, else of the moment. */
export function CompareTransport({ playback, stops, chosen, count, onFit }: TransportProps) {
  const { compare } = useStudio();
  const playing = useStore(playback, (state) => state.playing);
  const speed = useStore(playback, (state) => state.speed);
  const only = useStore(compare, (state) => state.only);
  const scale = useStore(compare, (state) => state.scale);
  const moment = useStore(playback, (state) => stops[stopAt(stops, state.playhead)]?.caption ?? '');
  const button = (label: string, icon: keyof typeof ICONS, act: () => void, key?: string) => (
    <button
      type="button"
      className={`icon-button ${icon}`}
      aria-label={label}
      title={key === undefined ? label : `${label} (${key})`}
      onClick={act}
    >
      <Glyph name={icon} />
    </button>
  );
  const of = playback.getState;
  const step = (act: () => void) => () => {
    of().pause();
    act();
  };
  return (
    <div className="transport compare-transport" role="toolbar" aria-label="Playback of both runs">
      {button('Previous step', 'previousStep', step(of().previousStep), 'Shift+,')}
      {button('Previous event', 'previous', step(of().previous), ',')}
      <button
        type="button"
        className="play-button"
        title={playing ? 'Pause (Space)' : 'Play both (Space)'}
        aria-label={playing ? 'Pause' : 'Play both runs'}
        aria-keyshortcuts="Space"
        onClick={of().toggle}
      >
        <Glyph name={playing ? 'pause' : 'play'} />
      </button>
      {button('Next event', 'next', step(of().next), '.')}
      {button('Next step', 'nextStep', step(of().nextStep), 'Shift+.')}
      <label className="speed">
        <span className="visually-hidden">Speed</span>
        <select
          value={speed}
          onChange={({ target }) => {
            const wanted = SPEEDS.find((one) => String(one) === target.value);
            if (wanted !== undefined) of().setSpeed(wanted);
          }}
        >
          {SPEEDS.map((one) => (
            <option key={one} value={one}>
              {`${{ 0.25: '¼', 0.5: '½', 1: '1', 2: '2', 4: '4' }[one]}×`}
            </option>
          ))}
        </select>
      </label>
      <i className="rule" />
      <p className="caption">
        {chosen === undefined ? (
          <b>{moment}</b>
        ) : (
          <>
            <b>
              Difference {chosen.number} of {count}: {chosen.title}
            </b>
            <span>{moment === '' ? 'both runs play together, event by event' : moment}</span>
          </>
        )}
      </p>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a flex row in every browser */}
      <div className="segmented" role="group" aria-label="Scale of both runs">
        {(['matched', 'clock'] as const).map((kind) => (
          <button
            key={kind}
            type="button"
            aria-pressed={scale === kind}
            title={kind === 'matched' ? 'What happens in both shares its place (C)' : 'True proportions (C)'}
            onClick={() => compare.setState({ scale: kind })}
          >
            {kind === 'matched' ? 'Matched' : 'Clock'}
          </button>
        ))}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <div className="segmented" role="group" aria-label="What is drawn in full">
        {(['all', 'differences'] as const).map((kind) => (
          <button
            key={kind}
            type="button"
            aria-pressed={only === kind}
            onClick={() => compare.setState({ only: kind })}
          >
            {kind === 'all' ? 'All' : 'Differences'}
          </button>
        ))}
      </div>
      {button('Fit both runs', 'fit', onFit, '0')}
    </div>
  );
}
