import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../base/json.ts';
import { checkSelector, matchLabelSelector, parseLabelSelector } from './label-selector.ts';

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

  const name = fc.constantFrom('a', 'b', 'c');
  const anyLabels = fc.dictionary(name, name).map((record) => Object.entries(record));
  const listed = fc.uniqueArray(name, { minLength: 1 });
  const matches = (selector: Json, present: readonly (readonly [string, string])[]): boolean => {
    const parsed = parseLabelSelector(selector);
    if ('error' in parsed) throw new Error(parsed.error);
    return matchLabelSelector(parsed.selector, present);
  };
  const expression = (key: string, operator: string, values: readonly string[] = []): Json => ({
    matchExpressions: [{ key, operator, values }],
  });

  it('has NotIn and DoesNotExist as the opposites of In and Exists', () => {
    fc.assert(
      fc.property(anyLabels, name, listed, (present, key, values) => {
        const found = new Map(present).get(key);
        expect(matches(expression(key, 'In', values), present)).toBe(
          found !== undefined && values.includes(found),
        );
        expect(matches(expression(key, 'NotIn', values), present)).toBe(
          !matches(expression(key, 'In', values), present),
        );
        expect(matches(expression(key, 'Exists'), present)).toBe(found !== undefined);
        expect(matches(expression(key, 'DoesNotExist'), present)).toBe(found === undefined);
      }),
    );
  });

  it('asks all of its requirements, and a label is an In of one value', () => {
    const requirement = fc.record({
      key: name,
      operator: fc.constantFrom('In', 'NotIn'),
      values: listed,
    });
    fc.assert(
      fc.property(anyLabels, fc.array(requirement), name, name, (present, requirements, key, value) => {
        const each = requirements.map((one) => matches({ matchExpressions: [one] }, present));
        const label = matches(expression(key, 'In', [value]), present);
        expect(matches({ matchExpressions: requirements }, present)).toBe(!each.includes(false));
        expect(matches({ matchLabels: { [key]: value } }, present)).toBe(label);
        expect(matches({ matchLabels: { [key]: value }, matchExpressions: requirements }, present)).toBe(
          label && !each.includes(false),
        );
      }),
    );
  });
});
