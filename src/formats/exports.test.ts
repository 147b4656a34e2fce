import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fc from 'fast-check';
import mermaid from 'mermaid';
import { describe, expect, it } from 'vitest';
import { readClusterBase } from '../cluster/cluster-base.ts';
import type { KyvernoVersion } from '../kyverno/versions.ts';
import { runScenario } from '../run-scenario.ts';
import { isTold } from '../trace/told.ts';
import type { Trace } from '../trace/trace.ts';
import { type ChromeEvent, chromeTrace } from './chrome-trace.ts';
import { escapeMarkdown, reportOfChain } from './markdown-report.ts';
import { escapeMermaid, mermaidOfChain } from './mermaid.ts';
import { formatTrace } from './trace-file.ts';

const root = resolve(import.meta.dirname, '../../public');
interface Story {
  readonly id: string;
  readonly files: readonly string[];
  readonly version: KyvernoVersion;
  readonly seed: number;
}
const stories = JSON.parse(readFileSync(join(root, 'scenarios/index.json'), 'utf8')) as readonly Story[];

function traceOf({ id, files, version, seed }: Story): Trace {
  const base = readClusterBase(
    JSON.parse(readFileSync(join(root, `cluster/base-${version}.json`), 'utf8')),
    version,
  );
  if (base === undefined) throw new Error(`no base of ${version}`);
  const texts = files.map((path) => ({
    path,
    text: readFileSync(join(root, 'scenarios', id, path), 'utf8'),
  }));
  const { trace } = runScenario(texts, { version, seed, base });
  if (trace === undefined) throw new Error(`${id} does not run`);
  return trace;
}

const traces = new Map<string, Trace>();
const of = (id: string): Trace => {
  const known = traces.get(id);
  if (known !== undefined) return known;
  const story = stories.find((one) => one.id === id);
  if (story === undefined) throw new Error(`no story ${id}`);
  const trace = traceOf(story);
  traces.set(id, trace);
  return trace;
};

const eventOf = (trace: Trace, kind: string) =>
  trace.events.find((event) => event.kind === kind && event.step > 0);

describe.each(stories.map(({ id }) => id))('the trace of %s', (id) => {
  it('is a diagram that Mermaid’s own parser takes, statement by statement', async () => {
    const text = mermaidOfChain(of(id));
    expect(await mermaid.parse(text)).toMatchObject({ diagramType: 'sequence' });
    const lines = text.split('\n').filter((line) => /^ {2}(?!participant )/.test(line));
    expect(lines.length).toBeGreaterThan(5);
    const { messages, actors } = await understood(text);
    expect(messages).toBe(lines.length);
    expect(actors).toBe(text.split('\n').filter((line) => line.startsWith('  participant ')).length);
  });

  it('keeps to the Trace Event Format', () => {
    const written: unknown = JSON.parse(JSON.stringify(chromeTrace(of(id))));
    const { traceEvents, displayTimeUnit } = written as ReturnType<typeof chromeTrace>;
    expect(displayTimeUnit).toBe('ms');
    expect(traceEvents.flatMap(violations)).toEqual([]);
    const phases = new Set(traceEvents.map(({ ph }) => ph));
    // Instants are Events, log lines and reports: a story may have none.
    expect([...phases].filter((phase) => phase !== 'i').sort()).toEqual(['M', 'X', 'f', 's']);
  });

  it('names every process and thread that it speaks of, once', () => {
    const { traceEvents } = chromeTrace(of(id));
    const names = (kind: string) =>
      traceEvents.flatMap((event) =>
        event.ph === 'M' && event.name === kind
          ? [kind === 'process_name' ? `${event.pid}` : `${event.pid}/${event.tid}`]
          : [],
      );
    const used = traceEvents.filter(({ ph }) => ph !== 'M');
    const processes = names('process_name');
    const threads = names('thread_name');
    expect(new Set(processes).size).toBe(processes.length);
    expect(new Set(threads).size).toBe(threads.length);
    expect(processes).toEqual(['1', '2']);
    expect(new Set(used.map(({ pid, tid }) => `${pid}/${tid}`))).toEqual(new Set(threads));
  });

  it('has a slice for every step, request, attempt and state of an UpdateRequest, as long as it lasted', () => {
    const trace = of(id);
    const slices = new Map<unknown, number>();
    for (const event of chromeTrace(trace).traceEvents)
      if (event.ph === 'X' && !slices.has(event.args['event'])) slices.set(event.args['event'], event.dur);
    const lasting = trace.events.filter(
      (event) => (event.kind === 'request' || event.kind === 'attempt') && isTold(trace, event),
    );
    expect(lasting.length).toBeGreaterThan(0);
    for (const event of lasting)
      expect(slices.get(event.id), `${event.kind} ${event.id}`).toBeCloseTo(
        Math.max(1, (event.end - event.time) * 1000),
        2,
      );
    for (const event of trace.events)
      if ((event.kind === 'step' || event.kind === 'update-request') && isTold(trace, event))
        expect(slices.has(event.id), `${event.kind} ${event.id}`).toBe(true);
  });

  it('has arrows with two ends, each within a slice of its thread', () => {
    const { traceEvents } = chromeTrace(of(id));
    const slices = traceEvents.filter((event) => event.ph === 'X');
    const ends = traceEvents.filter((event) => event.ph === 's' || event.ph === 'f');
    expect(ends.length).toBeGreaterThan(0);
    for (const end of ends) {
      const around = slices.some(
        ({ pid, tid, ts, dur }) => pid === end.pid && tid === end.tid && ts <= end.ts && end.ts < ts + dur,
      );
      expect(around, JSON.stringify(end)).toBe(true);
    }
    const idsOf = (phase: 's' | 'f') =>
      traceEvents.flatMap((event) => ('id' in event && event.ph === phase ? [event.id] : []));
    const starts = idsOf('s');
    expect(idsOf('f')).toEqual(starts);
    expect(new Set(starts).size).toBe(starts.length);
    // Both ends are bound by category, name and id; no arrow goes back in time.
    for (const [i, end] of ends.entries()) {
      const other = ends[i + 1];
      if (end.ph !== 's' || other === undefined) continue;
      expect(other).toMatchObject({ ph: 'f', bp: 'e', id: end.id, name: end.name, cat: end.cat });
      expect(other.ts).toBeGreaterThanOrEqual(end.ts);
    }
  });

  it('has no two slices that overlap on a thread', () => {
    const last = new Map<string, number>();
    for (const event of chromeTrace(of(id)).traceEvents) {
      if (event.ph !== 'X') continue;
      const thread = `${event.pid}/${event.tid}`;
      expect(event.ts).toBeGreaterThanOrEqual((last.get(thread) ?? 0) - 1e-6);
      last.set(thread, event.ts + event.dur);
    }
  });

  it('is the same after it was written and read', () => {
    expect(JSON.parse(formatTrace(of(id)))).toEqual(JSON.parse(JSON.stringify(of(id))));
  });
});

/** What Mermaid has read of a diagram, once it is parsed. */
async function understood(text: string): Promise<{ readonly messages: number; readonly actors: number }> {
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
  const read = db as unknown as {
    readonly getMessages: () => readonly { readonly type: number }[];
    readonly getActors: () => ReadonlyMap<string, unknown>;
  };
  return { messages: read.getMessages().length, actors: read.getActors().size };
}

/** The keys that the format has for each phase that is written ("Trace Event Format", Event Descriptions). */
const KEYS = {
  M: ['ph', 'pid', 'tid', 'ts', 'name', 'args'],
  X: ['ph', 'name', 'cat', 'pid', 'tid', 'ts', 'dur', 'args'],
  i: ['ph', 's', 'name', 'cat', 'pid', 'tid', 'ts', 'args'],
  s: ['ph', 'name', 'cat', 'id', 'pid', 'tid', 'ts'],
  f: ['ph', 'bp', 'name', 'cat', 'id', 'pid', 'tid', 'ts'],
} as const;

/** What an event lacks of what the format asks for it. */
function violations(event: ChromeEvent): readonly string[] {
  const wrong: string[] = [];
  const need = (holds: boolean, what: string) => {
    if (!holds) wrong.push(`${event.ph} ${event.name}: ${what}`);
  };
  // Microseconds, no finer than the nanoseconds that readers keep.
  const isTime = (value: number): boolean =>
    Number.isFinite(value) &&
    value >= 0 &&
    Math.abs(value * 1000 - Math.round(value * 1000)) < 1e-3 * Math.max(1, value * 1e-6);
  need([...KEYS[event.ph]].sort().join() === Object.keys(event).sort().join(), 'the keys of its phase');
  need(Number.isInteger(event.pid) && Number.isInteger(event.tid), 'pid and tid are integers');
  need(isTime(event.ts), 'ts is a time in microseconds');
  need(typeof event.name === 'string' && event.name !== '', 'a name');
  switch (event.ph) {
    case 'M':
      need(
        event.name.endsWith('_name')
          ? 'name' in event.args && typeof event.args.name === 'string' && event.args.name !== ''
          : 'sort_index' in event.args && Number.isInteger(event.args.sort_index),
        'args of its kind',
      );
      break;
    case 'X':
      need(event.dur > 0 && isTime(event.dur), 'a duration');
      break;
    case 'i':
      need(event.s === 't', 'a scope');
      break;
    default:
      need(Number.isInteger(event.id), 'an id');
      need(event.ph === 's' || event.bp === 'e', 'ends at the slice around it');
  }
  return wrong;
}

describe('the checks of what is written', () => {
  const slice: ChromeEvent = {
    ph: 'X',
    name: 'a',
    cat: 'b',
    pid: 1,
    tid: 1,
    ts: 0.001,
    dur: 1,
    args: {},
  };

  it('take a slice, and find what is wrong with a broken one', () => {
    expect(violations(slice)).toEqual([]);
    for (const broken of [
      { ts: -1 },
      { ts: Number.NaN },
      { ts: 0.0001 },
      { dur: 0 },
      { pid: 1.5 },
      { name: '' },
      { more: 1 },
    ])
      expect(violations({ ...slice, ...broken }), JSON.stringify(broken)).not.toEqual([]);
  });

  it.each(['sequenceDiagram\n  a->>', 'sequenceDiagram\n  a->>b: x; end', 'sequenceDiagramme\n  a->>b: x'])(
    'know what is no diagram: %j',
    async (text) => {
      await expect(mermaid.parse(text)).rejects.toThrow();
    },
  );
});

describe('the diagram of the denied Namespace', () => {
  it('tells the whole chain, from the command to the last attempt', () => {
    const trace = of('bad-namespace');
    const text = mermaidOfChain(trace, eventOf(trace, 'never-stored')?.cause);
    expect(text.startsWith('sequenceDiagram\n')).toBe(true);
    expect(text).toContain('participant caller as kubernetes-admin');
    expect(text).toContain('never stored: Namespace/bad-namespace');
    expect(text).toContain('attempt 5 of 5');
    expect(text).not.toContain('good-namespace');
  });
});

describe('texts in a diagram', () => {
  it('are no syntax, whatever they hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (text) => {
        const diagram = `sequenceDiagram\n  participant a as ${escapeMermaid(text) || 'x'}\n  a->>a: ${escapeMermaid(text) || ' x'}\n  Note over a: ${escapeMermaid(text) || 'x'}\n`;
        expect(await mermaid.parse(diagram)).toMatchObject({ diagramType: 'sequence' });
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    'a; b',
    'a # b',
    'say "no"',
    'two\nlines',
    'wrap: x',
    '%% no comment',
    'end',
    '<script>',
    '{{ x }}',
  ])('keep %j', async (text) => {
    const diagram = `sequenceDiagram\n  participant a as b\n  a->>a: ${escapeMermaid(text)}\n`;
    expect(await mermaid.parse(diagram)).toMatchObject({ diagramType: 'sequence' });
    expect(escapeMermaid(text)).not.toMatch(/[\n"<{]/);
  });
});

describe('the report of the denied Namespace', () => {
  it('says what happened, why, and what was printed', () => {
    const trace = of('bad-namespace');
    const report = reportOfChain(trace, {
      name: 'bad-namespace',
      event:
        trace.events.findLast((one) => one.kind === 'update-request' && one.state === 'dropped')?.id ??
        trace.events[0]?.id ??
        (0 as never),
    });
    expect(report).toContain('1. create Namespace/bad-namespace, as kubernetes-admin: **denied**');
    expect(report).toContain(
      '| add-default-deny / default-deny | NetworkPolicy bad-namespace/default-deny | never |',
    );
    expect(report).toContain('## Why');
    expect(report).toContain("Label 'team' is required");
    expect(report).toContain('start processing UR');
    expect(report).not.toContain('good-namespace');
  });

  it('has rows of four cells, whatever a text holds', () => {
    const trace = of('configmap-notification');
    const rows = reportOfChain(trace, { name: 'x' })
      .split('\n')
      .filter((line) => line.startsWith('| '));
    for (const row of rows) expect(row.replaceAll(/\\./g, '').split('|')).toHaveLength(6);
  });

  it('escapes what would be markup', () => {
    expect(escapeMarkdown('a | b\n*c* <img> @team')).toBe('a \\| b \\*c\\* &lt;img\\> @\u200bteam');
  });
});

describe('the order of a diagram', () => {
  it('is that of the system: rule, webhook, fate, answer', () => {
    const trace = of('bad-namespace');
    const lines = mermaidOfChain(trace, eventOf(trace, 'never-stored')?.cause).split('\n');
    const at = (text: string) => lines.findIndex((line) => line.includes(text));
    const order = [
      'check-team fail',
      'validating--xserver',
      'never stored',
      'server--xcaller',
      'Note over caller: denied',
    ];
    expect(order.map(at)).toEqual([...order.map(at)].sort((a, b) => a - b));
    expect(at('check-team fail')).toBeGreaterThan(0);
  });
});
