import { describe, expect, it } from 'vitest';
import { readTtl } from './ttl.ts';

describe('a TTL label', () => {
  it.each([
    ['10s', 10_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['1week', 604_800_000],
  ])('%s lets an object live for %d ms', (text, lives) => {
    expect(readTtl(text)).toEqual({ lives });
  });

  it.each([
    ['2026-01-02', '2026-01-02T00:00:00.000Z'],
    ['2026-01-02T030405Z', '2026-01-02T03:04:05.000Z'],
  ])('%s lets an object live until %s', (text, until) => {
    expect(readTtl(text)).toEqual({ until: Date.parse(until) });
  });

  it.each([
    ['banana', 'parsing time "banana" as "2006-01-02": cannot parse "banana" as "2006"'],
    ['10ay', 'parsing time "10ay" as "2006-01-02": cannot parse "10ay" as "2006"'],
    ['2026-1-02', 'parsing time "2026-1-02" as "2006-01-02": cannot parse "1-02" as "01"'],
    ['2026-13-02', 'parsing time "2026-13-02": month out of range'],
    ['2026-02-30', 'parsing time "2026-02-30": day out of range'],
    ['2026-02-03x', 'parsing time "2026-02-03x": extra text: "x"'],
  ])('%s is none', (text, error) => {
    expect(readTtl(text)).toEqual({ error });
  });
});
