import type { Phase, Trace, TraceEvent } from '../../src/index.ts';
import {
  nameOf,
  refText,
  requestText,
  requestVerb,
  stepNumber,
  type Tone,
  userText,
  verdictOf,
  webhookText,
} from '../../src/index.ts';
import { downstreamRows } from './downstream.ts';
import { ancestor, isTold, owedNoise } from './events.ts';
import { barOf, GLYPH, type Glyph, type Lane, type LaneId, type Mark, type Row } from './marks.ts';

/** Puts marks that overlap in time into rows of their own, first fit; a row is free again at a mark's end. */
export function packRows(marks: readonly Mark[]): Mark[][] {
  const rows: { end: number; marks: Mark[] }[] = [];
  for (const mark of marks) {
    let row = rows.find(({ end }) => end <= mark.start);
    if (row === undefined) {
      row = { end: 0, marks: [] };
      rows.push(row);
    }
    row.marks.push(mark);
    row.end = mark.end;
  }
  return rows.map((row) => row.marks);
}

function pointOf(event: TraceEvent, text: string, tone: Tone, glyph: Glyph, detail?: string): Mark {
  return barOf(event, text, {
    shape: 'point',
    end: event.time,
    tone,
    glyph,
    ...(detail === undefined ? {} : { detail }),
  });
}

function withoutGlyph({ glyph: _, ...mark }: Mark): Mark {
  return { ...mark, tone: 'plain' };
}

const same = (mark: Mark): Mark => mark;

const isStep = (event: TraceEvent): event is Extract<TraceEvent, { kind: 'step' }> => event.kind === 'step';

/** Sorts every event of the trace into its lane, in one pass. */
export function readLanes(trace: Trace): readonly Lane[] {
  const into = {
    steps: [] as Mark[],
    requests: [] as Mark[],
    nested: [] as Mark[],
    mutating: [] as Mark[],
    mutatingRules: [] as Mark[],
    validating: [] as Mark[],
    validatingRules: [] as Mark[],
    etcd: [] as Mark[],
    points: [] as { readonly source: string; readonly mark: Mark }[],
    reports: [] as Mark[],
  };
  const workers = new Map<number, { attempts: Mark[]; parts: Mark[] }>();
  const workerOf = (event: TraceEvent): { attempts: Mark[]; parts: Mark[] } => {
    const attempt = ancestor(
      trace,
      event,
      (e): e is Extract<TraceEvent, { kind: 'attempt' }> => e.kind === 'attempt',
    );
    const number = attempt?.worker ?? 1;
    let worker = workers.get(number);
    if (worker === undefined) {
      worker = { attempts: [], parts: [] };
      workers.set(number, worker);
    }
    return worker;
  };

  const codes = new Map<number, string>();
  for (const event of trace.events) {
    if (event.kind === 'request' && event.component === 'client' && event.code >= 400) {
      codes.set(event.step, ` · HTTP ${event.code}`);
    }
  }
  for (const event of trace.events) {
    if (!isTold(trace, event)) continue;
    switch (event.kind) {
      case 'step': {
        const step = trace.steps[event.step];
        if (step?.kind === 'wait') break;
        const denied = event.verdict === 'denied';
        into.steps.push(
          barOf(event, step?.title ?? `step ${event.step}`, {
            // A look has no number of its own.
            ...(step?.kind === 'check' ? {} : { number: stepNumber(trace, event.step) ?? event.step }),
            tinted: true,
            body: 'a',
            ...(step === undefined ? {} : { detail: `as ${userText(step.username)}` }),
            ...(denied ? { post: true as const, after: `denied${codes.get(event.step) ?? ''}` } : {}),
          }),
        );
        break;
      }
      case 'request': {
        const denied = event.refusedBy === 'validating' || event.refusedBy === 'mutating';
        const cause = event.cause === undefined ? undefined : trace.events[event.cause];
        const direct = event.component === 'client' && (cause === undefined || isStep(cause));
        if (direct) {
          into.requests.push(
            barOf(event, requestText(event), {
              body: 'a',
              parts: event.phases.map(({ name, time, end }) => ({ name, start: time, end })),
              ...(denied ? { post: true as const } : {}),
            }),
          );
        } else {
          const found = event.code < 400 && (event.verb === 'get' || event.verb === 'list');
          const { tone, glyph, ...bar } = barOf(event, requestText(event), { body: 'b' });
          const quiet = found || (event.resource.resource === 'updaterequests' && event.code < 400);
          into.nested.push({
            ...bar,
            tone: quiet ? 'plain' : tone,
            short: requestVerb(event),
            ...(quiet || glyph === undefined ? {} : { glyph }),
            ...(denied ? { post: true as const } : {}),
          });
        }
        break;
      }
      case 'webhook': {
        const mark = barOf(event, webhookText(event.name), event.allowed ? {} : { post: true });
        (event.type === 'mutating' ? into.mutating : into.validating).push({ ...mark, body: 'a' });
        break;
      }
      case 'rule': {
        const cause = event.cause === undefined ? undefined : trace.events[event.cause];
        if (cause?.kind !== 'webhook') break;
        if (event.status === 'none') break;
        const mark = barOf(event, event.rule, { tinted: true, body: 'a', detail: event.policy });
        (cause.type === 'mutating' ? into.mutatingRules : into.validatingRules).push(mark);
        break;
      }
      case 'stored':
        into.etcd.push(
          pointOf(
            event,
            event.change === 'MODIFIED' ? `${refText(event.object)} changed` : refText(event.object),
            'plain',
            event.change === 'DELETED' ? 'deleted' : 'stored',
            event.change === 'DELETED' ? 'deleted' : `by ${userText(event.username)}`,
          ),
        );
        break;
      case 'never-stored':
        into.etcd.push(pointOf(event, 'never stored', 'deny', 'never-stored', refText(event.object)));
        break;
      case 'attempt':
        workerOf(event).attempts.push(
          // Why it failed is told by the part below it, so its own mark would only repeat that.
          (event.result === 'failed' ? withoutGlyph : same)(
            barOf(event, `attempt ${event.attempt}`, { short: `att. ${event.attempt}` }),
          ),
        );
        break;
      case 'attempt-part':
        workerOf(event).parts.push(
          barOf(event, event.part, event.result === 'failed' ? { tinted: true } : {}),
        );
        break;
      case 'event':
        into.points.push({
          source: 'Events',
          mark: pointOf(
            event,
            event.reason,
            verdictOf(event).tone,
            event.type === 'Warning' ? 'warn' : 'sheet',
          ),
        });
        break;
      case 'log': {
        const expected = owedNoise(trace, event);
        const tone = expected ? 'noise' : verdictOf(event).tone;
        into.points.push({
          source: event.source,
          mark: pointOf(
            event,
            event.message,
            tone,
            expected ? 'noise' : tone === 'error' ? 'error' : 'sheet',
          ),
        });
        break;
      }
      case 'report':
        into.reports.push(pointOf(event, event.report.kind, 'plain', 'sheet', event.report.name));
        break;
      case 'policy':
      case 'unsupported':
      case 'stopped': {
        const { tone } = verdictOf(event);
        into.points.push({
          source: 'Events',
          mark: pointOf(event, nameOf(trace, event), tone, GLYPH[tone] ?? 'sheet', verdictOf(event).word),
        });
        break;
      }
      default:
        break;
    }
  }

  const lanes: Lane[] = [];
  const add = (id: LaneId, label: string, phase: Phase, rows: readonly Row[]) => {
    const filled = rows.filter(({ marks }) => marks.length > 0);
    if (filled.length > 0) lanes.push({ id, label, phase, rows: filled });
  };
  const packed = (marks: readonly Mark[], label?: string): Row[] =>
    packRows(marks).map((row, i) => ({ marks: row, ...(i === 0 && label !== undefined ? { label } : {}) }));

  add('steps', 'Steps', 'admission', packed(into.steps));
  add('api-server', 'API server', 'admission', [
    ...packed(into.requests),
    ...packed(into.nested, 'nested requests'),
  ]);
  add('mutating', 'Mutating webhooks', 'admission', [
    ...packed(into.mutating),
    ...packed(into.mutatingRules, 'rules'),
  ]);
  add('validating', 'Validating webhooks', 'admission', [
    ...packed(into.validating),
    ...packed(into.validatingRules, 'rules'),
  ]);
  add('etcd', 'etcd', 'admission', spreadPoints(into.etcd));
  add('update-requests', 'UpdateRequests', 'background', updateRequestRows(trace));
  add(
    'background',
    'Background controller',
    'background',
    [...workers.entries()]
      .sort(([a], [b]) => a - b)
      .flatMap(([worker, { attempts, parts }]) => [
        ...packed(attempts, worker === 1 ? undefined : `worker ${worker}`),
        ...packed(parts, worker === 1 ? 'worker 1' : undefined),
      ]),
  );
  add('downstream', 'Downstream & targets', 'background', downstreamRows(trace));
  add('events', 'Events & logs', 'background', pointRows(into.points));
  add('reports', 'Reports', 'background', spreadPoints(into.reports));
  return lanes;
}

/** Points at the same time stand in rows of their own, at most four; the rest joins the last. */
function spreadPoints(marks: readonly Mark[]): Row[] {
  const rows: { last: number; marks: Mark[] }[] = [];
  for (const mark of marks) {
    let row = rows.find(({ last }) => mark.start - last > 0.001);
    if (row === undefined && rows.length < 4) {
      row = { last: Number.NEGATIVE_INFINITY, marks: [] };
      rows.push(row);
    }
    row ??= rows.at(-1);
    row?.marks.push(mark);
    if (row !== undefined) row.last = mark.start;
  }
  return rows;
}

/** One row for all sources if their points never meet, else a row for each source. */
function pointRows(points: readonly { readonly source: string; readonly mark: Mark }[]): Row[] {
  const meet = points.some(({ mark }, i) => {
    const before = points[i - 1];
    return before !== undefined && mark.start - before.mark.start < 0.05;
  });
  if (!meet) return [{ marks: points.map(({ mark }) => mark) }];
  const bySource = new Map<string, Mark[]>();
  for (const { source, mark } of points) {
    const marks = bySource.get(source);
    if (marks === undefined) bySource.set(source, [mark]);
    else marks.push(mark);
  }
  return [...bySource.entries()].flatMap(([source, marks]) =>
    spreadPoints(marks).map((row, i) =>
      i === 0 && source !== 'Events' ? { ...row, label: source.replace(/^kyverno-/, '') } : row,
    ),
  );
}

/** States of UpdateRequests as segments that abut; a row is free for the next one when its own is gone. */
function updateRequestRows(trace: Trace): Row[] {
  type State = Extract<TraceEvent, { kind: 'update-request' }>;
  const lives = new Map<string, State[]>();
  for (const event of trace.events) {
    if (event.kind !== 'update-request' || !isTold(trace, event)) continue;
    const life = lives.get(event.name);
    if (life === undefined) lives.set(event.name, [event]);
    else life.push(event);
  }
  const rows: { end: number; marks: Mark[] }[] = [];
  for (const life of lives.values()) {
    const marks = segments(trace, life);
    const first = marks[0];
    const last = marks.at(-1);
    if (first === undefined || last === undefined) continue;
    let row = rows.find(({ end }) => end < first.start);
    if (row === undefined) {
      row = { end: 0, marks: [] };
      rows.push(row);
    }
    row.marks.push(...marks);
    row.end = last.end;
  }
  return rows;
}

function segments(trace: Trace, life: readonly Extract<TraceEvent, { kind: 'update-request' }>[]): Mark[] {
  const marks: Mark[] = [];
  for (const [i, event] of life.entries()) {
    const { tone, word } = verdictOf(event);
    const next = life[i + 1];
    if (event.state === 'dropped' || event.state === 'deleted') {
      const before = marks.pop();
      if (before !== undefined) {
        marks.push({
          ...before,
          also: [...(before.also ?? []), event.id],
          end: event.time,
          upright: { tone: event.state === 'dropped' ? 'error' : 'plain', word },
        });
      }
      continue;
    }
    // The state before the first status counts as Pending: both mean that it waits.
    const previous = marks.at(-1);
    const end = next?.time ?? trace.end;
    if (previous?.text.startsWith('Pending') && word === 'Pending') {
      marks[marks.length - 1] = { ...previous, end, also: [...(previous.also ?? []), event.id] };
      continue;
    }
    marks.push(
      barOf(event, word, {
        end,
        tone,
        body: 'b',
        fromStart: true,
        ...(tone === 'plain' ? {} : { tinted: true as const }),
        ...(tone === 'plain' && i === 0 ? { detail: event.name } : {}),
      }),
    );
  }
  return marks;
}
