import { expect, it } from 'vitest';
import { foldOf } from './fold.ts';

const many = (count: number): string[] => Array.from({ length: count }, (_, index) => `line ${index}`);

it('leaves forty lines alone', () => {
  expect(foldOf(many(40))).toBeUndefined();
});

it('folds the middle of a long list', () => {
  expect(foldOf(many(60))).toEqual({ from: 14, to: 46, text: '32 lines' });
});

it('folds a description between its name and its status', () => {
  const lines = [
    'Name:  x',
    'Namespace:  y',
    'Metadata:',
    'Spec:',
    ...many(50).map((line) => `  ${line}`),
    'Status:',
    '  State:  Failed',
    'Events:  <none>',
  ];
  expect(foldOf(lines)).toEqual({ from: 1, to: 54, text: 'Namespace, Metadata and Spec, 53 lines' });
});
