import { placeDifferences } from '../compare/band-layout.ts';
import { type CompareModel, type NumberedDifference, SIDES, type Side } from '../compare/compare-model.ts';
import { DifferenceMark } from '../compare/difference-mark.tsx';
import { outline } from '../compare/outline.ts';
import { arrange, PLAIN } from '../timeline/arrange.ts';
import * as drawMore from '../timeline/draw-more.ts';
import { contentHeight, type Frame, layout } from '../timeline/layout.ts';
import type { Palette } from '../timeline/palette.ts';
import { Picture } from './picture.tsx';
import { HEADERS, NARROWEST, REGULAR, WIDEST, writeFrame } from './timeline-picture.ts';

export interface ComparisonView {
  readonly name: string;
  readonly names: Readonly<Record<Side, string>>;
  readonly scale: 'matched' | 'clock';
  /** The difference whose marks are outlined. */
  readonly chosen: NumberedDifference | undefined;
}

type Measure = (font: string, text: string) => number;

const BAND = 32;
const ROW = 22;
/** More rows are told by their number: the Markdown has them. */
const MOST_ROWS = 60;
/** Two runs at once stand closer than one. */
const ZOOM = 0.88;

/** Both runs whole on their shared scale, the differences between them and in words below. */
export function ComparisonPicture({
  model,
  view,
  palette,
  measure,
}: {
  readonly model: CompareModel;
  readonly view: ComparisonView;
  readonly palette: Palette;
  readonly measure: Measure;
}) {
  const { summary } = model.comparison;
  const scale = model[view.scale];
  const of = scale.above;
  const zoom = Math.max(Math.min(ZOOM, of.zoomFor(WIDEST)), of.zoomFor(NARROWEST));
  const width = Math.ceil(Math.max(scale.above.width(zoom), scale.below.width(zoom)));
  const drawn = (side: Side) => {
    const frame = frameOf(model, view, side, zoom, width);
    const svg = writeFrame(frame, palette, measure, `${side}-clip`, NOTHING, (ctx) => {
      if (view.chosen !== undefined) outline(ctx, frame, palette, view.chosen.outlined[side]);
    });
    return { svg, height: frame.height };
  };
  const runs = { above: drawn('above'), below: drawn('below') };
  const tops = { above: 0, below: runs.above.height + BAND };
  const foot = tops.below + runs.below.height;
  const whole = HEADERS + width;
  const height = foot + tableHeight(model);
  const marks = placeDifferences(model, scale, zoom, 0, width);
  const font = `500 12px ${palette.font}`;
  return (
    <Picture
      title={`${view.name}: ${view.names.above} and ${view.names.below}`}
      subtitle={`${summary.headline} ${summary.rest}`}
      description={`Two runs on one scale, ${model.differences.length} differences. ${summary.headline}`}
      width={whole}
      height={height}
      also={(['only above', 'only below', 'other outcome'] as const).map((kind) => ({
        sign: (
          <g color="var(--ink)">
            <DifferenceMark kind={kind} />
          </g>
        ),
        text: kind,
      }))}
    >
      {SIDES.map((side) => (
        <g key={side} data-run={side} transform={`translate(0 ${tops[side]})`}>
          {/* biome-ignore lint/security/noDangerouslySetInnerHtml: written by SvgContext, which escapes every text */}
          <g dangerouslySetInnerHTML={{ __html: runs[side].svg }} />
          <Words x={28} y={REGULAR.ruler - 7} text={view.names[side]} weight={650} />
        </g>
      ))}
      <g transform={`translate(0 ${runs.above.height})`}>
        <rect width={whole} height={BAND} fill="var(--desk)" />
        <path d={`M0 .5H${whole}M0 ${BAND - 0.5}H${whole}`} stroke="var(--line2)" />
        <Words x={28} y={20} text={`Differences ${model.differences.length}`} weight={600} />
        {marks.map(({ difference, x, words, bracket }) => (
          <g key={difference.number} transform={`translate(${HEADERS} 0)`}>
            {bracket !== undefined && (
              <path
                d={`M${Math.max(0, bracket.from)} 30V24H${bracket.to}V30`}
                fill="none"
                stroke="var(--ink)"
              />
            )}
            <g transform={`translate(${x} 0)`} color="var(--ink)">
              {bracket !== undefined && (
                <rect
                  x={-5}
                  y={8}
                  width={
                    10 +
                    (words > 70
                      ? 30 + measure(font, clipTo(measure, font, difference.title, words - 32))
                      : 26)
                  }
                  height={20}
                  fill="var(--desk)"
                />
              )}
              <g transform="translate(0 9)">
                <DifferenceMark kind={difference.kind} />
              </g>
              <Words x={17} y={20} text={String(difference.number)} weight={600} />
              {words > 70 && (
                <Words x={30} y={20} text={clipTo(measure, font, difference.title, words - 32)} tone="ink2" />
              )}
            </g>
          </g>
        ))}
      </g>
      <Table model={model} view={view} top={foot} width={whole} measure={measure} font={font} />
    </Picture>
  );
}

const NOTHING = {
  selected: undefined,
  chain: undefined,
  lit: new Set<never>(),
  stale: false,
  area: undefined,
  hits: new Set<never>(),
  hit: undefined,
  flags: [],
};

/** The whole of a run, when everything has happened. */
function frameOf(model: CompareModel, view: ComparisonView, side: Side, zoom: number, width: number): Frame {
  const own = model[side];
  const scale = model[view.scale][side];
  return layout(
    own,
    {
      width,
      // A height that no screen has, as in the picture of one run.
      height: Math.ceil(contentHeight(arrange(own, PLAIN), REGULAR)) + 0.25,
      scale,
      placed: scale.at(zoom),
      scrollX: 0,
      edge: width,
      scrollY: 0,
      arrangement: PLAIN,
      playhead: own.end,
      lit: NOTHING.lit,
    },
    drawMore,
  );
}

const rowsOf = ({ differences }: CompareModel) => differences.slice(0, MOST_ROWS);

function tableHeight(model: CompareModel): number {
  const left = model.differences.length - rowsOf(model).length;
  return (rowsOf(model).length + (left > 0 ? 1 : 0) + 1) * ROW + 14;
}

function Table({
  model,
  view,
  top,
  width,
  measure,
  font,
}: {
  readonly model: CompareModel;
  readonly view: ComparisonView;
  readonly top: number;
  readonly width: number;
  readonly measure: Measure;
  readonly font: string;
}) {
  const rows = rowsOf(model);
  const left = model.differences.length - rows.length;
  // As wide as a page at most: a run of a metre is no reason to read one.
  const room = Math.min(width, 1800) - 40;
  const columns = { what: 20, at: 20 + room * 0.24, above: 20 + room * 0.32, below: 20 + room * 0.66 };
  const cell = (
    text: string,
    x: number,
    to: number,
    more: { readonly tone?: string; readonly weight?: number } = {},
  ) => <Words x={x} y={15} text={clipTo(measure, font, text, to - x - 12)} {...more} />;
  return (
    <g transform={`translate(0 ${top + 8})`} data-part="differences">
      <rect y={-8} width={width} height={tableHeight(model)} fill="var(--paper)" />
      <path d={`M0 -7.5H${width}`} stroke="var(--line2)" />
      {cell('What differs', columns.what + 44, columns.at, { tone: 'ink2' })}
      {cell('at, ms', columns.at, columns.above, { tone: 'ink2' })}
      {cell(view.names.above, columns.above, columns.below, { tone: 'ink2' })}
      {cell(view.names.below, columns.below, room + 20, { tone: 'ink2' })}
      {rows.map((difference, index) => (
        <g key={difference.number} transform={`translate(0 ${(index + 1) * ROW})`}>
          <path d={`M${columns.what} .5H${room + 20}`} stroke="var(--line)" />
          <g transform={`translate(${columns.what} 4.5)`} color="var(--ink)">
            <DifferenceMark kind={difference.kind} />
          </g>
          <Words x={columns.what + 22} y={15} text={String(difference.number)} />
          {cell(difference.title, columns.what + 44, columns.at, { weight: 600 })}
          {cell(difference.at, columns.at, columns.above, { tone: 'ink2' })}
          {cell(difference.above || 'none', columns.above, columns.below, toneOf(difference.above))}
          {cell(difference.below || 'none', columns.below, room + 20, toneOf(difference.below))}
        </g>
      ))}
      {left > 0 && (
        <Words x={columns.what} y={(rows.length + 1) * ROW + 15} text={`and ${left} more`} tone="ink2" />
      )}
    </g>
  );
}

const toneOf = (text: string) => ({ tone: text === '' ? 'ink3' : 'ink' });

function Words({
  x,
  y,
  text,
  tone = 'ink',
  weight = 400,
}: {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly tone?: string;
  readonly weight?: number;
}) {
  return (
    <text x={x} y={y} fontSize={12} fontWeight={weight} fontFamily="var(--sans)" fill={`var(--${tone})`}>
      {text}
    </text>
  );
}

/** A text on one line, cut where its room ends. */
function clipTo(measure: Measure, font: string, text: string, room: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (measure(font, line) <= room) return line;
  let end = Math.min(line.length, Math.max(1, Math.floor(room / 4)));
  while (end > 1 && measure(font, `${line.slice(0, end)}…`) > room) end -= 1;
  return `${line.slice(0, end).trimEnd()}…`;
}
