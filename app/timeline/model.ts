import type { EventId, Milliseconds, Trace } from '../../src/index.ts';
import { stopAt } from '../stores/playback.ts';
import { type Flow, readFlow } from './flow.ts';
import { readLanes } from './lanes.ts';
import type { Lane, Mark } from './marks.ts';
import { type Moment, readMoments } from './moments.ts';
import { chaptersScale, clockScale, type TimeScale } from './scale.ts';

/** Where a mark stands. */
export interface MarkPlace {
  readonly lane: number;
  readonly row: number;
  readonly mark: Mark;
}

/** Everything that the timeline derives from a trace, once. */
export interface TimelineModel {
  readonly trace: Trace;
  readonly lanes: readonly Lane[];
  readonly moments: readonly Moment[];
  readonly flow: Flow;
  readonly chapters: TimeScale;
  readonly clock: TimeScale;
  /** First and last time that the playhead can have. */
  readonly start: Milliseconds;
  readonly end: Milliseconds;
  /** The first mark that stands for an event. */
  placeOf(event: EventId): MarkPlace | undefined;
}

const models = new WeakMap<Trace, TimelineModel>();

/** The timeline of a trace; the same object for the same trace. */
export function timelineOf(trace: Trace): TimelineModel {
  const known = models.get(trace);
  if (known !== undefined) return known;
  const lanes = readLanes(trace);
  const chapters = chaptersScale(trace, lanes);
  const places = new Map<EventId, MarkPlace>();
  for (const [lane, { rows }] of lanes.entries()) {
    for (const [row, { marks }] of rows.entries()) {
      for (const mark of marks) {
        const place = { lane, row, mark };
        for (const event of [mark.event, ...(mark.also ?? [])])
          if (!places.has(event)) places.set(event, place);
      }
    }
  }
  const model: TimelineModel = {
    trace,
    lanes,
    moments: readMoments(trace),
    flow: readFlow(trace),
    chapters,
    clock: clockScale(trace, chapters.cuts),
    start: chapters.chapters[0]?.start ?? (0 as Milliseconds),
    end: chapters.chapters.at(-1)?.end ?? trace.end,
    placeOf: (event) => places.get(event),
  };
  models.set(trace, model);
  return model;
}

/** What `createPlayback` moves over, for the trace there is at the moment. */
export function playTrack(trace: Trace | undefined): {
  readonly start: Milliseconds;
  readonly end: Milliseconds;
  readonly stops: readonly Moment[];
} {
  if (trace === undefined) return { start: 0 as Milliseconds, end: 0 as Milliseconds, stops: [] };
  const { start, end, moments } = timelineOf(trace);
  return { start, end, stops: moments };
}

/** Virtual time a part of the way, as seen on the chapters scale: travel looks even whatever time it crosses. */
export function travelTime(trace: Trace | undefined, from: number, to: number, fraction: number): number {
  if (trace === undefined) return to;
  const placed = timelineOf(trace).chapters.at(1);
  const a = placed.toX(from);
  const b = placed.toX(to);
  return Math.min(to, Math.max(from, placed.toTime(a + (b - a) * fraction)));
}

/** The event that the present moment is about. */
export function presentEvent(model: TimelineModel, playhead: number): EventId | undefined {
  return model.moments[Math.max(0, stopAt(model.moments, playhead))]?.event;
}
