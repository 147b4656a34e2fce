import { describe, expect, it } from 'vitest';
import { milliseconds } from '../../src/index.ts';
import { createPlayback, easeTravel, type PlayTrack, stayOn, stopAt } from './playback.ts';

const stop = (time: number, beginsStep = false) => ({
  time: milliseconds(time),
  caption: `at ${time}`,
  beginsStep,
});

const track: PlayTrack = {
  start: milliseconds(0),
  end: milliseconds(500),
  stops: [stop(0, true), stop(5), stop(9), stop(400, true), stop(410)],
};

const player = () => createPlayback(() => track);

describe('playback', () => {
  it('steps through the moments in both directions and stops at the ends', () => {
    const { getState } = player();
    getState().next();
    getState().next();
    expect(getState().playhead).toBe(9);
    getState().previous();
    expect(getState().playhead).toBe(5);
    getState().seek(milliseconds(7));
    getState().previous();
    expect(getState().playhead).toBe(5);
    getState().toEnd();
    getState().next();
    expect(getState().playhead).toBe(500);
    getState().toStart();
    getState().previous();
    expect(getState().playhead).toBe(0);
  });

  it('steps by the person’s steps', () => {
    const { getState } = player();
    getState().nextStep();
    expect(getState().playhead).toBe(400);
    getState().next();
    getState().previousStep();
    expect(getState().playhead).toBe(400);
    getState().previousStep();
    expect(getState().playhead).toBe(0);
  });

  it('stays on an event for its caption, then travels to the next one', () => {
    const { getState } = player();
    getState().play();
    getState().advance(1000);
    getState().advance(1000 + stayOn('at 0') - 1);
    expect(getState().playhead).toBe(0);
    getState().advance(1000 + stayOn('at 0'));
    getState().advance(1000 + stayOn('at 0') + 210);
    expect(getState().playhead).toBeGreaterThan(0);
    expect(getState().playhead).toBeLessThan(5);
    getState().advance(1000 + stayOn('at 0') + 420);
    expect(getState().playhead).toBe(5);
  });

  it('jumps instead of travelling when less motion is asked for', () => {
    const { getState } = player();
    getState().setReducedMotion(true);
    getState().play();
    getState().advance(0);
    getState().advance(stayOn('at 0'));
    expect(getState().playhead).toBe(5);
  });

  it('stops after the last moment and begins again when played from there', () => {
    const { getState } = player();
    getState().seek(milliseconds(410));
    getState().play();
    expect(getState().playhead).toBe(0);
    getState().pause();
    getState().seek(milliseconds(400));
    getState().setReducedMotion(true);
    getState().play();
    for (let now = 0; now < 10_000; now += 100) getState().advance(now);
    expect(getState().playing).toBe(false);
    expect(getState().playhead).toBe(410);
  });

  it('keeps speeds on their ladder', () => {
    const { getState } = player();
    getState().faster();
    getState().faster();
    getState().faster();
    expect(getState().speed).toBe(4);
    getState().slower();
    expect(getState().speed).toBe(2);
  });

  it('reads at a pace within bounds', () => {
    expect(stayOn('one')).toBe(900);
    expect(stayOn('one two three four five six')).toBe(970);
    expect(stayOn('word '.repeat(200))).toBe(3200);
  });

  it('finds the stop of a time', () => {
    expect(stopAt(track.stops, -1)).toBe(-1);
    expect(stopAt(track.stops, 8.9)).toBe(1);
    expect(stopAt(track.stops, 1e9)).toBe(4);
  });

  it('eases from 0 to 1 without turning back', () => {
    let last = 0;
    for (let i = 0; i <= 20; i++) {
      const value = easeTravel(i / 20);
      expect(value).toBeGreaterThanOrEqual(last);
      last = value;
    }
    expect(last).toBe(1);
  });
});
