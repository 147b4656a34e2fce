/** A stretch of text: offsets in UTF-16 units, `end` exclusive. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Where something stands in the person's files. `line` and `column` count from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly range: TextRange;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** `error`: the file or document cannot be used. `refused`: the cluster would refuse it. `advice`: works, could be better. */
export type Severity = 'error' | 'refused' | 'warning' | 'advice';

/** A change of text that repairs a diagnostic when the person applies it. */
export interface TextFix {
  readonly title: string;
  readonly edits: readonly { readonly file: string; readonly range: TextRange; readonly text: string }[];
}

/** Something to tell the person about their text: a stable code, a sentence, a place. Reading never throws. */
export interface Diagnostic {
  /** Stable, kebab-case, prefixed by the room: `yaml-syntax`, `kyverno-unsupported-field`, `limit-aliases`. */
  readonly code: string;
  readonly severity: Severity;
  /** The fact, as one sentence. */
  readonly message: string;
  /** What to do about it, if there is something. */
  readonly hint?: string;
  /** Very short form for the end of the editor's line. */
  readonly note?: string;
  readonly location?: SourceLocation;
  readonly fix?: TextFix;
}
