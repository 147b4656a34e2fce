import { describe, expect, it } from 'vitest';
import { checkSelector, parseLabelSelector } from './label-selector.ts';

const labels = [
  ['app', 'web'],
  ['tier', 'fe'],
] as const;

describe('a label selector', () => {
  it('matches everything when empty', () => {
    expect(checkSelector({}, [])).toEqual({ matches: true });
  });

  it('expands wildcards against the labels there are', () => {
    expect(checkSelector({ matchLabels: { 'a*': 'w?b' } }, labels)).toEqual({ matches: true });
  });

  it('does not match, and is no error, when its wildcards fit no label', () => {
    expect(checkSelector({ matchLabels: { 'x*': 'y*' } }, labels)).toEqual({ matches: false });
  });

  it('holds NotIn and DoesNotExist for labels that are not there', () => {
    const matchExpressions = [
      { key: 'zone', operator: 'NotIn', values: ['a'] },
      { key: 'zone', operator: 'DoesNotExist' },
    ];
    expect(checkSelector({ matchExpressions }, labels)).toEqual({ matches: true });
  });

  it('refuses an operator it does not know, in Kubernetes’ words', () => {
    expect(parseLabelSelector({ matchExpressions: [{ key: 'a', operator: 'Has' }] })).toEqual({
      error: '"Has" is not a valid label selector operator',
    });
  });

  it('reads labels named like parts of every object as plain keys', () => {
    expect(checkSelector(JSON.parse('{"matchLabels": {"__proto__": "x"}}'), [])).toHaveProperty('error');
    expect(checkSelector({ matchLabels: { constructor: 'x' } }, [])).toEqual({ matches: false });
  });
});
