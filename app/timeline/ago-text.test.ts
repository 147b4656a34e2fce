import { expect, test } from 'vitest';
import { agoText } from './ago-text.ts';

test('how long ago is said in whole seconds, minutes, hours', () => {
  const SECOND = 1000;
  const MINUTE = 60 * SECOND;
  expect([0, 1.4 * SECOND, 2 * SECOND, 59 * SECOND].map(agoText)).toEqual([
    'just now',
    'just now',
    '2 seconds ago',
    '59 seconds ago',
  ]);
  expect([MINUTE, 90 * SECOND, 59 * MINUTE, 60 * MINUTE, 5 * 60 * MINUTE].map(agoText)).toEqual([
    '1 minute ago',
    '2 minutes ago',
    '59 minutes ago',
    '1 hour ago',
    '5 hours ago',
  ]);
});

test('a clock that was set back never gives a time to come', () => {
  expect(agoText(-5000)).toBe('just now');
});
