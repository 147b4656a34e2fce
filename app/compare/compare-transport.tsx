import { useStore } from 'zustand';
import { type PlaybackStore, SPEEDS, stopAt } from '../stores/playback.ts';
import { useStudio } from '../stores/studio.ts';
import { Glyph, type ICONS } from '../timeline/transport.tsx';
import type { NumberedDifference, SharedStop } from './compare-model.ts';

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
      <Glyph name={icon} filled={icon !== 'fit'} />
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
        <Glyph name={playing ? 'pause' : 'play'} filled />
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
