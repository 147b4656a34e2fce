import type { PathSegment } from './json.ts';

/** Path into a document of a file; resolved to a {@link SourceLocation} on demand. */
export interface DocumentPath {
  readonly file: string;
  /** Index of the YAML document in the file, from 0. */
  readonly document: number;
  readonly path: readonly PathSegment[];
}
