import { KNOWN_GAPS, type KnownGap } from './known-gaps.ts';

export type Suite = 'expressions' | 'cluster' | 'cli' | 'chainsaw';

/** What became of one case. `group` is the row of the summary that it counts in. */
export interface CaseResult {
  readonly id: string;
  readonly group: string;
  readonly outcome: 'pass' | 'fail' | 'unsupported';
  readonly reason: string;
  /** How many rows were recorded, and how many of them came out with the same message. */
  readonly rows?: { readonly recorded: number; readonly agreeing: number; readonly difference?: string };
  /** Whether it counts in the share that is asked for: upstream's CI runs it, its policies are classic ones. */
  readonly counted?: boolean;
}

function covers(gap: KnownGap, id: string): boolean {
  return gap.case.endsWith('*') ? id.startsWith(gap.case.slice(0, -1)) : id === gap.case;
}

/** The gap row that a case falls under; `exact` if the row names this case alone. */
export function gapOf(id: string): (KnownGap & { readonly exact: boolean }) | undefined {
  const gap = KNOWN_GAPS.find((row) => covers(row, id));
  return gap && { ...gap, exact: !gap.case.endsWith('*') };
}

/** Rows that no failing case falls under any more; every row has its case among the project's fixtures. */
export function unusedGaps(results: readonly CaseResult[]): readonly string[] {
  const failing = results.filter((result) => result.outcome === 'fail');
  return KNOWN_GAPS.filter((gap) => !failing.some((result) => covers(gap, result.id))).map((gap) => gap.case);
}
