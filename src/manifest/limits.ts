/** What the reader takes on before it answers with a `limit-…` diagnostic instead. */
export interface ParseLimits {
  /** Length of a file in UTF-16 units. */
  readonly characters: number;
  /** Nesting of collections in one document. */
  readonly depth: number;
  /** Documents in one file. */
  readonly documents: number;
  /** Values that aliases stand for in one document, counted as if written out. */
  readonly aliasedValues: number;
}

/**
 * A million characters take about a second to read, and etcd takes no object above 1.5 MiB; 200 levels are three times the deepest CRD
 * schema; the alias limit stops "billion laughs" long before a copy of the value would hurt.
 */
export const DEFAULT_LIMITS: ParseLimits = {
  characters: 1_048_576,
  depth: 200,
  documents: 2_000,
  aliasedValues: 20_000,
};
