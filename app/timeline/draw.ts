import type { EventId } from '../../src/index.ts';
import { drawBand, drawMark, type Pen } from './draw-marks.ts';
import { textWidth } from './draw-text.ts';
import { flagWidth } from './hit-test.ts';
import type { Frame } from './layout.ts';
import type { Link } from './links.ts';
import type { Palette } from './palette.ts';

export interface DrawState {
  readonly selected: EventId | undefined;
  /** The chain of the selection: all else is drawn as the future is. */
  readonly chain: ReadonlySet<EventId> | undefined;
  /** The thread: the path to the present moment, or the chain. */
  readonly lit: ReadonlySet<EventId>;
  /** The trace is of an older text: ruler torn. */
  readonly stale: boolean;
}

/** Draws one frame. The context is scaled to CSS pixels. */
export function draw(ctx: CanvasRenderingContext2D, frame: Frame, palette: Palette, state: DrawState): void {
  const { width, height, density } = frame;
  const pen: Pen = {
    ctx,
    palette,
    density,
    playhead: frame.playhead.time,
    playheadX: frame.playhead.x,
    width,
    selected: state.selected,
    chain: state.chain,
    ground: (lane) => (frame.lanes[lane]?.lane.phase === 'background' ? palette.tide : palette.paper),
  };
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  ctx.lineJoin = 'miter';
  ctx.lineCap = 'butt';
  ctx.fillStyle = palette.paper;
  ctx.fillRect(0, 0, width, height);
  drawGrounds(pen, frame);
  for (const fold of frame.folds) drawFold(pen, frame, fold);
  drawShore(pen, frame);
  const lit = (link: Link) => state.lit.has(link.from) && state.lit.has(link.to);
  for (const link of frame.links) if (!lit(link)) drawLink(pen, link, false);
  for (const link of frame.links) if (lit(link)) drawLink(pen, link, true);
  for (const band of frame.bands) drawBand(pen, band);
  for (const box of frame.boxes) if (box.y > density.ruler - box.h) drawMark(pen, box);
  // What leaves a mark is drawn over it: the start dots, and the thread along a row's bottom edge.
  for (const link of frame.links) if (lit(link) && link.kind === 'flow') drawStart(pen, link, true);
  drawPlayhead(pen, frame);
  drawRuler(pen, frame, state.stale);
}

function drawGrounds({ ctx, palette }: Pen, frame: Frame): void {
  const { width, height, density, lanes } = frame;
  for (const { lane, y, height: h } of lanes) {
    if (lane.phase === 'background') {
      ctx.fillStyle = palette.tide;
      ctx.fillRect(0, y, width, h);
    }
  }
  const last = lanes.at(-1);
  const bottom = last === undefined ? density.ruler : last.y + last.height;
  if (last?.lane.phase === 'background' && bottom < height) {
    ctx.fillStyle = palette.tide;
    ctx.fillRect(0, bottom, width, height - bottom);
  }
  ctx.fillStyle = palette.line;
  for (const { text, x } of frame.ticks) {
    if (text !== '' && x > 0 && x < width) ctx.fillRect(Math.round(x), density.ruler, 1, height);
  }
  for (const { y, height: h } of lanes) ctx.fillRect(0, Math.round(y + h) - 1, width, 1);
}

function drawShore({ ctx, palette }: Pen, { shore, width }: Frame): void {
  if (shore === undefined) return;
  ctx.fillStyle = palette.desk;
  ctx.fillRect(0, shore.y, width, shore.height);
  ctx.fillStyle = palette.line2;
  ctx.fillRect(0, Math.round(shore.y), width, 1);
  ctx.fillRect(0, Math.round(shore.y + shore.height) - 1, width, 1);
}

/** Desk between two zigzags. */
function drawFold({ ctx, palette }: Pen, { height, density }: Frame, fold: Frame['folds'][number]): void {
  const { x0, x1 } = fold;
  const edge = (x: number, path: Path2D, up: boolean, begin: boolean) => {
    const from = up ? height : density.ruler;
    const step = up ? -6 : 6;
    let side = 1;
    for (let y = from; up ? y >= density.ruler - 6 : y <= height + 6; y += step) {
      if (begin && y === from) path.moveTo(x, y);
      else path.lineTo(x + side * 2.2, y);
      side = -side;
    }
  };
  const area = new Path2D();
  edge(x0, area, false, true);
  edge(x1, area, true, false);
  area.closePath();
  ctx.fillStyle = palette.desk;
  ctx.fill(area);
  ctx.strokeStyle = palette.line2;
  ctx.lineWidth = 1;
  for (const x of [x0, x1]) {
    const line = new Path2D();
    edge(x, line, false, true);
    ctx.stroke(line);
  }
}

function drawRuler(pen: Pen, frame: Frame, stale: boolean): void {
  const { ctx, palette } = pen;
  const { width, density, ticks, folds, playhead } = frame;
  const h = density.ruler;
  ctx.fillStyle = stale ? palette.desk : palette.paper;
  ctx.fillRect(0, 0, width, h);
  ctx.fillStyle = palette.line2;
  ctx.fillRect(0, h - 1, width, 1);
  ctx.font = `400 10.5px ${palette.font}`;
  const flag = { width: flagWidth(playhead.text), x: playhead.x };
  const flagX = flag.x + flag.width > width ? flag.x - flag.width : flag.x;
  for (const { x, text } of ticks) {
    if (x < -40 || x > width + 40) continue;
    ctx.fillStyle = palette.line2;
    ctx.fillRect(Math.round(x), h - 6, 1, 5);
    const w = textWidth(ctx, text);
    const left = x - w / 2;
    if (playhead.x >= -1 && left < flagX + flag.width + 3 && left + w > flagX - 3) continue;
    ctx.fillStyle = palette.ink3;
    if (x >= 0) ctx.fillText(text, Math.max(left, 2), h / 2 - 1);
  }
  for (const { x0, x1, text } of folds) {
    ctx.fillStyle = palette.desk;
    ctx.fillRect(x0, 0, x1 - x0, h - 1);
    ctx.font = `600 10.5px ${palette.font}`;
    ctx.fillStyle = palette.ink2;
    ctx.fillText(text, (x0 + x1) / 2 - textWidth(ctx, text) / 2, h / 2 - 1);
  }
  if (stale) {
    ctx.strokeStyle = palette.tone.warn;
    ctx.lineWidth = 1.25;
    ctx.beginPath();
    for (let x = 0, up = true; x <= width + 3; x += 3, up = !up) ctx.lineTo(x, h - 1 + (up ? -1.5 : 1.5));
    ctx.stroke();
  }
  if (playhead.x < -1 || playhead.x > width + 1) return;
  ctx.fillStyle = palette.thread;
  ctx.beginPath();
  ctx.roundRect(flagX, 2, flag.width, h - 6, 3);
  ctx.fill();
  ctx.font = `600 11px ${palette.font}`;
  ctx.fillStyle = palette.glyph;
  ctx.fillText(playhead.text, flagX + (flag.width - textWidth(ctx, playhead.text)) / 2, h / 2 - 0.5);
  ctx.fillStyle = palette.thread;
  ctx.fillRect(playhead.x - 0.875, 4, 1.75, h);
}

function drawPlayhead({ ctx, palette }: Pen, { playhead, height, width, density }: Frame): void {
  if (playhead.x < -2 || playhead.x > width + 2) return;
  ctx.fillStyle = palette.thread;
  ctx.fillRect(playhead.x - 0.875, density.ruler - 4, 1.75, height);
}

function traceLink(ctx: CanvasRenderingContext2D, { points }: Link, radius: number): void {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return;
  ctx.beginPath();
  ctx.moveTo(first.x, first.y);
  for (let i = 1; i < points.length - 1; i++) {
    const before = points[i - 1] ?? first;
    const at = points[i] ?? first;
    const next = points[i + 1] ?? last;
    const r = Math.min(radius, length(before, at) / 2, length(at, next) / 2);
    ctx.arcTo(at.x, at.y, next.x, next.y, r);
  }
  ctx.lineTo(last.x, last.y);
}

const length = (
  a: { readonly x: number; readonly y: number },
  b: { readonly x: number; readonly y: number },
) => Math.abs(a.x - b.x) + Math.abs(a.y - b.y);

function drawLink(pen: Pen, link: Link, lit: boolean): void {
  const { ctx, palette } = pen;
  const refused = link.kind === 'refusal';
  const hair = link.kind === 'question' || link.kind === 'answer';
  const color = refused ? palette.tone.deny : lit ? palette.thread : palette.ink3;
  if (lit && !refused) {
    ctx.strokeStyle = palette.paper;
    ctx.lineWidth = 5;
    traceLink(ctx, link, 5.5);
    ctx.stroke();
  }
  ctx.strokeStyle = color;
  ctx.globalAlpha = lit || refused ? 1 : 0.75;
  ctx.lineWidth = lit ? 2 : hair ? 1 : 1.25;
  if (refused) {
    ctx.lineWidth = 1.25;
    ctx.setLineDash([3, 3]);
  }
  traceLink(ctx, link, 5.5);
  ctx.stroke();
  ctx.setLineDash([]);
  if (link.kind !== 'answer') drawHead(ctx, link, lit ? 6.5 : 5.5, color);
  ctx.globalAlpha = 1;
  if (link.kind === 'flow' && !lit) drawStart(pen, link, false);
}

function drawHead(ctx: CanvasRenderingContext2D, { points }: Link, size: number, color: string): void {
  const tip = points.at(-1);
  const before = points.at(-2);
  if (tip === undefined || before === undefined) return;
  const dx = Math.sign(tip.x - before.x);
  const dy = Math.sign(tip.y - before.y);
  ctx.fillStyle = color;
  ctx.beginPath();
  ctx.moveTo(tip.x, tip.y);
  if (dx !== 0) {
    ctx.lineTo(tip.x - dx * size, tip.y - size * 0.45);
    ctx.lineTo(tip.x - dx * size, tip.y + size * 0.45);
  } else {
    ctx.lineTo(tip.x - size * 0.45, tip.y - dy * size);
    ctx.lineTo(tip.x + size * 0.45, tip.y - dy * size);
  }
  ctx.fill();
}

function drawStart({ ctx, palette }: Pen, { points }: Link, lit: boolean): void {
  const first = points[0];
  if (first === undefined) return;
  const second = points[1];
  ctx.fillStyle = lit ? palette.thread : palette.ink3;
  if (lit && second !== undefined && second.y === first.y && Math.abs(second.x - first.x) > 12) {
    ctx.fillRect(Math.min(first.x, second.x), first.y - 1, Math.abs(second.x - first.x), 2);
    return;
  }
  ctx.beginPath();
  ctx.arc(first.x, first.y, lit ? 2.8 : 2, 0, 7);
  ctx.fill();
}
