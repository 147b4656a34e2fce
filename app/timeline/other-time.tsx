import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import { useStudio } from '../stores/studio.ts';
import type { TimelineModel } from './model.ts';
import { playheadText } from './ticks.ts';

/** The playhead's time on the scale that is not shown: its flag tells the one of the scale that is. */
export function OtherTime({ model }: { readonly model: TimelineModel }) {
  const { playback, viewport } = useStudio();
  const scale = useStore(viewport, (state) => state.scale);
  const place = useRef<HTMLSpanElement>(null);
  const word = scale === 'chapters' ? 'run' : 'step';
  const text = () =>
    `${word} ${playheadText(scale === 'chapters' ? model.clock : model.chapters, playback.getState().playhead)}`;
  const latest = useRef(text);
  latest.current = text;
  // Written straight into the page: while playing it changes in every frame.
  useEffect(
    () =>
      playback.subscribe((state, before) => {
        if (place.current !== null && state.playhead !== before.playhead)
          place.current.textContent = latest.current();
      }),
    [playback],
  );
  return (
    <span
      ref={place}
      className="lane-time"
      title={scale === 'chapters' ? 'Time of the run' : 'Time in the step'}
    >
      {text()}
    </span>
  );
}
