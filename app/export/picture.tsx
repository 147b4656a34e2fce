import type { ReactNode } from 'react';
import { Mark, type MarkName } from '../ui/marks.tsx';

interface PictureProps {
  readonly title: string;
  readonly subtitle: string;
  /** What is seen, for who does not see it. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  /** Signs of this picture alone, after those of every picture. */
  readonly also?: readonly LegendItem[];
  readonly children: ReactNode;
}

/** A sign of 14 pixels and what it means. */
export interface LegendItem {
  readonly sign: ReactNode;
  readonly text: string;
}

const HEAD = 62;
const MARGIN = 20;
const LEGEND_ROW = 24;

/** What the marks mean; the words are those of the studio. */
const LEGEND: readonly (readonly [MarkName, string])[] = [
  ['allowed', 'allowed, pass'],
  ['denied', 'denied'],
  ['warned', 'warned, audited'],
  ['error', 'error, Failed'],
  ['skipped', 'skipped'],
  ['noise', 'expected noise'],
  ['never-stored', 'never stored'],
  ['stored', 'stored'],
  ['deleted', 'deleted'],
  ['log', 'log line, Event'],
  ['would-be', 'would be: planned or owed, not there'],
];
const NOTE = 'Filled: before the playhead. Outlined: after it. Blue: this story, now.';

/** A picture to take along: title above, legend below, nothing that it needs from outside. */
export function Picture({ title, subtitle, description, width, height, also = [], children }: PictureProps) {
  const items = [...LEGEND.map(([name, text]) => ({ sign: <Mark name={name} size={14} />, text })), ...also];
  const rows = legendRows(items, width - 2 * MARGIN);
  const foot = 26 + rows.length * LEGEND_ROW + 24;
  const whole = HEAD + height + foot;
  return (
    <svg
      xmlns="http://www.w3.org/2000/svg"
      width={width}
      height={whole}
      viewBox={`0 0 ${width} ${whole}`}
      role="img"
      aria-label={title}
    >
      <title>{title}</title>
      <desc>{description}</desc>
      <rect width={width} height={whole} fill="var(--paper)" />
      <text x={MARGIN} y={28} fontSize={18} fontWeight={650} fontFamily="var(--sans)" fill="var(--ink)">
        {title}
      </text>
      <text x={MARGIN} y={49} fontSize={13} fontFamily="var(--sans)" fill="var(--ink2)">
        {subtitle}
      </text>
      <g transform={`translate(0 ${HEAD})`}>{children}</g>
      <path d={`M0 ${HEAD - 0.5}H${width}M0 ${HEAD + height + 0.5}H${width}`} stroke="var(--line2)" />
      <g transform={`translate(${MARGIN} ${HEAD + height + 26})`} data-part="legend">
        {rows.map((row, line) =>
          row.map(({ sign, text, x }) => (
            <g key={text} transform={`translate(${x} ${line * LEGEND_ROW})`}>
              <g transform="translate(0 -11)">{sign}</g>
              <text x={21} fontSize={12.5} fontFamily="var(--sans)" fill="var(--ink)">
                {text}
              </text>
            </g>
          )),
        )}
        <text y={rows.length * LEGEND_ROW} fontSize={12.5} fontFamily="var(--sans)" fill="var(--ink2)">
          {NOTE}
        </text>
      </g>
    </svg>
  );
}

function legendRows(
  items: readonly LegendItem[],
  room: number,
): readonly (readonly (LegendItem & { readonly x: number })[])[] {
  const rows: (LegendItem & { readonly x: number })[][] = [[]];
  let x = 0;
  for (const item of items) {
    const width = 21 + item.text.length * 6.9 + 22;
    if (x > 0 && x + width > room) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1)?.push({ ...item, x: Math.round(x) });
    x += width;
  }
  return rows;
}
