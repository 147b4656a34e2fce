import { describe, expect, it } from 'vitest';
import { nextTime, readSchedule } from './cron.ts';

const nextAfter = (schedule: string, time: string): string | undefined => {
  const read = readSchedule(schedule);
  if (read === undefined || read === 'idle') return read;
  const next = nextTime(read, Date.parse(time));
  return next === undefined ? undefined : new Date(next).toISOString();
};

describe('the next time of a schedule', () => {
  it.each([
    ['* * * * *', '2026-01-01T00:00:00Z', '2026-01-01T00:01:00.000Z'],
    ['*/1 * * * *', '2026-01-01T00:00:59Z', '2026-01-01T00:01:00.000Z'],
    ['*/15 * * * *', '2026-01-01T00:15:00Z', '2026-01-01T00:30:00.000Z'],
    ['5/20 3 * * *', '2026-01-01T03:25:00Z', '2026-01-01T03:45:00.000Z'],
    ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['30 4 1,15 * *', '2026-01-02T00:00:00Z', '2026-01-15T04:30:00.000Z'],
    ['0 9 * * MON-FRI', '2026-01-02T09:00:00Z', '2026-01-05T09:00:00.000Z'],
    ['0 0 * feb ?', '2026-03-01T00:00:00Z', '2027-02-01T00:00:00.000Z'],
    ['@hourly', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00.000Z'],
    ['@weekly', '2026-01-01T00:00:00Z', '2026-01-04T00:00:00.000Z'],
  ])('%s after %s is %s', (schedule, time, expected) => {
    expect(nextAfter(schedule, time)).toBe(expected);
  });

  it('takes either kind of day where both are restricted', () => {
    expect(nextAfter('0 0 13 * 5', '2026-01-01T00:00:00Z')).toBe('2026-01-02T00:00:00.000Z');
    expect(nextAfter('0 0 13 * 5', '2026-01-09T00:00:00Z')).toBe('2026-01-13T00:00:00.000Z');
  });

  it('is never for a day that no month has', () => {
    expect(nextAfter('0 0 30 2 *', '2026-01-01T00:00:00Z')).toBeUndefined();
  });
});

describe('a schedule', () => {
  it.each([
    '',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '* * * * 7',
    '5-1 * * * *',
    '*/0 * * * *',
    'a * * * *',
    '@often',
  ])('is not %s', (text) => {
    expect(readSchedule(text)).toBeUndefined();
  });

  it.each(['@every 1h', '@midnight', 'TZ=Europe/Berlin 0 0 * * *'])(
    'that the controller cannot read is idle: %s',
    (text) => {
      expect(readSchedule(text)).toBe('idle');
    },
  );
});
