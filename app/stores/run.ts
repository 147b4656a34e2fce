import { createStore } from 'zustand/vanilla';
import type { Advice, Diagnostic, DocumentPath, KyvernoVersion, TextFile, Trace } from '../../src/index.ts';

/**
 * `idle`: nothing to run. `running`: no result yet. `ok`: the trace is that of the present text. `stale`: the text cannot be
 * run, the trace is the last good run. `failed`: it cannot be run and there is no good run.
 */
export type RunStatus = 'idle' | 'running' | 'ok' | 'stale' | 'failed';

/** Why a run was stopped or lost, as the banner says it. */
export interface RunProblem {
  readonly kind: 'budget' | 'cancelled' | 'crash';
  readonly title: string;
  readonly reason: string;
  /** The rule that keeps the run going, if that is why. */
  readonly at?: DocumentPath;
}

/** What one run gave. `trace` is absent if the text cannot be run. */
export interface RunResult {
  readonly trace?: Trace;
  readonly diagnostics: readonly Diagnostic[];
  /** Time that parse, read and simulate took in the worker, milliseconds. */
  readonly duration: number;
  readonly problem?: RunProblem;
}

/** Steps that are done, of how many, and what was traced until then. */
export interface RunProgress {
  readonly done: number;
  readonly steps: number;
  readonly events: number;
}

export interface RunState {
  readonly status: RunStatus;
  /** A newer text is being simulated; what is shown is the run before it. */
  readonly pending: boolean;
  /** How far it has got, once it takes its time. */
  readonly progress: RunProgress | undefined;
  /** The last good run. */
  readonly trace: Trace | undefined;
  /** Counts good runs, so that views know that the trace is another one. */
  readonly serial: number;
  readonly version: KyvernoVersion | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly advice: readonly Advice[];
  /** Of the last good run, milliseconds. */
  readonly duration: number | undefined;
  /** Wall clock of the last good run, milliseconds since the epoch. */
  readonly goodAt: number | undefined;
  /** The files that the last good run was made of. */
  readonly goodFiles: readonly TextFile[] | undefined;
  readonly problem: RunProblem | undefined;
}

const NOTHING: RunState = {
  status: 'idle',
  pending: false,
  progress: undefined,
  trace: undefined,
  serial: 0,
  version: undefined,
  diagnostics: [],
  advice: [],
  duration: undefined,
  goodAt: undefined,
  goodFiles: undefined,
  problem: undefined,
};

/** Diagnostics that come from elsewhere than the run, given what the run tells. */
export type Beside = (told: readonly Diagnostic[]) => readonly Diagnostic[];

export type RunStore = ReturnType<typeof createRunStore>;

/** Creates the store of the last run; the last good trace survives runs that fail. */
export function createRunStore(now: () => number = () => Date.now()) {
  const store = createStore<RunState>(() => NOTHING);
  let told: readonly Diagnostic[] = [];
  let beside: Beside = () => [];
  const all = (): readonly Diagnostic[] => [...told, ...beside(told)];
  return {
    ...store,
    started(): void {
      const { status, trace } = store.getState();
      store.setState({
        pending: true,
        progress: undefined,
        status: trace === undefined ? 'running' : status,
      });
    },
    progressed(progress: RunProgress): void {
      if (store.getState().pending) store.setState({ progress });
    },
    /** `files`: what it was a run of. */
    finished(result: RunResult, files?: readonly TextFile[]): void {
      const { trace, duration, problem } = result;
      const before = store.getState();
      told = result.diagnostics;
      const diagnostics = all();
      if (trace === undefined) {
        const status = before.trace === undefined ? 'failed' : 'stale';
        store.setState({ pending: false, progress: undefined, status, diagnostics, problem });
        return;
      }
      store.setState({
        pending: false,
        progress: undefined,
        status: 'ok',
        trace,
        serial: before.serial + 1,
        version: trace.kyverno,
        diagnostics,
        duration,
        goodAt: now(),
        goodFiles: files,
        problem,
      });
    },
    /** Advice on the run with this serial; it comes after the trace, and too late if another run is there. */
    advised(advice: readonly Advice[], serial: number): void {
      if (serial === store.getState().serial) store.setState({ advice });
    },
    /** What is said of the policies of the run with this serial, if the run itself did not tell. */
    judged(found: readonly Diagnostic[], serial: number): void {
      const { serial: now, pending } = store.getState();
      if (serial !== now || pending || found.length === 0) return;
      told = [...told, ...found];
      store.setState({ diagnostics: all() });
    },
    /** What is to be said beside this run and the ones after it, until something else is. */
    saidBeside(more: Beside): void {
      beside = more;
      store.setState({ diagnostics: all() });
    },
    /** Nothing to run: an empty studio, or another document was opened. */
    clear(): void {
      told = [];
      beside = () => [];
      store.setState({ ...NOTHING, serial: store.getState().serial });
    },
    dismissProblem(): void {
      store.setState({ problem: undefined });
    },
  };
}

/** Whether the text as it stands keeps the studio from running it. */
export const isStale = (state: RunState): boolean => state.status === 'stale';
