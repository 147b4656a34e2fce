import type { Json, JsonObject } from '../base/json.ts';
import type { EventId, Milliseconds } from '../base/units.ts';
import type { TraceEvent } from '../trace/event.ts';
import { isTold } from '../trace/told.ts';
import type { Trace } from '../trace/trace.ts';
import { nameOf, reasonOf, requestText, stepNumber, verdictOf, webhookText } from '../trace/words.ts';

/** Times in microseconds, as the format has them. */
type Microseconds = number;

interface Placed {
  readonly pid: number;
  readonly tid: number;
  readonly ts: Microseconds;
}

/** Names a process or a thread, or gives it its place among the others. */
export interface ChromeMetadata extends Placed {
  readonly ph: 'M';
  readonly name: 'process_name' | 'process_sort_index' | 'thread_name' | 'thread_sort_index';
  readonly args: { readonly name: string } | { readonly sort_index: number };
}

/** A slice: something that lasts. */
export interface ChromeSlice extends Placed {
  readonly ph: 'X';
  readonly name: string;
  readonly cat: string;
  readonly dur: Microseconds;
  readonly args: JsonObject;
}

/** Something that takes no time, seen on its thread. */
export interface ChromeInstant extends Placed {
  readonly ph: 'i';
  readonly name: string;
  readonly cat: string;
  readonly s: 't';
  readonly args: JsonObject;
}

/** One end of an arrow; both ends have the same id, and lie within a slice. */
export interface ChromeFlow extends Placed {
  readonly ph: 's' | 'f';
  readonly name: string;
  readonly cat: 'cause';
  readonly id: number;
  /** The arrow ends at the slice around it, not at the next one. */
  readonly bp?: 'e';
}

export type ChromeEvent = ChromeMetadata | ChromeSlice | ChromeInstant | ChromeFlow;

/** A file in the Trace Event Format, JSON object form; Perfetto and chrome://tracing open it. */
export interface ChromeTrace {
  readonly traceEvents: readonly ChromeEvent[];
  readonly displayTimeUnit: 'ms';
  readonly otherData: Readonly<Record<string, string>>;
}

const ADMISSION = 1;
const BACKGROUND = 2;

/** The threads, in the order of the lanes: name and process. What overlaps on one goes on to a second of the same name. */
const LANES = {
  steps: ['Steps', ADMISSION],
  requests: ['API server', ADMISSION],
  nested: ['API server, nested requests', ADMISSION],
  mutating: ['Mutating webhooks', ADMISSION],
  mutatingRules: ['Mutating webhooks, rules', ADMISSION],
  validating: ['Validating webhooks', ADMISSION],
  validatingRules: ['Validating webhooks, rules', ADMISSION],
  etcd: ['etcd', ADMISSION],
  queue: ['UpdateRequests', BACKGROUND],
  worker: ['Background controller', BACKGROUND],
  parts: ['Background controller, parts', BACKGROUND],
  targets: ['Downstream & targets', BACKGROUND],
  events: ['Events & logs', BACKGROUND],
  reports: ['Reports', BACKGROUND],
} as const satisfies Readonly<Record<string, readonly [string, number]>>;
type Lane = keyof typeof LANES;

/** A slice of no length cannot hold the end of an arrow: it gets this one. */
const SHORTEST: Microseconds = 1;

interface Span {
  readonly event: TraceEvent;
  readonly lane: Lane;
  readonly name: string;
  readonly start: Microseconds;
  readonly dur: Microseconds;
}

/**
 * A trace in the Trace Event Format ("Trace Event Format", the public document of Chromium's tracing project): process 1 is
 * admission, process 2 background, a thread for each lane; causes are flow arrows. Lossy: objects and explanations stay out.
 */
export function chromeTrace(trace: Trace): ChromeTrace {
  const told = trace.events.filter((event) => isTold(trace, event));
  const spans = [...told.flatMap((event) => spanOf(trace, event)), ...queueSpans(trace, told)].sort(
    (a, b) => a.start - b.start || b.dur - a.dur || a.event.id - b.event.id,
  );
  const threads = new Threads();
  const placed = new Map<EventId, ChromeSlice>();
  const slices = spans.map((span) => {
    const slice: ChromeSlice = {
      ph: 'X',
      name: span.name,
      cat: span.event.kind,
      ...threads.place(span),
      ts: span.start,
      dur: span.dur,
      args: argsOf(span.event),
    };
    if (!placed.has(span.event.id)) placed.set(span.event.id, slice);
    return slice;
  });
  const instants = told.flatMap((event) => instantOf(trace, event, threads));
  const flows = told.flatMap((event) => flowOf(trace, event, placed));
  return {
    traceEvents: [...threads.metadata(), ...slices, ...instants, ...flows],
    displayTimeUnit: 'ms',
    otherData: {
      format: 'admission-studio',
      kyverno: trace.kyverno,
      seed: String(trace.seed),
      startedAt: trace.startedAt,
    },
  };
}

const micros = (time: Milliseconds | number): Microseconds => Math.round(time * 1_000_000) / 1000;

function spanOf(trace: Trace, event: TraceEvent): readonly Span[] {
  const found = laneOf(trace, event);
  if (found === undefined) return [];
  const dur = Math.max(SHORTEST, micros(event.end - event.time));
  return [{ event, ...found, start: micros(event.time), dur }];
}

function laneOf(trace: Trace, event: TraceEvent): { readonly lane: Lane; readonly name: string } | undefined {
  const cause = event.cause === undefined ? undefined : trace.events[event.cause];
  switch (event.kind) {
    case 'step': {
      const number = stepNumber(trace, event.step);
      return { lane: 'steps', name: `${number === undefined ? '' : `${number} `}${nameOf(trace, event)}` };
    }
    case 'request': {
      const direct = event.component === 'client' && (cause === undefined || cause.kind === 'step');
      return {
        lane: direct ? 'requests' : 'nested',
        name: `${requestText(event)} ${event.target.name}`.trim(),
      };
    }
    case 'webhook':
      return { lane: event.type, name: webhookText(event.name) };
    case 'rule':
      if (event.status === 'none' || cause?.kind !== 'webhook') return undefined;
      return {
        lane: cause.type === 'mutating' ? 'mutatingRules' : 'validatingRules',
        name: nameOf(trace, event),
      };
    case 'stored':
    case 'never-stored':
      return { lane: 'etcd', name: `${verdictOf(event).word}: ${nameOf(trace, event)}` };
    case 'attempt':
      return { lane: 'worker', name: `attempt ${event.attempt} of ${event.of}: ${event.updateRequest}` };
    case 'attempt-part':
      return { lane: 'parts', name: `${event.part} ${event.rule}` };
    case 'target':
      return { lane: 'targets', name: `${nameOf(trace, event)} ${event.result}` };
    default:
      return undefined;
  }
}

/** States of UpdateRequests, each from when it began to when the next one did. */
function queueSpans(trace: Trace, told: readonly TraceEvent[]): readonly Span[] {
  const lives = new Map<string, Extract<TraceEvent, { kind: 'update-request' }>[]>();
  for (const event of told) {
    if (event.kind !== 'update-request') continue;
    const life = lives.get(event.name);
    if (life === undefined) lives.set(event.name, [event]);
    else life.push(event);
  }
  return [...lives.values()].flatMap((life) =>
    life.map((event, i) => ({
      event,
      lane: 'queue' as const,
      name: `${event.name} ${verdictOf(event).word}`,
      start: micros(event.time),
      dur:
        event.state === 'dropped' || event.state === 'deleted'
          ? SHORTEST
          : Math.max(SHORTEST, micros((life[i + 1]?.time ?? trace.end) - event.time)),
    })),
  );
}

/** Gives every span a thread on which nothing overlaps it, and names the threads that were used. */
class Threads {
  private readonly rows = new Map<Lane, { end: number; readonly tid: number }[]>();

  place({ lane, start, dur }: Span): { readonly pid: number; readonly tid: number } {
    const rows = this.rowsOf(lane);
    let row = rows.find(({ end }) => end <= start);
    if (row === undefined) {
      row = { end: 0, tid: this.tidOf(lane, rows.length) };
      rows.push(row);
    }
    row.end = start + dur;
    return { pid: LANES[lane][1], tid: row.tid };
  }

  /** The thread of a lane whose events take no time. */
  point(lane: Lane): { readonly pid: number; readonly tid: number } {
    const rows = this.rowsOf(lane);
    if (rows.length === 0) rows.push({ end: 0, tid: this.tidOf(lane, 0) });
    return { pid: LANES[lane][1], tid: rows[0]?.tid ?? 0 };
  }

  metadata(): readonly ChromeMetadata[] {
    const about = (pid: number, tid: number, name: ChromeMetadata['name'], args: ChromeMetadata['args']) =>
      ({ ph: 'M', pid, tid, ts: 0, name, args }) as const;
    const processes = [
      about(ADMISSION, 0, 'process_name', { name: 'Admission, the caller waits' }),
      about(ADMISSION, 0, 'process_sort_index', { sort_index: ADMISSION }),
      about(BACKGROUND, 0, 'process_name', { name: 'Background, nobody waits' }),
      about(BACKGROUND, 0, 'process_sort_index', { sort_index: BACKGROUND }),
    ];
    const threads = [...this.rows].flatMap(([lane, rows]) =>
      rows.flatMap(({ tid }, i) => [
        about(LANES[lane][1], tid, 'thread_name', {
          name: i === 0 ? LANES[lane][0] : `${LANES[lane][0]} ${i + 1}`,
        }),
        about(LANES[lane][1], tid, 'thread_sort_index', { sort_index: tid }),
      ]),
    );
    return [...processes, ...threads];
  }

  private rowsOf(lane: Lane) {
    let rows = this.rows.get(lane);
    if (rows === undefined) {
      rows = [];
      this.rows.set(lane, rows);
    }
    return rows;
  }

  /** Threads of one lane stand together: each lane has a thousand numbers. */
  private tidOf(lane: Lane, row: number): number {
    return (Object.keys(LANES).indexOf(lane) + 1) * 1000 + row;
  }
}

function instantOf(trace: Trace, event: TraceEvent, threads: Threads): readonly ChromeInstant[] {
  const lane: Lane | undefined =
    event.kind === 'event' ||
    event.kind === 'log' ||
    event.kind === 'unsupported' ||
    event.kind === 'stopped' ||
    event.kind === 'policy'
      ? 'events'
      : event.kind === 'report'
        ? 'reports'
        : undefined;
  if (lane === undefined) return [];
  return [
    {
      ph: 'i',
      s: 't',
      name: nameOf(trace, event),
      cat: event.kind,
      ...threads.point(lane),
      ts: micros(event.time),
      args: argsOf(event),
    },
  ];
}

/** The arrow from the nearest cause that has a slice. */
function flowOf(
  trace: Trace,
  event: TraceEvent,
  placed: ReadonlyMap<EventId, ChromeSlice>,
): readonly ChromeFlow[] {
  const to = placed.get(event.id);
  let at = event.cause;
  while (at !== undefined && !placed.has(at)) {
    const next: EventId | undefined = trace.events[at]?.cause;
    at = next === undefined || next >= at ? undefined : next;
  }
  const from = at === undefined ? undefined : placed.get(at);
  if (to === undefined || from === undefined || (from.pid === to.pid && from.tid === to.tid)) return [];
  // The end of a slice no longer belongs to it.
  const leaves = Math.max(from.ts, Math.min(to.ts, from.ts + from.dur - SHORTEST / 2));
  const shared = { name: 'cause', cat: 'cause', id: event.id } as const;
  return [
    { ph: 's', ...shared, pid: from.pid, tid: from.tid, ts: leaves },
    { ph: 'f', bp: 'e', ...shared, pid: to.pid, tid: to.tid, ts: to.ts },
  ];
}

function argsOf(event: TraceEvent): JsonObject {
  const verdict = verdictOf(event).word;
  const reason = reasonOf(event);
  const more: Record<string, Json> =
    event.kind === 'request' ? { path: event.path, code: event.code, user: event.username } : {};
  return {
    event: event.id,
    step: event.step,
    phase: event.phase,
    ...(event.cause === undefined ? {} : { cause: event.cause }),
    ...(verdict === '' ? {} : { verdict }),
    ...(reason === '' ? {} : { reason }),
    ...more,
  };
}
