import type { DifferenceKind } from '../trace/compare/compare-traces.ts';
import { escapeMarkdown, tableRow } from './markdown-report.ts';

/** A difference as a report tells it. */
export interface ReportedDifference {
  readonly number: number;
  readonly kind: DifferenceKind;
  readonly title: string;
  /** When, milliseconds of its step, as a text: `121 · 52`. */
  readonly at: string;
  /** The step that it belongs to; undefined before the first one. */
  readonly step: number | undefined;
  /** What happened on each side; empty where nothing did. */
  readonly above: string;
  readonly below: string;
}

export interface ComparisonReport {
  /** Name of the scenario. */
  readonly name: string;
  readonly names: { readonly above: string; readonly below: string };
  readonly summary: { readonly headline: string; readonly rest: string };
  readonly seed: number;
  readonly differences: readonly ReportedDifference[];
}

/** More rows than a person reads in an issue. */
const MOST_ROWS = 200;

/** Two runs and what differs between them as Markdown: a sentence, and a table of GitHub's. Texts are escaped. */
export function reportOfComparison({ name, names, summary, seed, differences }: ComparisonReport): string {
  const left = differences.length - MOST_ROWS;
  return [
    `# ${escapeMarkdown(`${name}: ${names.above} and ${names.below}`)}`,
    '',
    `**${escapeMarkdown(summary.headline)}** ${escapeMarkdown(summary.rest)}`,
    '',
    ...(differences.length === 0
      ? []
      : [
          tableRow(['', 'what differs', 'step', 'at, ms', names.above, names.below]),
          '| ---: | --- | ---: | ---: | --- | --- |',
          ...differences.slice(0, MOST_ROWS).map(rowOf),
          '',
          ...(left > 0 ? [`And ${left} more differences.`, ''] : []),
        ]),
    `Simulated with seed ${seed} by Admission Studio.`,
    '',
  ].join('\n');
}

const rowOf = ({ number, kind, title, at, step, above, below }: ReportedDifference): string =>
  tableRow([
    String(number),
    `${title} (${kind})`,
    step === undefined ? '' : String(step),
    at,
    above === '' ? 'none' : above,
    below === '' ? 'none' : below,
  ]);
