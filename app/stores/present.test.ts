import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Trace } from '../../src/index.ts';
import { presentAt } from './present.ts';

const traceOf = (spans: readonly (readonly [number, number])[]): Trace =>
  ({
    events: spans.map(([time, end]) => ({ time, end })),
    steps: [],
    revisions: [],
  }) as unknown as Trace;

const span = fc
  .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 10 }))
  .map(([time, length]) => [time, time + length] as const);

describe('the present', () => {
  it('answers as the playhead does whether an event has begun and whether it has ended', () => {
    fc.assert(
      fc.property(
        fc.array(span, { maxLength: 8 }),
        fc.double({ min: -5, max: 60, noNaN: true }),
        (spans, at) => {
          const present = presentAt(traceOf(spans), at);
          for (const time of spans.flat()) {
            expect(Math.sign(time - present)).toBe(Math.sign(time - at));
          }
        },
      ),
    );
  });

  it('is the same for as long as nothing begins or ends', () => {
    const trace = traceOf([[0, 10]]);
    expect(presentAt(trace, 3)).toBe(presentAt(trace, 9.9));
    expect(presentAt(trace, 10)).toBe(10);
    expect(presentAt(trace, 10.1)).not.toBe(10);
  });
});
