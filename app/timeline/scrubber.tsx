import { useMemo } from 'react';
import { useStore } from 'zustand';
import { verdictOf } from '../../src/index.ts';
import { stopAt } from '../stores/playback.ts';
import { useStudio } from '../stores/studio.ts';
import type { TimelineModel } from './model.ts';

/** Below so many pixels apart marks on the bar would touch. */
const APART = 0.012;

/** The moments as a bar to drag along, with a stroke for each denial and failure and a gap between steps. */
export function Scrubber({ model }: { readonly model: TimelineModel }) {
  const { playback } = useStudio();
  const { moments, trace } = model;
  const at = useStore(playback, (state) => Math.max(0, stopAt(moments, state.playhead)));
  const strokes = useMemo(() => {
    const found: { readonly place: number; readonly tone: string }[] = [];
    for (const [i, moment] of moments.entries()) {
      const event = trace.events[moment.event];
      const tone = event === undefined ? 'plain' : verdictOf(event).tone;
      const kind =
        moment.beginsStep && i > 0 ? 'step' : tone === 'deny' || tone === 'error' ? tone : undefined;
      const place = i / Math.max(1, moments.length - 1);
      if (kind === undefined || place - (found.at(-1)?.place ?? -1) < APART) continue;
      found.push({ place, tone: kind });
    }
    return found;
  }, [moments, trace]);
  const last = Math.max(1, moments.length - 1);
  return (
    <div className="scrubber">
      <span className="scrubber-bar" aria-hidden="true">
        <i style={{ width: `${(at / last) * 100}%` }} />
        {strokes.map(({ place, tone }) => (
          <b key={place} className={`scrub-${tone}`} style={{ left: `${place * 100}%` }} />
        ))}
      </span>
      <input
        type="range"
        aria-label="Moment"
        aria-valuetext={moments[at]?.caption ?? ''}
        min={0}
        max={moments.length - 1}
        value={at}
        onChange={({ target }) => {
          const moment = moments[Number(target.value)];
          playback.getState().pause();
          if (moment !== undefined) playback.getState().seek(moment.time);
        }}
      />
    </div>
  );
}
