import { describe, expect, it } from 'vitest';
import { formatDenial } from './denial-text.ts';

const text = (message: string, fold: boolean, rule = 'long'): string =>
  formatDenial(
    { kind: 'ConfigMap', namespace: 'ns', name: 'a' },
    new Map([['long-text', new Map([[rule, message]])]]),
    fold,
  );

describe('the text of a denial', () => {
  const long =
    'validation error: The label team is required on every object of this namespace: please ask the platform team, see the handbook chapter 12, section ownership, for the list of values. rule long failed at path /metadata/labels/';

  it('folds at the first blank beyond column 80 up to 1.18', () => {
    expect(text(long, true).split('\n').slice(4)).toEqual([
      'long-text:',
      "  long: 'validation error: The label team is required on every object of this namespace:",
      '    please ask the platform team, see the handbook chapter 12, section ownership,',
      "    for the list of values. rule long failed at path /metadata/labels/'",
      '',
    ]);
  });

  it('keeps one line from 1.19 on', () => {
    expect(text(long, false).split('\n').slice(4)).toEqual(['long-text:', `  long: '${long}'`, '']);
  });

  it('writes several lines as a literal block, never folded', () => {
    expect(text('first line\nsecond line', true)).toContain('  long: |-\n    first line\n    second line\n');
  });

  it('doubles single quotes and leaves plain texts plain', () => {
    expect(text("label 'team': no", false)).toContain("  long: 'label ''team'': no'\n");
    expect(text('no way', false)).toContain('  long: no way\n');
    expect(text('true', false)).toContain('  long: "true"\n');
  });

  it('sorts policies and rules, digits as numbers', () => {
    const violations = new Map([
      ['b', new Map([['r', 'x']])],
      ['a10', new Map([['r', 'x']])],
      ['a9', new Map([['r', 'x']])],
    ]);
    const lines = formatDenial({ kind: 'Namespace', namespace: '', name: 'n' }, violations, false);
    expect(lines).toContain('resource Namespace//n was blocked');
    expect(lines.match(/^\w+:$/gm)).toEqual(['a9:', 'a10:', 'b:']);
  });
});
