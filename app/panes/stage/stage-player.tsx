import { useStore } from 'zustand';
import { useStudio } from '../../stores/studio.ts';
import { Icon } from '../../ui/icons.tsx';

/** Back, play, on: where no timeline stands beside the Stage. */
export function StagePlayer() {
  const { playback } = useStudio();
  const playing = useStore(playback, (state) => state.playing);
  const by = (direction: 'previous' | 'next') => () => {
    playback.getState().pause();
    playback.getState()[direction]();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a flex row in every browser
    <div className="stage-player" role="group" aria-label="Playback of the Stage">
      <button type="button" className="icon-button" aria-label="Previous event" onClick={by('previous')}>
        <Icon name="previous" />
      </button>
      <button
        type="button"
        className="icon-button stage-play"
        aria-label={playing ? 'Pause' : 'Play'}
        onClick={() => playback.getState().toggle()}
      >
        <Icon name={playing ? 'pause' : 'play'} />
      </button>
      <button type="button" className="icon-button" aria-label="Next event" onClick={by('next')}>
        <Icon name="next" />
      </button>
    </div>
  );
}
