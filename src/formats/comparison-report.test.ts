import { describe, expect, it } from 'vitest';
import { type ReportedDifference, reportOfComparison } from './comparison-report.ts';

const difference = (number: number, more: Partial<ReportedDifference> = {}): ReportedDifference => ({
  number,
  kind: 'only below',
  title: 'Attempts 2 to 5',
  at: '45–436',
  step: 1,
  above: '',
  below: 'Failed 1 to 4',
  ...more,
});

const report = (differences: readonly ReportedDifference[]): string =>
  reportOfComparison({
    name: 'bad-namespace',
    names: { above: 'Kyverno 1.18', below: 'Kyverno 1.19' },
    summary: { headline: '1.18 does. 1.19 does not.', rest: 'In both, Kyverno denies.' },
    seed: 1,
    differences,
  });

const cells = (row: string): number => row.replaceAll(/\\./g, '').split('|').length - 2;

describe('the report of a comparison', () => {
  it('has the sentence, and a row for each difference with both sides', () => {
    const text = report([difference(1), difference(2, { kind: 'other outcome', above: 'completed' })]);
    expect(text.split('\n').slice(0, 3)).toEqual([
      '# bad-namespace: Kyverno 1.18 and Kyverno 1.19',
      '',
      '**1.18 does. 1.19 does not.** In both, Kyverno denies.',
    ]);
    expect(text).toContain('| 1 | Attempts 2 to 5 (only below) | 1 | 45–436 | none | Failed 1 to 4 |');
    expect(text).toContain(
      '| 2 | Attempts 2 to 5 (other outcome) | 1 | 45–436 | completed | Failed 1 to 4 |',
    );
  });

  it('has no table if nothing differs', () => {
    expect(report([])).not.toContain('|');
  });

  it('has rows of six cells, whatever a text holds', () => {
    const rows = report([difference(1, { title: 'a | b\n| c', above: '`|`', below: '<b>|</b>' })])
      .split('\n')
      .filter((line) => line.startsWith('|'));
    expect(rows.map(cells)).toEqual([6, 6, 6]);
  });

  it('tells how many rows it leaves out', () => {
    const text = report(Array.from({ length: 203 }, (_, i) => difference(i + 1)));
    expect(text).toContain('And 3 more differences.');
    expect(text.split('\n').filter((line) => line.startsWith('|'))).toHaveLength(202);
  });
});
