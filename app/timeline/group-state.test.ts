import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupState } from './group-state.ts';
import type { Mark, RowGroup } from './marks.ts';

const mark = (start: number, end: number, more: Partial<Mark>): Mark =>
  ({ shape: 'bar', start, end, text: '', tone: 'plain', ...more }) as Mark;

/** A member that is planned, then made, then drifts or is deleted. */
const member = fc
  .tuple(fc.nat(20), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.boolean())
  .map(([start, planned, made, drifts]) => ({
    marks: [
      mark(start, start + planned, { shape: 'ghost', text: 'planned' }),
      mark(start + planned, start + planned + made, { tone: 'allow' }),
      drifts
        ? mark(start + planned + made, 60, { shape: 'drift', tone: 'warn' })
        : mark(start + planned + made, start + planned + made, { shape: 'point' }),
    ],
  }));

const groupOf = (members: RowGroup['members']): RowGroup => ({
  key: 'k',
  label: 'objects',
  members,
  made: new Float64Array(),
  cause: undefined,
});

describe('the state of a group', () => {
  it('is the same wherever the playhead came from', () => {
    fc.assert(
      fc.property(
        fc.array(member, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(60), { minLength: 1, maxLength: 12 }),
        (members, visits) => {
          const group = groupOf(members);
          for (const time of visits) {
            expect(groupState(group, time)).toEqual(groupState(groupOf(members), time));
          }
        },
      ),
    );
  });

  it('counts its members by their state, the worst last', () => {
    const group = groupOf([
      { marks: [mark(0, 9, { tone: 'allow' })] },
      { marks: [mark(0, 4, { tone: 'allow' }), mark(4, 9, { shape: 'drift', tone: 'warn' })] },
    ]);
    expect(groupState(group, 1)).toEqual({ text: '2 in sync', tone: 'allow', worst: 0 });
    expect(groupState(group, 4)).toEqual({ text: '1 in sync, 1 drifted', tone: 'warn', worst: 1 });
    expect(groupState(group, 3.9)).toEqual({ text: '2 in sync', tone: 'allow', worst: 0 });
  });
});
