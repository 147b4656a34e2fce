import type { Advice, Diagnostic, Trace } from '../../src/index.ts';

/** What a run gave; `trace` is absent if the text cannot be run at all. */
export interface RunOutcome {
  readonly trace?: Trace;
  readonly diagnostics: readonly Diagnostic[];
  readonly advice: readonly Advice[];
  /** Milliseconds in the worker. */
  readonly duration: number;
}

/** Where a document of pasted text belongs. */
export type DocumentRoom = 'policies' | 'cluster' | 'steps';

/** One document of pasted or dropped text, with where it belongs and why. */
export interface SortedDocument {
  readonly file: string;
  readonly index: number;
  /** `ClusterPolicy require-team`. */
  readonly title: string;
  /** Lines in its file, from 1, inclusive. */
  readonly firstLine: number;
  readonly lastLine: number;
  readonly text: string;
  readonly room: DocumentRoom;
  /** One sentence: why there. */
  readonly reason: string;
  /** Set if it cannot be used as it is. */
  readonly error?: string;
}

/** A step of chainsaw-test.yaml as the form shows it. */
export interface StepForm {
  /** Name of the Chainsaw step that holds it. */
  readonly name: string;
  readonly operation: 'apply' | 'create' | 'update' | 'patch' | 'delete' | 'wait' | 'script';
  /** YAML of the object, or the file's name with `file`. */
  readonly resource: string;
  readonly file: string;
  readonly asUser: string;
  readonly asGroup: string;
  readonly dryRun: boolean;
  /** `5s` */
  readonly wait: string;
  /** Text of a script. */
  readonly script: string;
  /** `create Namespace/bad-namespace` */
  readonly title: string;
  /** Line of chainsaw-test.yaml where it begins, from 1. */
  readonly line: number;
}
