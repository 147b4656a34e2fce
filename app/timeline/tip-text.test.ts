import { expect, test } from 'vitest';
import { seedTrace } from './seed-trace.ts';
import { isExpected, tipSentence } from './tip-text.ts';

const trace = seedTrace();
const { events } = trace;

test('the tooltip of expected noise says that there is nothing to repair', () => {
  const noise = events.filter((event) => isExpected(trace, event));
  expect(noise.length).toBeGreaterThan(0);
  for (const event of noise) expect(tipSentence(trace, event)).toMatch(/^Expected, nothing to repair/);
});

test('what is not a log line is never expected noise', () => {
  for (const event of events) if (event.kind !== 'log') expect(isExpected(trace, event)).toBe(false);
});

test('a tooltip has one sentence in one line, short enough to be read at a glance', () => {
  for (const event of events) {
    const text = tipSentence(trace, event);
    expect(text).not.toMatch(/\n|\s{2}/);
    expect(text.length).toBeLessThanOrEqual(170);
  }
});

test('the denied rule tells its message', () => {
  const denied = events.find((event) => event.kind === 'rule' && event.status === 'fail');
  if (denied?.kind !== 'rule') throw new Error('no rule failed');
  expect(tipSentence(trace, denied)).toContain(denied.message.slice(0, 30));
});
