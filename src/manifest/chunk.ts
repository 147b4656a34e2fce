import type { Json, PathSegment } from '../base/json.ts';
import type { Severity, TextRange } from './diagnostic.ts';

/** A diagnostic of a chunk, before it is known at which line of which file the chunk stands. */
export interface ChunkDiagnostic {
  readonly code: string;
  readonly severity: Severity;
  /** The sentence, given the line in the file of an offset in the chunk. */
  readonly message: (line: (offset: number) => number) => string;
  readonly hint?: string;
  readonly note?: string;
  readonly range: TextRange;
  /** The hint is to be carried out before the line of this offset, or before the file's end. */
  readonly before?: number;
  readonly fix?: {
    readonly title: string;
    readonly edits: readonly { readonly range: TextRange; readonly text: string }[];
  };
}

/** One YAML document on its own; offsets count from the chunk's beginning. Shared by all files that hold the same text. */
export interface ParsedChunk {
  /** Absent if the document is empty or cannot be used. */
  readonly value?: Json;
  /** Whether there is anything but blanks and comments. */
  readonly content: boolean;
  readonly range: TextRange;
  readonly diagnostics: readonly ChunkDiagnostic[];
  locate(path: readonly PathSegment[], part: 'key' | 'value'): TextRange;
}

/**
 * Cuts a file into its documents: a line that starts with `---` begins one, a line `...` ends one, whatever stands around
 * it (YAML 1.2, c-forbidden). Files with directives (`%YAML`) stay whole.
 */
export function splitDocuments(text: string): readonly TextRange[] {
  if (/^%/m.test(text)) return [{ start: 0, end: text.length }];
  const cuts = [0];
  for (const match of text.matchAll(/^(?:---(?=\s|$)|\.\.\.(?=\s|$).*\n?)/gm)) {
    const cut = match[0].startsWith('---') ? match.index : match.index + match[0].length;
    if (cut > 0) cuts.push(cut);
  }
  return cuts
    .map((start, i) => ({ start, end: cuts[i + 1] ?? text.length }))
    .filter(({ start, end }) => end > start || text === '');
}
