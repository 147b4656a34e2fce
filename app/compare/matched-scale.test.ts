import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadParts, type Milliseconds, milliseconds, type Trace } from '../../src/index.ts';
import { seedTrace } from '../timeline/seed-trace.ts';
import { readCompare, sharedStops, timesAt } from './compare-model.ts';
import { rising } from './matched-scale.ts';

const names = { above: 'A', below: 'B' };

/** The first story, and the same with all that comes after a time pushed back: an attempt that takes longer. */
function runs(): { readonly above: Trace; readonly below: Trace } {
  const above = seedTrace();
  const from = above.events.find(({ kind }) => kind === 'attempt')?.time ?? 0;
  const later = (time: Milliseconds): Milliseconds => (time > from ? milliseconds(time + 7) : time);
  const below = {
    ...above,
    end: later(above.end),
    events: above.events.map((event) => ({ ...event, time: later(event.time), end: later(event.end) })),
  };
  return { above, below };
}

describe('the matched scale', () => {
  beforeAll(loadParts);

  it('puts what happens in both runs at the same x, at every zoom, whatever the times', () => {
    const { above, below } = runs();
    const model = readCompare(above, below, names);
    expect(model.differences).toEqual([]);
    for (const zoom of [0.1, 1, 3]) {
      const [left, right] = [model.matched.above.at(zoom), model.matched.below.at(zoom)];
      for (const { above: one, below: other } of model.comparison.pairs)
        expect(left.toX(one.time)).toBeCloseTo(right.toX(other.time), 1);
    }
  });

  it('is as wide in one run as in the other', () => {
    const model = readCompare(runs().above, runs().below, names);
    const { above, below } = model.matched;
    expect(above.width(1)).toBe(below.width(1));
    expect(above.width(above.zoomFor(800))).toBeCloseTo(800, 0);
  });

  it('rises with time, and gives back the time of an x', () => {
    const model = readCompare(runs().above, runs().below, names);
    const placed = model.matched.below.at(1);
    const { start, end } = model.below;
    fc.assert(
      fc.property(
        fc.double({ min: start, max: end, noNaN: true }),
        fc.double({ min: 0, max: 50, noNaN: true }),
        (time, more) => {
          expect(placed.toX(time + more)).toBeGreaterThanOrEqual(placed.toX(time) - 1e-6);
          expect(placed.toX(placed.toTime(placed.toX(time)))).toBeCloseTo(placed.toX(time), 3);
        },
      ),
    );
  });

  it('plays both runs together: at a moment of both each is at its own time', () => {
    const model = readCompare(runs().above, runs().below, names);
    const stops = sharedStops(model, model.matched, names);
    expect(stops.length).toBe(model.above.moments.length);
    for (const [i, stop] of stops.entries()) {
      expect(timesAt(stops, stop.time)).toEqual({ above: stop.above, below: stop.below });
      expect(stop.time).toBeGreaterThan(stops[i - 1]?.time ?? -1);
    }
  });
});

describe('pairs that rise in both runs', () => {
  const pairs = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 20 })), {
    maxLength: 9,
  });

  it('rise strictly, and are as many as the best choice has', () => {
    fc.assert(
      fc.property(pairs, (all) => {
        const chain = rising(all);
        for (const [i, [a, b]] of chain.entries()) {
          const before = chain[i - 1];
          if (before !== undefined) expect(a > before[0] && b > before[1]).toBe(true);
        }
        expect(chain.length).toBe(longest(all));
      }),
    );
  });
});

/** The obvious way: every pair as the last one. */
function longest(pairs: readonly (readonly [number, number])[]): number {
  const upTo = ([a, b]: readonly [number, number]): number =>
    1 + Math.max(0, ...pairs.filter(([x, y]) => x < a && y < b).map(upTo));
  return Math.max(0, ...pairs.map(upTo));
}
