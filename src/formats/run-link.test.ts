import { expect, it } from 'vitest';
import { readRunLink } from './run-link.ts';

it('reads one version to run on, and two to compare', () => {
  expect(readRunLink('#version=1.18')).toEqual({ version: '1.18' });
  expect(readRunLink('#compare=1.18/1.19')).toEqual({ above: '1.18', below: '1.19' });
});

it.each([
  '#version=1.10',
  '#version=1.18/1.19',
  '#compare=1.18',
  '#compare=1.18/2.0',
  '#moment=1/step',
  'version=1.18',
])('takes %s for no link to a run', (hash) => {
  expect(readRunLink(hash)).toBeUndefined();
});
