import { describe, expect, it } from 'vitest';
import type { Process } from './process.ts';
import { sideBySide } from './side-by-side.ts';
import { milliseconds } from './units.ts';

function* taking(name: string, ...stretches: number[]): Process<string> {
  for (const stretch of stretches) yield milliseconds(stretch);
  return name;
}

function run<T>(process: Process<T>): { readonly time: number; readonly value: T } {
  let time = 0;
  for (;;) {
    const { done, value } = process.next();
    if (done === true) return { time, value };
    time += value;
  }
}

describe('sideBySide', () => {
  it('takes as long as the slowest and tells who ended first', () => {
    const { time, value } = run(sideBySide([taking('slow', 5, 20), taking('quick', 8), taking('now')]));
    expect(time).toBe(25);
    expect(value).toEqual(['now', 'quick', 'slow']);
  });

  it('keeps the order of what ends together', () => {
    expect(run(sideBySide([taking('a', 4), taking('b', 2, 2)])).value).toEqual(['a', 'b']);
  });

  it('takes no time for nothing', () => {
    expect(run(sideBySide([]))).toEqual({ time: 0, value: [] });
  });
});
