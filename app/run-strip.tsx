import './run-strip.css';
import { useStore } from 'zustand';
import type { RunProgress } from './stores/run.ts';
import { useStudio } from './stores/studio.ts';

/** How far a run that takes its time has got, and the way to end it; what stands below is the run before. */
export function RunStrip({ progress }: { readonly progress: RunProgress }) {
  const { run, services } = useStudio();
  const before = useStore(run, (state) => state.trace !== undefined);
  const { done, steps, events } = progress;
  const text = `Running: ${done.toLocaleString('en')} of ${steps.toLocaleString('en')} steps`;
  return (
    <section className="run-strip" aria-label="The run under way">
      <div className="run-strip-line">
        <span className="run-strip-text">
          {text}
          <span className="run-strip-more">
            {events.toLocaleString('en')} events{before && '; below is the run before'}
          </span>
        </span>
        <button type="button" className="button" onClick={services.cancelRun}>
          Cancel
        </button>
      </div>
      <progress aria-label={text} max={steps} value={done} />
    </section>
  );
}
