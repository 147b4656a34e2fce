import type { EventId, Milliseconds, Phase, RequestPhaseName, TraceEvent } from '../../src/index.ts';
import { type Tone, verdictOf } from '../../src/index.ts';

export type LaneId =
  | 'steps'
  | 'api-server'
  | 'mutating'
  | 'validating'
  | 'etcd'
  | 'update-requests'
  | 'background'
  | 'downstream'
  | 'events'
  | 'reports';

export type Glyph =
  | 'allow'
  | 'deny'
  | 'warn'
  | 'error'
  | 'skip'
  | 'noise'
  | 'never-stored'
  | 'stored'
  | 'deleted'
  | 'sheet';

/**
 * One thing in a row. `bar` lasts, `point` does not, `ghost` is planned or owed and not there (dashed), `drift` is an object
 * that someone changed (hatched), `group` stands for the rows of a closed group.
 */
export interface Mark {
  readonly shape: 'bar' | 'point' | 'ghost' | 'drift' | 'group';
  /** The event that it stands for. */
  readonly event: EventId;
  readonly start: Milliseconds;
  readonly end: Milliseconds;
  readonly step: number;
  /** First the word, then a shorter one for less room. */
  readonly text: string;
  readonly short?: string;
  readonly detail?: string;
  readonly tone: Tone;
  readonly glyph?: Glyph;
  /** The bar itself is the verdict: tinted once it is known. */
  readonly tinted?: true;
  /** Colours are known from the start, not only at the end (a state, an object's life). */
  readonly fromStart?: true;
  /** Ends at a red post. */
  readonly post?: true;
  /** Ends at an upright, with a word behind it. */
  readonly upright?: { readonly tone: Tone; readonly word: string };
  readonly body: 'a' | 'b';
  /** Number of the person's step, in a circle. */
  readonly number?: number;
  /** Stretches of a request, cut by joints. */
  readonly parts?: readonly {
    readonly name: RequestPhaseName;
    readonly start: Milliseconds;
    readonly end: Milliseconds;
  }[];
  /** Words behind the bar. */
  readonly after?: string;
  /** A real cluster could also have done otherwise here. */
  readonly open?: true;
  /** Other events that it stands for. */
  readonly also?: readonly EventId[];
  /** What a `group` stands for. */
  readonly group?: RowGroup;
}

/** Rows that tell of things alike: one row while closed. */
export interface RowGroup {
  readonly key: string;
  readonly label: string;
  readonly members: readonly Row[];
  /** When each member came to be there, rising; a member that never did is not among them. */
  readonly made: Float64Array;
  /** The event that made all of them, if it is one and the same. */
  readonly cause: EventId | undefined;
}

export interface Row {
  readonly label?: string;
  /** What the row tells of: rows alike may stand as one. */
  readonly about?: { readonly kind: string; readonly name: string };
  /** The row stands for a group and opens it. */
  readonly header?: { readonly group: RowGroup; readonly open: boolean };
  /** The row sums up the groups below it. */
  readonly sum?: true;
  /** The row is a member of an open group. */
  readonly member?: true;
  /** By start; they do not overlap. */
  readonly marks: readonly Mark[];
}

export interface Lane {
  readonly id: LaneId;
  readonly label: string;
  readonly phase: Phase;
  readonly rows: readonly Row[];
}

export const GLYPH: Readonly<Partial<Record<Tone, Glyph>>> = {
  allow: 'allow',
  deny: 'deny',
  warn: 'warn',
  error: 'error',
  skip: 'skip',
  noise: 'noise',
};

export function barOf(event: TraceEvent, text: string, more: Partial<Mark> = {}): Mark {
  const { tone } = verdictOf(event);
  const glyph = GLYPH[tone];
  return {
    shape: 'bar',
    event: event.id,
    ...(event.couldAlso === undefined ? {} : { open: true as const }),
    start: event.time,
    end: event.end,
    step: event.step,
    text,
    tone,
    body: event.phase === 'admission' ? 'a' : 'b',
    ...(glyph === undefined ? {} : { glyph }),
    ...more,
  };
}
