import { describe, expect, it } from 'vitest';
import { ageText } from './age.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('ages', () => {
  it.each([
    [-5 * SECOND, '<invalid>'],
    [0, '0s'],
    [119 * SECOND, '119s'],
    [2 * MINUTE, '2m'],
    [5 * MINUTE + 37 * SECOND, '5m37s'],
    [38 * MINUTE + 5 * SECOND, '38m'],
    [179 * MINUTE, '179m'],
    [3 * HOUR + 5 * MINUTE, '3h5m'],
    [26 * HOUR, '26h'],
    [2 * DAY + 3 * HOUR, '2d3h'],
    [9 * DAY, '9d'],
    [800 * DAY, '2y70d'],
    [3_000 * DAY, '8y'],
  ])('%i ms are %s', (ms, text) => {
    expect(ageText(ms)).toBe(text);
  });
});
