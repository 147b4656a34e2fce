import { drawBand, drawMark } from './draw-marks.ts';
import type { DrawMore, DrawState, Pen } from './draw-state.ts';
import { forgetFont, setFont, textWidth } from './draw-text.ts';
import { flagWidth } from './flag-place.ts';
import type { FoldBox, Frame } from './layout.ts';
import type { Link } from './links.ts';
import type { Palette } from './palette.ts';

/** Draws one frame. The context is scaled to CSS pixels. */
export function draw(
  ctx: CanvasRenderingContext2D,
  frame: Frame,
  palette: Palette,
  state: DrawState,
  more?: DrawMore,
): void {
  const { width, height, density } = frame;
  const pen: Pen = {
    ctx,
    palette,
    density,
    playhead: frame.playhead.time,
    playheadX: frame.playhead.x,
    width,
    more,
    selected: state.selected,
    chain: state.chain,
    ground: (lane) => (frame.lanes[lane]?.lane.phase === 'background' ? palette.tide : palette.paper),
  };
  forgetFont();
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  ctx.lineJoin = 'miter';
  ctx.lineCap = 'butt';
  ctx.fillStyle = palette.paper;
  ctx.fillRect(0, 0, width, height);
  const pinned = frame.lanes.some(({ lane }) => lane.pinned);
  ctx.save();
  if (pinned) {
    ctx.beginPath();
    ctx.rect(0, frame.pinnedBottom, width, height);
    ctx.clip();
  }
  drawGrounds(pen, frame, false);
  for (const fold of frame.folds) if (!fold.open) drawFold(pen, frame, fold);
  if (state.area !== undefined) pen.more?.drawArea(pen, frame, state.area, false);
  drawShore(pen, frame);
  ctx.restore();
  if (pinned) drawGrounds(pen, frame, true);
  const lit = (link: Link) => state.lit.has(link.from) && state.lit.has(link.to);
  for (const fan of frame.fans) pen.more?.drawFan(pen, fan, state.lit.has(fan.cause));
  for (const link of frame.links) if (!lit(link)) drawLink(pen, link, false);
  for (const link of frame.links) if (lit(link)) drawLink(pen, link, true);
  if (pinned) {
    // Lanes that scroll pass below those that are pinned.
    for (const isPinned of [false, true]) {
      ctx.save();
      ctx.beginPath();
      if (isPinned) ctx.rect(0, 0, width, frame.pinnedBottom);
      else ctx.rect(0, frame.pinnedBottom, width, height);
      ctx.clip();
      const isShown = (lane: number) => frame.lanes[lane]?.lane.pinned === isPinned;
      for (const band of frame.bands) if (isShown(band.lane)) drawBand(pen, band);
      drawMarks(pen, frame, state, isShown);
      ctx.restore();
      forgetFont();
    }
    ctx.fillStyle = palette.line2;
    ctx.fillRect(0, Math.round(frame.pinnedBottom) - 1, width, 1);
  } else {
    if (pen.more === undefined) for (const band of frame.bands) drawBand(pen, band);
    else pen.more.drawBands(pen, frame.bands);
    drawMarks(pen, frame, state, () => true);
  }
  // What leaves a mark is drawn over it: the start dots, and the thread along a row's bottom edge.
  for (const link of frame.links) if (lit(link) && link.kind === 'flow') drawStart(pen, link, true);
  drawPlayhead(pen, frame);
  drawRuler(pen, frame, state.stale);
  if (state.area !== undefined) pen.more?.drawArea(pen, frame, state.area, true);
  for (const flag of state.flags) pen.more?.drawFlag(pen, frame, flag);
  drawPlayheadFlag(pen, frame);
}

function drawMarks(pen: Pen, frame: Frame, state: DrawState, isShown: (lane: number) => boolean): void {
  const { hits, hit } = state;
  for (const box of frame.boxes) {
    if (!isShown(box.lane) || box.y <= frame.density.ruler - box.h) continue;
    drawMark(pen, box);
    if (box.mark.open === true) pen.more?.drawCouldAlso(pen, box);
    if (hits.size > 0) pen.more?.drawHit(pen, box, hits, hit);
  }
}

function drawGrounds({ ctx, palette }: Pen, frame: Frame, pinned: boolean): void {
  const { width, height, density } = frame;
  const lanes = frame.lanes.filter(({ lane }) => lane.pinned === pinned);
  for (const { lane, y, height: h } of lanes) {
    if (lane.phase === 'background' || pinned) {
      ctx.fillStyle = lane.phase === 'background' ? palette.tide : palette.paper;
      ctx.fillRect(0, y, width, h);
    }
  }
  const last = lanes.at(-1);
  const bottom = last === undefined ? density.ruler : last.y + last.height;
  if (!pinned && last?.lane.phase === 'background' && bottom < height) {
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
function drawFold({ ctx, palette }: Pen, { height, density }: Frame, { x0, x1 }: FoldBox): void {
  if (x1 - x0 < 8) {
    ctx.fillStyle = palette.desk;
    ctx.fillRect(x0, density.ruler, Math.max(1, x1 - x0), height);
    return;
  }
  const line = zigzag(height - density.ruler);
  for (const x of [x0, x1]) {
    ctx.save();
    ctx.translate(x, density.ruler);
    ctx.fillStyle = palette.desk;
    // Each edge brings half of the ground between them.
    ctx.scale(x === x0 ? 1 : -1, 1);
    ctx.fill(line.half((x1 - x0) / 2 + 0.5));
    ctx.strokeStyle = palette.line2;
    ctx.lineWidth = 1;
    ctx.stroke(line.edge);
    ctx.restore();
  }
}

/** The edge of a fold from 0 down, and the ground right of it; made once for a height. */
let zigzags:
  | { readonly height: number; readonly edge: Path2D; readonly half: (width: number) => Path2D }
  | undefined;

function zigzag(height: number): NonNullable<typeof zigzags> {
  if (zigzags?.height === height) return zigzags;
  const points: [number, number][] = [];
  for (let y = 0, side = 1; y <= height + 6; y += 6, side = -side) points.push([y === 0 ? 0 : side * 2.2, y]);
  const edge = new Path2D();
  for (const [x, y] of points) edge.lineTo(x, y);
  const halves = new Map<number, Path2D>();
  zigzags = {
    height,
    edge,
    half: (width) => {
      const key = Math.round(width * 4);
      let half = halves.get(key);
      if (half === undefined) {
        if (halves.size > 200) halves.clear();
        half = new Path2D(edge);
        half.lineTo(width, height + 6);
        half.lineTo(width, 0);
        half.closePath();
        halves.set(key, half);
      }
      return half;
    },
  };
  return zigzags;
}

function drawRuler(pen: Pen, frame: Frame, stale: boolean): void {
  const { ctx, palette } = pen;
  const { width, density, ticks, folds, playhead } = frame;
  const h = density.ruler;
  ctx.fillStyle = stale ? palette.desk : palette.paper;
  ctx.fillRect(0, 0, width, h);
  ctx.fillStyle = palette.line2;
  ctx.fillRect(0, h - 1, width, 1);
  setFont(ctx, `400 10.5px ${palette.font}`);
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
  setFont(ctx, `600 10.5px ${palette.font}`);
  for (const { x0, x1, text, open } of folds) {
    ctx.fillStyle = palette.desk;
    const w = textWidth(ctx, text);
    if (open) pen.more?.drawOpenFold(pen, h, x0, x1, text);
    else {
      ctx.fillRect(x0, 0, Math.max(1, x1 - x0), h - 1);
      ctx.fillStyle = palette.ink2;
      if (w + 2 < x1 - x0) ctx.fillText(text, (x0 + x1) / 2 - w / 2, h / 2 - 1);
    }
  }
  if (stale) {
    ctx.strokeStyle = palette.tone.warn;
    ctx.lineWidth = 1.25;
    ctx.beginPath();
    for (let x = 0, up = true; x <= width + 3; x += 3, up = !up) ctx.lineTo(x, h - 1 + (up ? -1.5 : 1.5));
    ctx.stroke();
  }
}

/** The playhead's flag with its time; near the right edge it turns left. */
function drawPlayheadFlag({ ctx, palette }: Pen, { width, density, playhead }: Frame): void {
  const h = density.ruler;
  const flag = { width: flagWidth(playhead.text), x: playhead.x };
  const flagX = flag.x + flag.width > width ? flag.x - flag.width : flag.x;
  if (playhead.x < -1 || playhead.x > width + 1) return;
  ctx.fillStyle = palette.thread;
  ctx.beginPath();
  ctx.roundRect(flagX, 2, flag.width, h - 6, 3);
  ctx.fill();
  setFont(ctx, `600 11px ${palette.font}`);
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
  if (link.kind === 'loop' && link.text !== undefined) pen.more?.drawRound(pen, link, link.text, color);
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
