import type { DocumentPath, KyvernoVersion, SourceLocation, TextFile } from '../../src/index.ts';
import type { RunOutcome, SortedDocument, StepForm } from './messages.ts';

/** What the page sends. Every question has an id; its answer carries the same. */
export type ToWorker =
  | { readonly type: 'base'; readonly version: KyvernoVersion; readonly json: ArrayBuffer }
  | { readonly type: 'run'; readonly id: number; readonly request: RunRequest }
  /** A run beside the present one, for pictures and the sorting sheet. */
  | { readonly type: 'preview'; readonly id: number; readonly request: RunRequest }
  | {
      readonly type: 'locate';
      readonly id: number;
      readonly path: DocumentPath;
      readonly part: 'key' | 'value';
    }
  | { readonly type: 'sort'; readonly id: number; readonly files: readonly TextFile[] }
  | { readonly type: 'read-steps'; readonly id: number; readonly text: string }
  | {
      readonly type: 'write-steps';
      readonly id: number;
      readonly text: string;
      readonly edit: StepEdit;
    };

export interface RunRequest {
  readonly files: readonly TextFile[];
  readonly version: KyvernoVersion;
  readonly seed: number;
  /** Wall-clock budget of the simulation, milliseconds. */
  readonly budget: number;
  readonly maxEvents?: number;
}

/** A change that the step form makes; `index` counts the steps of the form. */
export type StepEdit =
  | { readonly type: 'set'; readonly index: number; readonly step: StepForm }
  | { readonly type: 'add'; readonly index: number; readonly step: StepForm }
  | { readonly type: 'remove'; readonly index: number }
  | { readonly type: 'move'; readonly index: number; readonly to: number };

/** What the worker answers. `failed`: a bug of ours, never the person's text. */
export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'ran'; readonly id: number; readonly outcome: RunOutcome }
  | { readonly type: 'located'; readonly id: number; readonly location?: SourceLocation }
  | { readonly type: 'sorted'; readonly id: number; readonly documents: readonly SortedDocument[] }
  | {
      readonly type: 'steps';
      readonly id: number;
      readonly steps: readonly StepForm[];
      readonly error?: string;
    }
  | { readonly type: 'wrote-steps'; readonly id: number; readonly text: string }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };
