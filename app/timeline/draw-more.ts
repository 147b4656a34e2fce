import type { EventId } from '../../src/index.ts';
import { drawGlyph } from './draw-glyphs.ts';
import { glyphSize, rounded, stateOf } from './draw-marks.ts';
import type { DrawState, Pen } from './draw-state.ts';
import { fitText, setFont, textWidth } from './draw-text.ts';
import type { Fan } from './fans.ts';
import { flagCovers, flagWidth } from './flag-place.ts';
import type { Box } from './geometry.ts';
import { groupState } from './group-state.ts';
import type { Frame } from './layout.ts';
import type { Link } from './links.ts';
import { GLYPH } from './marks.ts';
import { mixColor } from './palette.ts';

/** A line at the foot of what was found. */
export function drawHit(
  { ctx, palette }: Pen,
  { mark, x, y, w, h }: Box,
  hits: ReadonlySet<EventId>,
  hit: EventId | undefined,
): void {
  if (!hits.has(mark.event) && mark.also?.some((one) => hits.has(one)) !== true) return;
  ctx.fillStyle = mark.event === hit ? palette.thread : palette.ink;
  const isPoint = mark.shape === 'point';
  ctx.fillRect(isPoint ? x - 7 : x, y + h - 1, isPoint ? 14 : w, 2);
}

/** A fork above the mark's end: a real cluster could also have gone the other way. */
export function drawCouldAlso({ ctx, palette }: Pen, { x, y, w }: Box): void {
  if (w < 14) return;
  const right = x + w - 1;
  const fork = (): void => {
    ctx.beginPath();
    ctx.moveTo(right - 13, y);
    ctx.lineTo(right - 8, y);
    ctx.lineTo(right - 1, y - 5);
    ctx.moveTo(right - 8, y);
    ctx.lineTo(right - 1, y + 5);
    ctx.stroke();
  };
  ctx.strokeStyle = palette.paper;
  ctx.lineWidth = 4.5;
  fork();
  ctx.strokeStyle = palette.ink;
  ctx.lineWidth = 1.5;
  fork();
}

/** The stretch that is measured: its ground below the marks, its edges and its length above them. */
export function drawArea(
  { ctx, palette }: Pen,
  { height, density }: Frame,
  { x0, x1, text }: NonNullable<DrawState['area']>,
  above: boolean,
): void {
  const w = Math.max(1, x1 - x0);
  if (!above) {
    ctx.globalAlpha = 0.42;
    ctx.fillStyle = palette.tintThread;
    ctx.fillRect(x0, density.ruler, w, height);
    ctx.globalAlpha = 1;
    return;
  }
  ctx.fillStyle = palette.thread;
  ctx.fillRect(x0 - 0.6, density.ruler - 2, 1.25, height);
  ctx.fillRect(x1 - 0.6, density.ruler - 2, 1.25, height);
  ctx.fillStyle = palette.tintThread;
  ctx.strokeStyle = palette.thread;
  ctx.lineWidth = 1.25;
  ctx.beginPath();
  ctx.roundRect(x0, 2, Math.max(4, w), density.ruler - 5, 3);
  ctx.fill();
  ctx.stroke();
  setFont(ctx, `600 10.5px ${palette.font}`);
  const words = `selected, ${text}`;
  const shown = textWidth(ctx, words) + 10 < w ? words : textWidth(ctx, text) + 8 < w ? text : '';
  ctx.fillStyle = palette.ink;
  ctx.fillText(shown, (x0 + x1 - textWidth(ctx, shown)) / 2, density.ruler / 2);
}

/** A pennant in the ruler with the beginning of its note. */
export function drawFlag({ ctx, palette }: Pen, frame: Frame, { x, note }: DrawState['flags'][number]): void {
  const { density, width } = frame;
  if (x < -2 || x > width + 2) return;
  ctx.fillStyle = palette.ink;
  ctx.fillRect(x - 0.6, 3, 1.25, density.ruler - 4);
  ctx.beginPath();
  ctx.moveTo(x, 3);
  ctx.lineTo(x + 9, 6.5);
  ctx.lineTo(x, 10);
  ctx.fill();
  setFont(ctx, `600 10.5px ${palette.font}`);
  const text = fitText(ctx, note, 110);
  if (text === '') return;
  const w = textWidth(ctx, text);
  // The playhead's flag stands before the words.
  const left = flagCovers(frame, x + 12) ? frame.playhead.x + flagWidth(frame.playhead.text) + 2 : x + 10;
  ctx.fillStyle = palette.sheet;
  ctx.fillRect(left, 2, w + 4, density.ruler - 5);
  ctx.fillStyle = palette.ink;
  ctx.fillText(text, left + 2, density.ruler / 2 - 0.5);
}

/** A trunk with its branches, and a plate that says to how many. */
export function drawFan({ ctx, palette, density, width }: Pen, fan: Fan, lit: boolean): void {
  const { trunk, branches, text } = fan;
  const color = lit ? palette.thread : palette.ink3;
  ctx.strokeStyle = color;
  ctx.lineWidth = lit ? 2 : 1.25;
  ctx.beginPath();
  ctx.moveTo(trunk.x, trunk.y0);
  ctx.lineTo(trunk.x, trunk.y1);
  ctx.stroke();
  ctx.fillStyle = color;
  ctx.beginPath();
  ctx.arc(trunk.x, trunk.y0, lit ? 2.8 : 2, 0, 7);
  ctx.fill();
  for (const { x, y, group } of branches) {
    ctx.lineWidth = group && lit ? 2 : 1.25;
    ctx.beginPath();
    ctx.moveTo(trunk.x, y);
    ctx.lineTo(x - 1, y);
    ctx.stroke();
    const size = group ? 6.5 : 5.5;
    ctx.beginPath();
    ctx.moveTo(x, y);
    ctx.lineTo(x - size, y - size * 0.45);
    ctx.lineTo(x - size, y + size * 0.45);
    ctx.fill();
  }
  const [first] = branches;
  if (first === undefined || trunk.x < -60 || trunk.x > width) return;
  setFont(ctx, `600 ${density.font}px ${palette.font}`);
  const w = textWidth(ctx, text) + 12;
  const left = trunk.x - w - 6;
  ctx.fillStyle = lit ? palette.thread : palette.bodyEdge.b;
  ctx.beginPath();
  ctx.roundRect(left, first.y - 8, w, 16, 3);
  ctx.fill();
  ctx.fillStyle = palette.glyph;
  ctx.fillText(text, left + 6, first.y + 0.5);
}

/** Which time round, on a plate over the way back. */
export function drawRound({ ctx, palette }: Pen, { points }: Link, text: string, color: string): void {
  const [, a, b] = points;
  if (a === undefined || b === undefined) return;
  setFont(ctx, `600 10.5px ${palette.font}`);
  const w = textWidth(ctx, text) + 10;
  if (a.x - Math.max(b.x, 0) < w + 20) return;
  const left = a.x - w - 10;
  ctx.fillStyle = palette.desk;
  ctx.beginPath();
  ctx.roundRect(left, a.y - 7, w, 14, 3);
  ctx.fill();
  ctx.fillStyle = color;
  ctx.fillText(text, left + 5, a.y + 0.5);
}

/** An opened fold keeps a handle in the ruler: the time it hid, between two uprights. */
export function drawOpenFold(
  { ctx, palette, width }: Pen,
  h: number,
  x0: number,
  x1: number,
  text: string,
): void {
  ctx.fillStyle = palette.desk;
  ctx.fillRect(x0, h - 5, x1 - x0, 4);
  ctx.fillStyle = palette.ink2;
  for (const x of [x0, x1]) ctx.fillRect(x - 0.5, h - 8, 1.25, 7);
  const label = `− ${text}`;
  const w = textWidth(ctx, label);
  const from = Math.max(0, x0);
  const middle = (from + Math.min(width, x1)) / 2;
  if (Math.min(width, x1) - from < w + 12) return;
  ctx.fillStyle = palette.desk;
  ctx.fillRect(middle - w / 2 - 5, 2, w + 10, h - 8);
  ctx.fillStyle = palette.ink2;
  ctx.fillText(label, middle - w / 2, h / 2 - 2);
}

/** The outline is the whole, the fill is what is there: it climbs a step with every member made. */
export function drawGroup(pen: Pen, box: Box): void {
  const { ctx, palette, density, playheadX, width } = pen;
  const { mark, y, h } = box;
  const { group } = mark;
  if (group === undefined) return;
  const state = stateOf(box, pen);
  const x = Math.max(box.x, -20);
  const end = Math.min(box.x + box.w, width + 20);
  const { tone, text, worst } = groupState(group, pen.playhead);
  const isHere = state !== 'future';
  const colored = isHere && tone !== 'plain';
  rounded(ctx, x + 0.5, y + 0.5, end - x - 1, h - 1);
  ctx.fillStyle = pen.ground(box.lane);
  ctx.fill();
  if (isHere) {
    const base = worst > 0 ? 'allow' : tone;
    ctx.save();
    ctx.clip();
    const until = Math.min(end, playheadX);
    ctx.fillStyle = palette.tint[base];
    ctx.fillRect(x, y, until - x, h);
    ctx.fillStyle = mixColor(palette.tone[base], palette.tint[base], 0.34);
    for (const step of box.steps ?? []) {
      if (step.x < until) ctx.fillRect(step.x, y + h - step.share * h, until - step.x, step.share * h);
    }
    ctx.restore();
  }
  rounded(ctx, x + 0.5, y + 0.5, end - x - 1, h - 1);
  ctx.strokeStyle = colored ? mixColor(palette.tone[tone], palette.tint[tone], 0.62) : palette.bodyEdge.b;
  ctx.lineWidth = 1;
  ctx.stroke();
  const right = Math.min(end, isHere && playheadX > x + 60 ? playheadX : end, width) - 7;
  const size = glyphSize(pen, h);
  const words_ = isHere && text !== '' ? text : `${group.members.length} ${group.label}`;
  setFont(ctx, `600 ${density.font}px ${palette.font}`);
  const fitted = fitText(ctx, words_, right - Math.max(x, 0) - 8);
  const w = textWidth(ctx, fitted);
  ctx.fillStyle = isHere ? palette.ink : palette.ink3;
  ctx.fillText(fitted, right - w, y + h / 2 + 0.5);
  const glyph = GLYPH[tone];
  if (worst > 0 && glyph !== undefined && isHere)
    drawGlyph(ctx, glyph, right - w - size / 2 - 4, y + h / 2, size, true, palette);
}

export { drawBands } from './band-layer.ts';
export { layoutFans } from './fans.ts';
export { readLoops } from './loops.ts';
