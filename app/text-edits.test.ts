import { expect, test } from 'vitest';
import { applyEdits } from './text-edits.ts';

test('edits of one file do not move each other', () => {
  const files = [{ path: 'a.yaml', text: 'one two three' }];
  const edits = [
    { file: 'a.yaml', range: { start: 0, end: 3 }, text: 'first' },
    { file: 'a.yaml', range: { start: 8, end: 13 }, text: '3' },
  ];
  expect(applyEdits(files, edits)).toEqual([{ path: 'a.yaml', text: 'first two 3' }]);
});

test('an edit of a file that is not there changes nothing', () => {
  expect(applyEdits([], [{ file: 'a.yaml', range: { start: 0, end: 0 }, text: 'x' }])).toEqual([]);
});
