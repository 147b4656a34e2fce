import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMoments } from '../../timeline/moments.ts';
import { seedTrace } from '../../timeline/seed-trace.ts';
import { layoutStage, partOf, pathOf, placeOfToken, wrapText } from './stage-layout.ts';
import { stageAt } from './stage-model.ts';
import { progressOf } from './stage-requests.ts';
import { stageText } from './stage-text.ts';

const trace = seedTrace();
const moments = readMoments(trace);
const at = (time: number) => stageAt(trace, moments, time);
const end = Math.max(...trace.events.map((event) => event.end));
const first = trace.events.find((event) => event.kind === 'request' && event.component === 'client');
const denied = trace.events.find((event) => event.kind === 'never-stored');
const request = first?.kind === 'request' ? first : undefined;
const states = trace.events.flatMap((event) => (event.kind === 'update-request' ? [event] : []));
const attempts = trace.events.flatMap((event) => (event.kind === 'attempt' ? [event] : []));

describe('the Stage of the seed story', () => {
  it('begins with the object at its sender and nothing known', () => {
    const model = at(0);
    expect(model.tokens.map(({ state, progress }) => [state, progress])).toEqual([['moving', 0]]);
    expect(model.validating.state).toBe('later');
    expect(model.queue.front).toBeUndefined();
    expect(model.targets).toEqual([]);
  });

  it('stops the denied object at the validating gate and leaves its outline in etcd', () => {
    const model = at(denied?.time ?? -1);
    expect(model.tokens.map(({ state, progress }) => [state, progress])).toEqual([['denied', 4]]);
    expect(model.validating.state).toBe('closed');
    expect(model.validating.word).toBe('Denied');
    expect(model.validating.rules[0]?.tone).toBe('deny');
    expect(model.etcd.never?.ref.name).toBe('bad-namespace');
  });

  it('lets the UpdateRequest go on into the queue all the same', () => {
    const model = at(states[0]?.time ?? -1);
    expect(model.birth?.share).toBe(1);
    expect(model.queue.front?.word).toBe('Pending');
    expect(at(end / 2).queue.front?.name).toBe(model.queue.front?.name);
    expect(at((denied?.time ?? 0) + 1).tokens[0]?.state).toBe('denied');
    expect(model.targets.map(({ ref, state }) => [ref.kind, state])).toEqual([['NetworkPolicy', 'planned']]);
  });

  it('counts the attempts on the ticket, with what they heard', () => {
    const third = attempts.find(({ attempt }) => attempt === 3);
    const model = at(third?.time ?? -1);
    expect(model.queue.front?.pips.map(({ state }) => state)).toEqual([
      'failed',
      'failed',
      'now',
      'later',
      'later',
    ]);
    expect(model.worker).toMatchObject({ busy: true, text: 'attempt 3 of 5' });
    expect(model.question?.earlier).toBe('attempts 1 and 2: not found in the cluster');
  });

  it('keeps the dropped one in sight until the next step begins', () => {
    const dropped = states.find(({ state }) => state === 'dropped');
    expect(at((dropped?.time ?? 0) + 1).queue.front?.word).toBe('dropped');
    const second = trace.events.filter((event) => event.kind === 'step').find(({ step }) => step > 1);
    expect(at(second?.time ?? 0).queue.front).toBeUndefined();
  });

  it('says in words what it shows', () => {
    const text = stageText(at(denied?.time ?? 0));
    expect(text).toContain('is denied at the validating gate');
    expect(text).toContain('was never stored');
  });

  it('is the same whichever way the playhead came', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: end, noNaN: true }),
        fc.double({ min: 0, max: end, noNaN: true }),
        (a, b) => {
          const before = at(a);
          at(b);
          expect(at(a)).toEqual(before);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('an object’s way through admission', () => {
  it('never turns back, and ends where it was stopped', () => {
    if (request === undefined) throw new Error('the seed story has a request');
    let last = -1;
    for (let i = 0; i <= 200; i++) {
      const progress = progressOf(request, request.time + ((request.end - request.time) * i) / 200);
      expect(progress).toBeGreaterThanOrEqual(last);
      last = progress;
    }
    expect(last).toBe(4);
  });

  it('has no jump greater than a station', () => {
    if (request === undefined) throw new Error('the seed story has a request');
    const step = (request.end - request.time) / 5000;
    for (let time: number = request.time; time < request.end; time += step)
      expect(Math.abs(progressOf(request, time + step) - progressOf(request, time))).toBeLessThan(0.2);
  });
});

describe('the layout of the Stage', () => {
  it.each([
    [390, 800],
    [599, 500],
    [850, 420],
    [1405, 440],
    [1920, 900],
  ])('keeps everything inside its picture at %d × %d', (width, height) => {
    const layout = layoutStage(width, height);
    const boxes = [layout.caller, layout.server, layout.ticket, layout.worker, layout.downstream.box];
    for (const box of boxes) {
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.y).toBeGreaterThanOrEqual(0);
      expect(box.x + box.w).toBeLessThanOrEqual(layout.width);
      expect(box.y + box.h).toBeLessThanOrEqual(layout.height);
    }
    for (const progress of [0, 1, 2, 3, 4, 5]) {
      const { x, y } = placeOfToken(layout, 'above', progress);
      expect(x - layout.token.w / 2).toBeGreaterThanOrEqual(0);
      expect(x + layout.token.w / 2).toBeLessThanOrEqual(layout.width);
      expect(y + layout.token.h / 2).toBeLessThan(layout.shore.y + 4);
    }
  });

  it('keeps admission above the shore and background below it', () => {
    const layout = layoutStage(1405, 440);
    expect(layout.caller.y + layout.caller.h).toBeLessThan(layout.shore.y);
    expect(layout.ticket.y).toBeGreaterThan(layout.shore.y);
    expect(layout.server.y).toBeLessThan(layout.shore.y);
    expect(layout.server.y + layout.server.h).toBeGreaterThan(layout.shore.y);
  });

  it('draws lines up to a share of their length', () => {
    const line = [
      { x: 0, y: 0 },
      { x: 10, y: 0 },
      { x: 10, y: 10 },
    ];
    expect(partOf(line, 0.75)).toEqual([
      { x: 0, y: 0 },
      { x: 10, y: 0 },
      { x: 10, y: 5 },
    ]);
    expect(pathOf(line, 2)).toBe('M0 0L8 0Q10 0 10 2L10 10');
  });

  it('wraps words into lines and says where it cut', () => {
    expect(wrapText('one two three', 60, 14, 2)).toEqual(['one two', 'three']);
    expect(wrapText('one two three four five six', 60, 14, 2).at(-1)?.endsWith('…')).toBe(true);
  });
});
