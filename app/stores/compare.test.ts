import { describe, expect, it } from 'vitest';
import { seedTrace } from '../timeline/seed-trace.ts';
import { createCompare } from './compare.ts';
import { closeComparison, compareBeside, pin, stepDifference, swapRuns } from './compare-actions.ts';

describe('the comparison', () => {
  it('begins with the version beside the present one, the older above', () => {
    const compare = createCompare();
    compareBeside(compare, '1.19');
    expect(compare.getState()).toMatchObject({ open: true, above: '1.18', below: '1.19' });
    compareBeside(compare, '1.11');
    expect(compare.getState()).toMatchObject({ above: '1.11', below: '1.12' });
  });

  it('goes round the differences, and nowhere while there are none', () => {
    const compare = createCompare();
    stepDifference(compare, 1);
    expect(compare.getState().chosen).toBeUndefined();
    compare.setState({ result: { names: '', differences: 3, duration: 1 } });
    const walked = [1, 1, 1, 1, -1, -1].map((by) => {
      stepDifference(compare, by as 1 | -1);
      return compare.getState().chosen;
    });
    expect(walked).toEqual([0, 1, 2, 0, 2, 1]);
  });

  it('holds a pinned run until it is closed', () => {
    const compare = createCompare();
    pin(compare, { trace: seedTrace(), version: '1.17' });
    expect(compare.getState()).toMatchObject({ above: 'pinned', below: '1.17' });
    swapRuns(compare);
    expect(compare.getState()).toMatchObject({ above: '1.17', below: 'pinned' });
    closeComparison(compare);
    expect(compare.getState()).toMatchObject({ open: false, pinned: undefined, chosen: undefined });
  });
});
