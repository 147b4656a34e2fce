import {
  compareTraces,
  type Difference,
  type EventId,
  type Milliseconds,
  milliseconds,
  stepNumber,
  type Trace,
  type TraceComparison,
  type TraceEvent,
} from '../../src/index.ts';
import type { PlayStop } from '../stores/playback.ts';
import { type TimelineModel, timelineOf } from '../timeline/model.ts';
import { chapterAt } from '../timeline/scale.ts';
import { chapterTime } from '../timeline/ticks.ts';
import { compareTimeline } from './compare-lanes.ts';
import { matchedScale, type SharedScale, sharedClock } from './matched-scale.ts';

export type Side = 'above' | 'below';
export const SIDES = ['above', 'below'] as const;

/** A difference with what the table, the band and the lanes need of it. */
export interface NumberedDifference extends Difference {
  /** From 1, as in the table, the band and what is said. */
  readonly number: number;
  /** The person's step that it belongs to; undefined before the first one. */
  readonly step: number | undefined;
  /** Its time in the chapter, of both runs if they differ: `121 · 52`, `65–455`. */
  readonly at: string;
  /** The telling event of each run. */
  readonly first: Readonly<Record<Side, TraceEvent | undefined>>;
  /** Events whose marks are outlined while it is chosen. */
  readonly outlined: Readonly<Record<Side, ReadonlySet<EventId>>>;
}

/** A moment of one run or of both, with the time of each. `time` is its x on the shared scale at zoom 1. */
export interface SharedStop extends PlayStop {
  readonly above: Milliseconds;
  readonly below: Milliseconds;
  readonly differs: boolean;
}

export interface CompareModel {
  readonly above: TimelineModel;
  readonly below: TimelineModel;
  readonly comparison: TraceComparison;
  readonly differences: readonly NumberedDifference[];
  /** Events that are in a difference. */
  readonly differing: Readonly<Record<Side, ReadonlySet<EventId>>>;
  readonly matched: SharedScale;
  readonly clock: SharedScale;
}

/** What the comparison shows of two runs; `names` are for sentences. */
export function readCompare(above: Trace, below: Trace, names: Readonly<Record<Side, string>>): CompareModel {
  const comparison = compareTraces(above, below, names);
  const differing = {
    above: new Set(comparison.differences.flatMap(({ aboveEvents }) => aboveEvents)),
    below: new Set(comparison.differences.flatMap(({ belowEvents }) => belowEvents)),
  };
  const models = {
    above: compareTimeline(timelineOf(above), differing.above),
    below: compareTimeline(timelineOf(below), differing.below),
  };
  const other = comparison.differences.filter(({ kind }) => kind === 'other outcome');
  const ids = other.flatMap(({ aboveEvents }) => aboveEvents);
  const isState = (id: EventId): boolean => above.events[id]?.kind === 'update-request';
  const matched = matchedScale(models.above, models.below, comparison.pairs, {
    startsOnly: new Set(ids),
    without: new Set(ids.filter(isState)),
  });
  // Numbered as they stand on the shared scale: a time of one run says nothing about the other's.
  const differences = comparison.differences
    .map((difference) => {
      const placed = { ...difference, number: 0, ...placeOf(models, difference) };
      return { placed, x: extentOf(placed, models, matched, 1).x };
    })
    .sort((left, right) => left.x - right.x)
    .map(({ placed }, index) => ({ ...placed, number: index + 1 }));
  return {
    ...models,
    comparison,
    differences,
    differing,
    matched,
    clock: sharedClock(models.above, models.below),
  };
}

function placeOf(
  models: Readonly<Record<Side, TimelineModel>>,
  difference: Difference,
): Omit<NumberedDifference, keyof Difference | 'number'> {
  const eventsOf = { above: difference.aboveEvents, below: difference.belowEvents };
  const read = (side: Side): readonly TraceEvent[] =>
    eventsOf[side].flatMap((id) => models[side].trace.events[id] ?? []);
  const events = { above: read('above'), below: read('below') };
  const first = { above: events.above[0], below: events.below[0] };
  const shown = first.above ?? first.below;
  const trace = first.above === undefined ? models.below.trace : models.above.trace;
  return {
    first,
    step: shown === undefined ? undefined : stepNumber(trace, shown.step),
    at: timeText(models, difference, events),
    outlined: {
      above: outlinedOf(models.above, events.above),
      below: outlinedOf(models.below, events.below),
    },
  };
}

/** The marks of what tells: of the first event, and of those that are the same again. */
function outlinedOf(model: TimelineModel, events: readonly TraceEvent[]): ReadonlySet<EventId> {
  const [first] = events;
  const alike = events.filter(({ kind }) => kind === first?.kind);
  const marks = alike.flatMap(({ id }) => model.placeOf(id)?.mark.event ?? []);
  const any =
    marks.length > 0 ? marks : events.flatMap(({ id }) => model.placeOf(id)?.mark.event ?? []).slice(0, 1);
  return new Set(any);
}

function timeText(
  models: Readonly<Record<Side, TimelineModel>>,
  { kind }: Difference,
  events: Readonly<Record<Side, readonly TraceEvent[]>>,
): string {
  const inChapter = (side: Side, time: number): string => {
    const chapter = chapterAt(models[side].chapters.chapters, time);
    const at = Math.max(0, time - (chapter?.start ?? 0));
    // A tenth of a millisecond tells nothing in a table.
    return at >= 10 && at < 100 ? String(Math.round(at)) : chapterTime(at);
  };
  if (kind === 'other outcome') {
    const texts = SIDES.flatMap((side) => {
      const event = events[side][0];
      return event === undefined ? [] : [inChapter(side, event.end)];
    });
    return [...new Set(texts)].join(' · ');
  }
  const side = events.above.length > 0 ? 'above' : 'below';
  const times = events[side].map(({ time }) => time);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  return to - from < LONG ? inChapter(side, from) : `${inChapter(side, from)}–${inChapter(side, to)}`;
}

/** A difference that lasts so long is told with its beginning and end, milliseconds. */
const LONG = 40;

/** The moments of both runs on one track: those that share an x are one. */
export function sharedStops(model: CompareModel, scale: SharedScale, names: Readonly<Record<Side, string>>) {
  const placed = { above: scale.above.at(1), below: scale.below.at(1) };
  const all = SIDES.flatMap((side) =>
    model[side].moments.map((moment) => ({ side, moment, x: placed[side].toX(moment.time) })),
  ).sort((left, right) => left.x - right.x);
  const stops: SharedStop[] = [];
  for (const { side, moment, x } of all) {
    const last = stops.at(-1);
    const differs = model.differing[side].has(moment.event);
    if (last !== undefined && x - last.time < 1e-3) {
      const isSame = last.caption === moment.caption || last.caption.endsWith(`: ${moment.caption}`);
      stops[stops.length - 1] = {
        ...last,
        [side]: moment.time,
        caption:
          side === 'below' && !isSame ? `${last.caption}. ${names.below}: ${moment.caption}` : moment.caption,
        beginsStep: last.beginsStep || moment.beginsStep,
        differs: last.differs || differs,
      };
      continue;
    }
    const other = side === 'above' ? 'below' : 'above';
    stops.push({
      time: milliseconds(x),
      above: moment.time,
      below: moment.time,
      [other]: milliseconds(Math.max(last?.[other] ?? 0, placed[other].toTime(x))),
      caption: moment.caption,
      beginsStep: moment.beginsStep,
      differs,
    });
  }
  return stops as readonly SharedStop[];
}

/** The time of each run at a place of the track. */
export function timesAt(stops: readonly SharedStop[], x: number): Readonly<Record<Side, number>> {
  let low = 0;
  let high = stops.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((stops[middle]?.time ?? 0) > x + 1e-6) high = middle;
    else low = middle + 1;
  }
  const before = stops[low - 1];
  const next = stops[low];
  if (before === undefined) return { above: next?.above ?? 0, below: next?.below ?? 0 };
  const k = next === undefined ? 0 : (x - before.time) / Math.max(1e-9, next.time - before.time);
  const part = (side: Side): number =>
    k < 1e-6 || next === undefined ? before[side] : before[side] + (next[side] - before[side]) * k;
  return { above: part('above'), below: part('below') };
}

/** Where a difference stands, in pixels of a placed scale: the whole of it, and the end of what tells. */
export function extentOf(
  { aboveEvents, belowEvents, kind, first }: NumberedDifference,
  { above, below }: Pick<CompareModel, Side>,
  scale: SharedScale,
  zoom: number,
): { readonly x: number; readonly from: number; readonly to: number; readonly told: number } {
  const ends: number[] = [];
  const starts: number[] = [];
  const heads: number[] = [];
  const told: number[] = [];
  for (const [model, placed, ids, head] of [
    [above, scale.above.at(zoom), aboveEvents, first.above],
    [below, scale.below.at(zoom), belowEvents, first.below],
  ] as const) {
    for (const id of ids) {
      const event = model.trace.events[id];
      if (event === undefined) continue;
      starts.push(placed.toX(event.time));
      ends.push(placed.toXEnd(Math.max(event.time, event.end)));
    }
    if (head === undefined) continue;
    heads.push(head.kind === 'step' ? placed.toXEnd(head.end) - 8 : placed.toX(head.time));
    told.push(placed.toXEnd(head.end));
  }
  // The end of an UpdateRequest is known when both runs have come to it.
  const isEnd = kind === 'other outcome' && first.above?.kind === 'update-request';
  return {
    x: isEnd ? Math.max(...heads) : Math.min(...heads),
    from: Math.min(...starts),
    to: Math.max(...ends),
    // What happens in one run alone is told once all of it has happened.
    told: Math.max(...(kind === 'other outcome' ? told : ends)),
  };
}
