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
 * 1.5 MiB is what etcd takes for one object, enough for Kyverno's own CRD of 1.4 MB, and one to two seconds of reading; 200
 * levels are three times the deepest CRD schema; the alias limit stops "billion laughs" long before a copy of the value
 * would hurt.
 */
export const DEFAULT_LIMITS: ParseLimits = {
  characters: 1_572_864,
  depth: 200,
  documents: 2_000,
  aliasedValues: 20_000,
};
