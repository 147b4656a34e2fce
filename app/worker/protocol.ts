import type {
  Advice,
  Completions,
  ConsoleResult,
  Diagnostic,
  DocumentPath,
  EditableStep,
  Edited,
  KyvernoTest,
  KyvernoVersion,
  Milliseconds,
  SortedDocument,
  SourceLocation,
  StepChange,
  StepEdits,
  TextFile,
  Trace,
} from '../../src/index.ts';
import type { Progress } from './control.ts';
import type { TracePart } from './deliver.ts';

export interface RunRequest {
  readonly files: readonly TextFile[];
  readonly version: KyvernoVersion;
  readonly seed: number;
  readonly name: string;
  /** Wall-clock budget of the simulation, milliseconds; what was traced until then is delivered. */
  readonly budget: number;
  readonly maxEvents?: number;
}

/** What a run gave; `trace` is absent if the text cannot be run. */
export interface RunOutcome {
  readonly trace?: Trace;
  readonly diagnostics: readonly Diagnostic[];
  /** Milliseconds in the worker. */
  readonly duration: number;
  /** It was cancelled for a newer text: there is nothing to show. */
  readonly overtaken?: true;
}

/** Questions that the page asks besides runs; `files` are the studio's present ones. */
export type Question =
  /** About the last run: asked once its trace is painted, so that nobody waits for it. */
  | { readonly type: 'advise' }
  /** The last run's answers of the policies as a test of the Kyverno CLI. */
  | { readonly type: 'write-kyverno-test' }
  /** A line of the console at a moment of the last run; `until`: how far `-w` and `-f` have got. */
  | {
      readonly type: 'console';
      readonly line: string;
      readonly at: Milliseconds;
      readonly until: Milliseconds;
      /** Address of the folder with the documented schemas, for `explain`. */
      readonly schemas?: string;
    }
  /** What a person made of the object that `kubectl edit` opened, as a command. */
  | { readonly type: 'edit'; readonly line: string; readonly before: string; readonly after: string }
  /** How a line of the console may go on at its end. */
  | { readonly type: 'complete'; readonly line: string; readonly at: Milliseconds }
  | { readonly type: 'preview'; readonly request: RunRequest }
  | {
      readonly type: 'locate';
      readonly path: DocumentPath;
      readonly part: 'key' | 'value';
      readonly text: string;
    }
  | { readonly type: 'sort'; readonly incoming: readonly TextFile[]; readonly files: readonly TextFile[] }
  | {
      readonly type: 'arrange';
      readonly documents: readonly SortedDocument[];
      readonly into: readonly TextFile[];
      readonly name: string;
    }
  | { readonly type: 'read-steps'; readonly path: string; readonly files: readonly TextFile[] }
  | {
      readonly type: 'write-step';
      readonly path: string;
      readonly files: readonly TextFile[];
      readonly change: StepChange;
    };

/** What is told after a run is painted. */
export interface AfterRun {
  readonly advice: readonly Advice[];
  /** What is said of the policies, unless the run told it already. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What each question is answered with. */
export interface Answers {
  readonly advise: AfterRun;
  readonly 'write-kyverno-test': KyvernoTest;
  readonly console: ConsoleResult;
  readonly edit: Edited;
  readonly complete: Completions;
  readonly preview: RunOutcome;
  readonly locate: SourceLocation | undefined;
  readonly sort: readonly SortedDocument[];
  readonly arrange: readonly TextFile[];
  /** Undefined: the file holds no Chainsaw Test. */
  readonly 'read-steps': readonly EditableStep[] | undefined;
  readonly 'write-step': StepEdits;
}

/** What the page sends. `cancel`: the run ends; with `keep` what was traced until then is its outcome. Every run and question has an id; its answer carries the same. */
export type ToWorker =
  | { readonly type: 'base'; readonly version: KyvernoVersion; readonly json: string }
  | { readonly type: 'run'; readonly id: number; readonly request: RunRequest }
  | { readonly type: 'cancel'; readonly id: number; readonly keep: boolean }
  | { readonly type: 'ask'; readonly id: number; readonly question: Question };

/**
 * What the worker sends. `failed`: a bug of ours, never the person's text. `part`: what goes ahead of the trace of a long run,
 * in its order.
 */
export type FromWorker =
  | { readonly type: 'progress'; readonly id: number; readonly progress: Progress }
  | { readonly type: 'part'; readonly id: number; readonly part: TracePart }
  | { readonly type: 'ran'; readonly id: number; readonly outcome: RunOutcome }
  | { readonly type: 'answer'; readonly id: number; readonly answer: Answers[keyof Answers] }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };
