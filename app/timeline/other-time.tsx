import { useStore } from 'zustand';
import { useStudio } from '../stores/studio.ts';
import type { TimelineModel } from './model.ts';
import { playheadText } from './ticks.ts';

/** The playhead's time on the scale that is not shown: its flag tells the one of the scale that is. */
export function OtherTime({ model }: { readonly model: TimelineModel }) {
  const { playback, viewport } = useStudio();
  const scale = useStore(viewport, (state) => state.scale);
  const text = useStore(playback, ({ playhead }) =>
    playheadText(scale === 'chapters' ? model.clock : model.chapters, playhead),
  );
  return (
    <span className="lane-time" title={scale === 'chapters' ? 'Time of the run' : 'Time in the step'}>
      {scale === 'chapters' ? 'run' : 'step'} {text}
    </span>
  );
}
