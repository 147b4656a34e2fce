import type { CSSProperties, KeyboardEvent, ReactNode } from 'react';
import type { EventId } from '../../../src/index.ts';
import { PART_PATHS } from '../../ui/part-paths.ts';
import type { Point, Spot } from './stage-layout.ts';
import { pathOf } from './stage-layout.ts';

/** Colour roles of the theme; exported pictures have their values in their place. */
export const role = (name: string): string => `var(--${name})`;

interface TextProps {
  readonly at: Point & { readonly anchor?: Spot['anchor'] };
  readonly size: number;
  readonly children: string;
  readonly weight?: number;
  readonly color?: string;
  readonly mono?: boolean;
}

/** A line of text on its base line. */
export function Words({ at, size, children, weight = 500, color = 'ink', mono = false }: TextProps) {
  if (children === '') return null;
  return (
    <text
      x={round(at.x)}
      y={round(at.y)}
      textAnchor={at.anchor ?? 'start'}
      fontSize={round(size)}
      fontWeight={weight}
      fontFamily={role(mono ? 'mono' : 'sans')}
      fill={role(color)}
    >
      {children}
    </text>
  );
}

/** Part of the system as a line icon; `at` is its middle. */
export function PartIcon({
  part,
  at,
  size = 18,
  color = 'ink2',
}: {
  readonly part: keyof typeof PART_PATHS;
  readonly at: Point;
  readonly size?: number;
  readonly color?: string;
}) {
  const scale = size / 15;
  return (
    <path
      d={PART_PATHS[part]}
      transform={`translate(${round(at.x - size / 2)} ${round(at.y - size / 2)}) scale(${round(scale)})`}
      fill="none"
      stroke={role(color)}
      strokeWidth="1.25"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  );
}

interface LineProps {
  readonly points: readonly Point[];
  readonly tone: 'thread' | 'idle' | 'owed' | 'deny' | 'guide';
  readonly head?: boolean;
}

const LINES: Readonly<
  Record<LineProps['tone'], { readonly color: string; readonly width: number; readonly dash?: string }>
> = {
  thread: { color: 'thread', width: 3 },
  idle: { color: 'ink3', width: 1.5 },
  owed: { color: 'ink2', width: 1.6, dash: '4 5' },
  deny: { color: 'ink2', width: 2.2, dash: '3 5' },
  guide: { color: 'line2', width: 1.25 },
};

/** A line of the circuit, with right angles; the lit one has an arrow head and a casing of the ground. */
export function Line({ points, tone, head = false }: LineProps) {
  const last = points.at(-1);
  const before = points.at(-2);
  if (last === undefined || before === undefined) return null;
  const { color, width, dash } = LINES[tone];
  return (
    <>
      <path
        d={pathOf(points)}
        fill="none"
        stroke={role(color)}
        strokeWidth={width}
        strokeLinecap={dash === undefined ? 'butt' : 'round'}
        {...(dash === undefined ? {} : { strokeDasharray: dash })}
      />
      {head && <Head from={before} to={last} color={color} size={tone === 'thread' ? 10 : 8} />}
    </>
  );
}

function Head({
  from,
  to,
  color,
  size,
}: {
  readonly from: Point;
  readonly to: Point;
  readonly color: string;
  readonly size: number;
}) {
  const angle = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
  return (
    <path
      d={`M1.5 0L${-size} ${-size * 0.55}V${size * 0.55}Z`}
      transform={`translate(${round(to.x)} ${round(to.y)}) rotate(${round(angle)})`}
      fill={role(color)}
    />
  );
}

interface ItemProps {
  /** What it is and how it stands, for who does not see it. */
  readonly label: string;
  readonly event: EventId | undefined;
  readonly selected: boolean;
  /** Another place has the light. */
  readonly dimmed?: boolean;
  readonly onSelect?: ((event: EventId) => void) | undefined;
  /** Kept from one frame to the next, so that a test can find it. */
  readonly part: string;
  readonly style?: CSSProperties;
  readonly children: ReactNode;
}

/** Something on the Stage that stands for an event: a press or Enter selects it. In an exported picture just its drawing. */
export function Item({ label, event, selected, onSelect, part, children, dimmed = false }: ItemProps) {
  const className = dimmed ? 'stage-item dimmed' : 'stage-item';
  if (onSelect === undefined || event === undefined) return <g data-part={part}>{children}</g>;
  const onKeyDown = (key: KeyboardEvent): void => {
    if (key.key !== 'Enter' && key.key !== ' ') return;
    key.preventDefault();
    key.stopPropagation();
    onSelect(event);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a button of HTML cannot stand in an SVG
    <g
      className={className}
      data-part={part}
      role="button"
      tabIndex={0}
      aria-label={label}
      aria-pressed={selected}
      onClick={() => onSelect(event)}
      onKeyDown={onKeyDown}
    >
      {children}
    </g>
  );
}

/** Ring around what is selected, off the shape. */
export function Ring({
  x,
  y,
  w,
  h,
}: {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}) {
  return (
    <rect
      x={round(x - 4)}
      y={round(y - 4)}
      width={round(w + 8)}
      height={round(h + 8)}
      rx="9"
      fill="none"
      stroke={role('thread')}
      strokeWidth="2"
    />
  );
}

export const round = (value: number): number => Math.round(value * 100) / 100;
