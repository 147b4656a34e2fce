import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itemAt, type ListParts, readListItems } from './list-items.ts';
import { timelineOf } from './model.ts';
import { seedTrace } from './seed-trace.ts';

const model = timelineOf(seedTrace());
const { trace } = model;
const end = trace.end;
const time = () => fc.double({ min: 0, max: end, noNaN: true });

const parts = (more: Partial<ListParts> = {}): ListParts => ({
  folded: new Set(),
  flags: [],
  area: undefined,
  areaFolded: false,
  ...more,
});
const flagsAt = (times: readonly number[]) =>
  [...new Set(times)].sort((a, b) => a - b).map((at) => ({ time: at, note: `at ${at}` }));

describe('the rows of the list', () => {
  it('have every note once, in the order of time, between the events around it', () => {
    fc.assert(
      fc.property(fc.array(time(), { maxLength: 6 }), (times) => {
        const flags = flagsAt(times);
        const items = readListItems(model, parts({ flags }));
        expect(items.flatMap((item) => (item.kind === 'note' ? [item.flag] : []))).toEqual(flags);
        const order = items.map((item) =>
          item.kind === 'note'
            ? item.flag.time
            : item.kind === 'event'
              ? (trace.events[item.row.event]?.time ?? 0)
              : 0,
        );
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }),
    );
  });

  it('have keys of their own', () => {
    const items = readListItems(model, parts({ flags: flagsAt([1, 5601]), area: { start: 0, end } }));
    expect(new Set(items.map(({ key }) => key)).size).toBe(items.length);
  });

  it('leave out the notes of a folded step with its events', () => {
    const flags = flagsAt([3, 5603]);
    const items = readListItems(model, parts({ flags, folded: new Set([1]) }));
    expect(items.flatMap((item) => (item.kind === 'note' ? [item.flag.time] : []))).toEqual([5603]);
  });

  it('begin with the measured stretch and its lanes, or with its head alone', () => {
    const area = { start: 0, end: 20 };
    const open = readListItems(model, parts({ area }));
    expect(open[0]).toMatchObject({
      kind: 'area',
      level: 1,
      cells: { what: expect.stringMatching(/^Measured: /) },
    });
    expect(open[1]).toMatchObject({ kind: 'area', level: 2 });
    const closed = readListItems(model, parts({ area, areaFolded: true }));
    expect(closed.filter(({ kind }) => kind === 'area')).toHaveLength(1);
  });

  it('give the playhead an event that has begun, never a note or the stretch', () => {
    const area = { start: 0, end: 20 };
    fc.assert(
      fc.property(time(), fc.array(time(), { maxLength: 4 }), (at, times) => {
        const items = readListItems(model, parts({ area, flags: flagsAt(times) }));
        const item = items[itemAt(trace, items, at)];
        expect(item?.kind).toBe('event');
        if (item?.kind === 'event') expect(trace.events[item.row.event]?.time).toBeLessThanOrEqual(at);
      }),
    );
  });

  it('have none for a time before the first', () => {
    expect(itemAt(trace, readListItems(model, parts()), -1)).toBe(-1);
  });
});
