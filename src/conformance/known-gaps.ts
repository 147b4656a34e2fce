/** A case, or all cases whose id begins so, that the engine does not meet yet, and why. */
export interface KnownGap {
  /** Id of one case; with a trailing `*` a prefix. */
  readonly case: string;
  readonly reason: string;
}

/**
 * What is known not to be met. A row whose cases all pass must leave the table: the conformance run fails otherwise.
 * `unsupported` outcomes need no row: they say themselves what is not simulated.
 */
export const KNOWN_GAPS: readonly KnownGap[] = [];
