import { type RefObject, useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { Trace } from '../../../src/index.ts';
import { useStudio } from '../../stores/studio.ts';
import { layoutStage, type StageLayout } from './stage-layout.ts';
import { type StageModel, type StageMoment, stageAt } from './stage-model.ts';

/** The Stage at the playhead, in the room that an element gives. Undefined until it has been measured. */
export function useStage(
  trace: Trace,
  moments: readonly StageMoment[],
  host: RefObject<HTMLElement | null>,
  zoomOf: (width: number, height: number) => number = () => 1,
): { readonly model: StageModel; readonly layout: StageLayout | undefined; readonly steps: boolean } {
  const { playback } = useStudio();
  const playhead = useStore(playback, (state) => state.playhead);
  const steps = useStore(playback, (state) => state.reducedMotion);
  const [size, setSize] = useState<{ readonly width: number; readonly height: number }>();
  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const measure = (): void => {
      const { width, height } = element.getBoundingClientRect();
      setSize({ width: Math.floor(width), height: Math.floor(height) });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [host]);
  const zoom = size === undefined ? 1 : zoomOf(size.width, size.height);
  const layout = useMemo(
    () => (size === undefined || size.width === 0 ? undefined : layoutStage(size.width, size.height, zoom)),
    [size, zoom],
  );
  return { model: stageAt(trace, moments, playhead), layout, steps };
}
