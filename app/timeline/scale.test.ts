import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { milliseconds } from '../../src/index.ts';
import { PLAIN } from './arrange.ts';
import type { View } from './geometry.ts';
import { eventOf, hitTest } from './hit-test.ts';
import { layout } from './layout.ts';
import { timelineOf } from './model.ts';
import { zoomAt } from './navigate.ts';
import { firstEndingAfter } from './row-index.ts';
import { mixPlaced, readableWidth } from './scale.ts';
import { seedTrace } from './seed-trace.ts';
import { readTicks, roundStep, tickText } from './ticks.ts';

const model = timelineOf(seedTrace());
const scales = [model.chapters, model.clock];
const time = () => fc.double({ min: model.start, max: model.end, noNaN: true });
const zooms = () => fc.double({ min: 0.05, max: 500, noNaN: true });

const viewOf = (more: Partial<View> = {}): View => ({
  width: 1200,
  height: 400,
  scale: model.chapters,
  placed: model.chapters.at(1),
  scrollX: 0,
  edge: model.chapters.width(1),
  scrollY: 0,
  arrangement: PLAIN,
  playhead: 225,
  lit: new Set(),
  ...more,
});

describe('scales', () => {
  it('never run backwards', () => {
    fc.assert(
      fc.property(fc.constantFrom(...scales), zooms(), time(), time(), (scale, zoom, a, b) => {
        const placed = scale.at(zoom);
        const [first, second] = a <= b ? [a, b] : [b, a];
        expect(placed.toX(first)).toBeLessThanOrEqual(placed.toX(second) + 1e-6);
        expect(placed.toXEnd(first)).toBeLessThanOrEqual(placed.toXEnd(second) + 1e-6);
      }),
    );
  });

  it('lead back from pixels to the same time', () => {
    fc.assert(
      fc.property(fc.constantFrom(...scales), zooms(), time(), (scale, zoom, t) => {
        const placed = scale.at(zoom);
        expect(placed.toX(placed.toTime(placed.toX(t)))).toBeCloseTo(placed.toX(t), 3);
      }),
    );
  });

  it('stay monotone on the way from one to the other', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), time(), time(), (k, a, b) => {
        const placed = mixPlaced(model.chapters.at(1), model.clock.at(1), k, model.start, model.end);
        expect(placed.toX(Math.min(a, b))).toBeLessThanOrEqual(placed.toX(Math.max(a, b)) + 1e-6);
      }),
    );
  });

  it('give every event of a chapter the width that it needs to be read', () => {
    const placed = model.chapters.at(1);
    for (const { rows, id } of model.lanes) {
      if (id === 'downstream') continue;
      for (const { marks } of rows) {
        for (const mark of marks.filter(({ shape }) => shape === 'bar')) {
          const width = placed.toXEnd(mark.end) - placed.toX(mark.start);
          expect(width).toBeGreaterThanOrEqual(readableWidth(mark) - 0.01);
        }
      }
    }
  });

  it('fold the idle time between the steps', () => {
    expect(model.chapters.folds).toHaveLength(1);
    expect(model.chapters.folds[0]?.end).toBe(5600);
    expect(model.chapters.chapters.map(({ step, start }) => [step, start])).toEqual([
      [1, 0],
      [2, 5600],
    ]);
  });

  it('keep what lies under the pointer there while zooming', () => {
    const window = { scale: 'clock', zoom: 3, scrollX: 400, width: 1200 } as const;
    const before = model.clock.at(3).toTime(700 + 400);
    const { zoom, scrollX } = zoomAt(model, window, 700, 2);
    expect(model.clock.at(zoom).toTime(700 + scrollX)).toBeCloseTo(before, 6);
  });
});

describe('ticks', () => {
  it('step by 1, 2 and 5, then by the units of a clock', () => {
    expect([0.0003, 0.7, 3, 40, 700, 20_000, 70_000].map(roundStep)).toEqual([
      0.0005, 1, 5, 50, 1000, 30_000, 120_000,
    ]);
  });

  it('are worded from nanoseconds to days so that neighbours differ', () => {
    const DAY = 86_400_000;
    expect(
      [
        [0.0002, 0.0002],
        [0.25, 0.05],
        [1.2, 0.2],
        [5002.3, 0.1],
        [45_000, 5000],
        [135_000, 15_000],
        [135_250, 50],
        [4_500_000, 900_000],
        [1.25 * DAY, DAY / 4],
        [14 * DAY, 7 * DAY],
      ].map(([ms = 0, step = 0]) => tickText(ms, step)),
    ).toEqual([
      '0.2 µs',
      '250 µs',
      '1.2 ms',
      '5.0023 s',
      '45 s',
      '2 min 15 s',
      '2 min 15.25 s',
      '1 h 15 min',
      '1 d 6 h',
      '14 d',
    ]);
  });

  it('stand in every view, however deep, rising, apart, and in words of their own', () => {
    const deep = () => fc.double({ min: 1, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom(...scales), deep(), time(), (scale, zoom, t) => {
        const placed = scale.at(zoom);
        const left = placed.toX(t) - 600;
        const ticks = readTicks(scale, placed, left, left + 1200);
        for (const [i, { x, text }] of ticks.entries()) {
          const next = ticks[i + 1];
          if (next === undefined) continue;
          expect(next.x - x).toBeGreaterThan(19);
          if (scale.kind === 'clock') expect(next.text).not.toBe(text);
        }
        // Half a page without one is only where the picture ends.
        const middle = scale.chapters.some(
          ({ start, end }) => placed.toX(start) < left + 300 && placed.toXEnd(end) > left + 900,
        );
        if (middle) expect(ticks.filter(({ x }) => x > left && x < left + 1200).length).toBeGreaterThan(1);
      }),
    );
  });

  it('begin every chapter at 0 and keep their distance', () => {
    const placed = model.chapters.at(1);
    const ticks = readTicks(model.chapters, placed, 0, model.chapters.width(1));
    expect(ticks.filter(({ text }) => text === '0')).toHaveLength(2);
    for (const [i, tick] of ticks.entries()) {
      const next = ticks[i + 1];
      if (next !== undefined) expect(next.x - tick.x).toBeGreaterThan(40);
    }
  });
});

describe('layout', () => {
  it('holds only what can be seen', () => {
    const frame = layout(model, viewOf({ scrollX: 1000, width: 200 }));
    for (const { x, w, mark } of frame.boxes) {
      if (mark.shape !== 'point') expect(x + w).toBeGreaterThanOrEqual(-200);
      expect(x).toBeLessThanOrEqual(204 + 30);
    }
    expect(frame.boxes.length).toBeLessThan(40);
  });

  it('chooses the roomiest density that fits', () => {
    expect(layout(model, viewOf({ height: 900 })).density.name).toBe('roomy');
    expect(layout(model, viewOf({ height: 300 })).density.name).toBe('compact');
  });

  it('merges marks that come too close into a band that counts them all', () => {
    const zoom = 0.01;
    const placed = model.clock.at(zoom);
    const frame = layout(model, viewOf({ scale: model.clock, placed, edge: model.clock.width(zoom) }));
    const shown = frame.boxes.length + frame.bands.reduce((sum, { count }) => sum + count, 0);
    const all = model.lanes.flatMap(({ rows }) => rows).reduce((sum, { marks }) => sum + marks.length, 0);
    expect(shown).toBe(all);
    expect(frame.bands.length).toBeGreaterThan(0);
  });

  it('finds the first visible mark of a row', () => {
    const row = model.lanes.find(({ id }) => id === 'update-requests')?.rows[0];
    expect(row).toBeDefined();
    if (row === undefined) return;
    const i = firstEndingAfter(row, milliseconds(100));
    expect(row.marks[i]?.end).toBeGreaterThanOrEqual(100);
    expect(row.marks[i - 1]?.end).toBeLessThan(100);
  });

  it('stands the lanes of background below the shore', () => {
    const frame = layout(model, viewOf());
    const shore = frame.shore;
    expect(shore).toBeDefined();
    for (const { lane, y } of frame.lanes) {
      expect(y >= (shore?.y ?? 0)).toBe(lane.phase === 'background');
    }
  });
});

describe('hit test', () => {
  const frame = layout(model, viewOf());

  it('finds each visible bar at its middle', () => {
    for (const box of frame.boxes.filter(({ mark, x, w }) => mark.shape === 'bar' && x > 0 && x + w < 1200)) {
      expect(eventOf(hitTest(frame, box.x + box.w / 2, box.y + box.h / 2))).toBe(box.mark.event);
    }
  });

  it('tells ruler, playhead and empty ground apart', () => {
    expect(hitTest(frame, 5, 5).kind).toBe('ruler');
    expect(hitTest(frame, frame.playhead.x + 4, 5).kind).toBe('playhead');
    expect(hitTest(frame, 1150, 395).kind).toBe('nothing');
  });

  it('selects the effect that an arrow leads to', () => {
    const link = frame.links.find(({ kind }) => kind === 'question');
    const point = link?.points[0];
    expect(link).toBeDefined();
    if (link === undefined || point === undefined) return;
    const middle = ((link.points[1]?.y ?? 0) + point.y) / 2 - 20;
    const hit = hitTest(frame, point.x, middle);
    if (hit.kind === 'link') expect(eventOf(hit)).toBe(hit.link.to);
    else expect(hit.kind).toBe('mark');
  });
});

describe('ticks while panning', () => {
  it('stay where they are', () => {
    const placed = model.chapters.at(40);
    const all = readTicks(model.chapters, placed, 0, 3000).filter(({ x }) => x > 1700 && x < 2300);
    const some = readTicks(model.chapters, placed, 1500, 2500).filter(({ x }) => x > 1700 && x < 2300);
    expect(some).toEqual(all);
  });
});
