import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import type { Trace } from '../../src/index.ts';
import type { ComparedRun } from '../stores/compare.ts';
import { useStudio } from '../stores/studio.ts';

export interface RunToCompare {
  readonly trace: Trace | undefined;
  /** Milliseconds in the worker; 0 for a run that was kept. */
  readonly duration: number;
  /** The present text cannot be run: this is the last one that could. */
  readonly stale: boolean;
  readonly problem: string | undefined;
}

/** The trace of one side: the studio's own run if it is that version, a second one else, or the one that was kept. */
export function useRunToCompare(run: ComparedRun): RunToCompare {
  const { workspace, run: present, compare, services } = useStudio();
  const files = useStore(workspace, (state) => state.document.files);
  const seed = useStore(workspace, (state) => state.document.seed);
  const version = useStore(workspace, (state) => state.document.version);
  const own = useStore(present);
  const pinned = useStore(compare, (state) => state.pinned);
  const [second, setSecond] = useState<{
    readonly run: ComparedRun;
    readonly trace?: Trace;
    readonly duration: number;
    readonly stale: boolean;
    readonly problem?: string;
  }>();
  const isOther = run !== 'pinned' && run !== version;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another text or seed is another run
  useEffect(() => {
    if (!isOther) return undefined;
    let late = false;
    services.runOn(run).then(
      ({ trace, duration }) => {
        if (late) return;
        setSecond((before) =>
          trace === undefined ? before && { ...before, stale: true } : { run, trace, duration, stale: false },
        );
      },
      (error: unknown) => {
        if (!late) setSecond({ run, duration: 0, stale: true, problem: String(error) });
      },
    );
    return () => {
      late = true;
    };
  }, [run, isOther, files, seed, services]);

  if (run === 'pinned') return { trace: pinned?.trace, duration: 0, stale: false, problem: undefined };
  if (!isOther)
    return {
      trace: own.version === version ? own.trace : undefined,
      duration: own.duration ?? 0,
      stale: own.status === 'stale' || own.status === 'failed',
      problem: undefined,
    };
  const { trace, duration, stale, problem } = second?.run === run ? second : { duration: 0, stale: false };
  return { trace, duration, stale: stale ?? false, problem };
}
