import { describe, expect, it } from 'vitest';
import { eventId, milliseconds } from '../../src/index.ts';
import { createFind } from '../stores/find.ts';
import { createFlags } from '../stores/flags.ts';
import { createPlayback } from '../stores/playback.ts';
import { createRunStore } from '../stores/run.ts';
import { createSelection } from '../stores/selection.ts';
import { createViewport } from '../stores/viewport.ts';
import { isKey, timelineCommands } from './commands.ts';
import { alongFlow, chainOf, ledTo, pathTo, readFlow } from './flow.ts';
import { readListRows, readUprightRows, rowAt } from './list-rows.ts';
import { playTrack, travelTime } from './model.ts';
import { seedTrace, traceBuilder } from './seed-trace.ts';

const trace = seedTrace();
const flow = readFlow(trace);
const find = (fits: (event: (typeof trace.events)[number]) => boolean) => {
  const event = trace.events.find(fits);
  if (event === undefined) throw new Error('the story has it');
  return event;
};

describe('flow', () => {
  const third = find((event) => event.kind === 'attempt' && event.attempt === 3);

  it('leads from the person’s step to an event', () => {
    const kinds = pathTo(flow, third.id).map((id) => trace.events[id]?.kind);
    expect(kinds.slice(0, 5)).toEqual(['step', 'request', 'webhook', 'request', 'update-request']);
    expect(kinds.at(-1)).toBe('attempt');
  });

  it('leads down to the last effects', () => {
    const made = find((event) => event.kind === 'target' && event.result === 'created');
    const step = find((event) => event.kind === 'step' && event.step === 2);
    expect(ledTo(flow, step.id)).toContain(made.id);
    expect(chainOf(flow, made.id)).toContain(step.id);
    expect(chainOf(flow, made.id)).not.toContain(third.id);
  });

  it('goes along in both directions and ends at the ends', () => {
    const next = alongFlow(flow, third.id, 'next');
    expect(next).toBeDefined();
    if (next !== undefined) expect(alongFlow(flow, next, 'previous')).toBe(third.id);
    expect(alongFlow(flow, eventId(0), 'previous')).toBeUndefined();
  });

  it('leaves out a cause that would make a circle', () => {
    const { add, build } = traceBuilder(['a']);
    const id = add(1, 'admission', 0, 1, eventId(0), {
      kind: 'step',
      exitCode: 0,
      stdout: '',
      stderr: '',
      verdict: 'allowed',
    });
    expect(pathTo(readFlow(build()), id)).toEqual([id]);
  });
});

describe('the list', () => {
  it('has every event below its step, and none of a folded one', () => {
    const rows = readListRows(trace, new Set());
    expect(rows).toHaveLength(trace.events.length);
    expect(rows.filter(({ level }) => level === 1)).toHaveLength(2);
    expect(readListRows(trace, new Set([1, 2]))).toHaveLength(2);
  });

  it('knows the row of a time', () => {
    const rows = readListRows(trace, new Set());
    expect(rowAt(trace, rows, -1)).toBe(-1);
    expect(rowAt(trace, rows, 1e9)).toBe(rows.length - 1);
  });

  it('tells the upright trace without the calls in between', () => {
    const kinds = new Set(readUprightRows(trace).map((id) => trace.events[id]?.kind));
    expect(kinds).toContain('never-stored');
    expect(kinds).not.toContain('webhook');
  });
});

describe('commands', () => {
  const setUp = () => {
    const run = createRunStore(() => 0);
    run.finished({ trace, diagnostics: [], duration: 1 });
    const stores = {
      run,
      playback: createPlayback(
        () => playTrack(trace),
        (from, to, fraction) => travelTime(trace, from, to, fraction),
      ),
      viewport: createViewport(),
      selection: createSelection(),
      find: createFind(),
      flags: createFlags(),
    };
    stores.viewport.getState().resize(1000, 400);
    const commands = new Map(timelineCommands(stores).map((command) => [command.id, command.run]));
    return { ...stores, act: (id: string) => commands.get(`timeline.${id}`)?.() };
  };

  it('step through the trace and back', () => {
    const { act, playback } = setUp();
    act('nextStep');
    expect(playback.getState().playhead).toBe(5600);
    act('previousStep');
    act('next');
    expect(playback.getState().playhead).toBe(1);
  });

  it('select along the flow, bringing the playhead', () => {
    const { act, playback, selection } = setUp();
    act('alongNext');
    act('alongNext');
    const { selected } = selection.getState();
    expect(trace.events[selected ?? -1]?.kind).toBe('request');
    expect(playback.getState().playhead).toBe(trace.events[selected ?? -1]?.time);
    act('clear');
    expect(selection.getState().selected).toBeUndefined();
  });

  it('zoom and fit', () => {
    const { act, viewport } = setUp();
    act('zoomIn');
    expect(viewport.getState().zoom).toBeGreaterThan(1);
    act('fitAll');
    expect(viewport.getState().scrollX).toBe(0);
    expect(viewport.getState().zoom).toBeLessThan(1);
  });

  it('have keys that no other command of the timeline has', () => {
    const keys = timelineCommands(setUp()).flatMap((command) => command.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('tell keys apart on other layouts', () => {
    const key = { altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, code: '' };
    expect(isKey({ ...key, key: ' ' }, 'Space')).toBe(true);
    expect(isKey({ ...key, key: '.', code: 'Period' }, '.')).toBe(true);
    expect(isKey({ ...key, key: '>', code: 'Period', shiftKey: true }, 'Shift+.')).toBe(true);
    expect(isKey({ ...key, key: ':', code: 'Period', shiftKey: true }, '.')).toBe(false);
    expect(isKey({ ...key, key: '+', shiftKey: true }, '+')).toBe(true);
    expect(isKey({ ...key, key: 'a', ctrlKey: true }, 'a')).toBe(false);
    expect(isKey({ ...key, key: 'F', shiftKey: true }, 'f')).toBe(false);
  });

  it('travel at an even pace on screen whatever the time between', () => {
    const middle = travelTime(trace, milliseconds(433), milliseconds(5600), 0.5);
    expect(middle).toBeGreaterThan(433);
    expect(middle).toBeLessThan(5600);
  });
});
