import { useStore } from 'zustand';
import { type Milliseconds, milliseconds, type Trace } from '../../src/index.ts';
import { useStudio } from './studio.ts';

const bounds = new WeakMap<Trace, Float64Array>();

/** Times at which anything in a trace begins or ends, rising. */
function boundsOf(trace: Trace): Float64Array {
  let known = bounds.get(trace);
  if (known === undefined) {
    const times = new Set<number>();
    for (const { time, end } of trace.events) times.add(time).add(end);
    for (const { time, settled } of trace.steps) times.add(time).add(settled);
    for (const { time } of trace.revisions) times.add(time);
    known = Float64Array.from(times).sort();
    bounds.set(trace, known);
  }
  return known;
}

/**
 * A time that stands for the playhead's: the same for as long as nothing begins or ends. Any question whether an event has
 * begun, lasts or has ended has the same answer at both, so what is derived from it need not be derived in every frame.
 */
export function presentAt(trace: Trace, playhead: number): Milliseconds {
  const times = boundsOf(trace);
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) <= playhead) low = middle + 1;
    else high = middle;
  }
  const before = times[low - 1];
  const after = times[low];
  if (before === playhead) return milliseconds(playhead);
  if (before === undefined) return milliseconds((after ?? 0) - 1);
  return milliseconds(after === undefined ? before + 1 : (before + after) / 2);
}

/** The moment shown, for panes that tell what has happened: it changes only when something does. */
export function usePresent(): Milliseconds {
  const { playback, run } = useStudio();
  const trace = useStore(run, (state) => state.trace);
  return useStore(playback, ({ playhead }) => (trace === undefined ? playhead : presentAt(trace, playhead)));
}
