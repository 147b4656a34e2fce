import type { EventId } from '../../src/index.ts';
import { drawGlyph } from './draw-glyphs.ts';
import type { Pen } from './draw-state.ts';
import { fitText, LEAST_WORDS, setFont, textWidth } from './draw-text.ts';
import type { Band, Box } from './geometry.ts';
import { GLYPH, type Mark } from './marks.ts';
import { mixColor } from './palette.ts';

const RADIUS = 2.5;
/** Bars up to this width have no words and no mark. */
const SLIVER = 4;

/** How much of a mark has happened. */
export function stateOf({ mark }: Box, { chain, playhead }: Pen): 'future' | 'now' | 'past' {
  if (chain !== undefined && !isInChain(mark, chain)) return 'future';
  if (mark.start > playhead) return 'future';
  return mark.end <= playhead || mark.shape === 'point' ? 'past' : 'now';
}

const isInChain = (mark: Mark, chain: ReadonlySet<EventId>): boolean =>
  mark.group === undefined
    ? chain.has(mark.event)
    : mark.group.members.some(({ marks }) => marks.some(({ event }) => chain.has(event)));

export function drawMark(pen: Pen, box: Box): void {
  switch (box.mark.shape) {
    case 'bar':
      drawBar(pen, box);
      break;
    case 'point':
      drawPoint(pen, box);
      break;
    case 'ghost':
      drawGhost(pen, box);
      break;
    case 'drift':
      drawDrift(pen, box);
      break;
    case 'group':
      pen.more?.drawGroup(pen, box);
      break;
  }
  if (
    box.mark.event === pen.selected ||
    (pen.selected !== undefined && box.mark.also?.includes(pen.selected))
  ) {
    outline(pen, box);
  }
}

export function rounded(
  ctx: CanvasRenderingContext2D,
  x: number,
  y: number,
  w: number,
  h: number,
  radius = RADIUS,
): void {
  ctx.beginPath();
  ctx.roundRect(x, y, w, h, Math.min(radius, w / 2));
}

function outline({ ctx, palette }: Pen, { mark, x, y, w, h }: Box): void {
  ctx.strokeStyle = palette.thread;
  ctx.lineWidth = 2;
  if (mark.shape === 'point') {
    ctx.beginPath();
    ctx.arc(x, y + h / 2, 9.5, 0, 7);
  } else {
    rounded(ctx, x - 2.5, y - 2.5, w + 5, h + 5, 4);
  }
  ctx.stroke();
}

function drawBar(pen: Pen, box: Box): void {
  const { ctx, palette, playheadX } = pen;
  const { mark, y, h } = box;
  const state = stateOf(box, pen);
  // Bars that reach far beyond the picture are cut, or roundRect and dashes would cost their length.
  const x = Math.max(box.x, -20);
  const w = Math.max(3, Math.min(box.x + box.w, pen.width + 20) - x);
  const known = state === 'past' || (mark.fromStart === true && state === 'now');
  const tinted = mark.tinted === true && known && mark.tone !== 'plain';
  const fill = tinted ? palette.tint[mark.tone] : palette.body[mark.body];
  const edge = tinted
    ? mixColor(palette.tone[mark.tone], palette.tint[mark.tone], 0.62)
    : mark.tinted === true && state === 'future' && mark.fromStart === true && mark.tone !== 'plain'
      ? mixColor(palette.tone[mark.tone], palette.tint[mark.tone], 0.62)
      : palette.bodyEdge[mark.body];

  if (w <= SLIVER && state !== 'now' && mark.post !== true && mark.upright === undefined) {
    // Where hundreds of bars are a few pixels wide, rectangles cost a fraction of a path: its corners are one pixel.
    ctx.fillStyle = edge;
    ctx.fillRect(x + 1, y, w - 2, h);
    ctx.fillRect(x, y + 1, w, h - 2);
    ctx.fillStyle = state === 'past' ? fill : pen.ground(box.lane);
    ctx.fillRect(x + 1, y + 1, w - 2, h - 2);
    if (box.quiet !== true) drawAfter(pen, box, state === 'past');
    return;
  }
  rounded(ctx, x + 0.5, y + 0.5, w - 1, h - 1);
  // What has not happened is only an outline, but arrows still pass behind it.
  ctx.fillStyle = pen.ground(box.lane);
  if (state !== 'past') ctx.fill();
  if (state !== 'future') {
    ctx.fillStyle = fill;
    if (state === 'past') ctx.fill();
    else {
      const filled = Math.max(0, Math.min(w, playheadX - x));
      ctx.save();
      ctx.clip();
      ctx.fillRect(x, y, filled, h);
      ctx.restore();
    }
  }
  // The outline of the body is the path that it was filled with.
  ctx.strokeStyle = edge;
  ctx.lineWidth = 1;
  ctx.stroke();

  const ends = box.x + box.w <= pen.width + 20;
  const post = mark.post === true && ends;
  if (post) drawPost(pen, box.x + box.w, y, h, palette.tone.deny, state === 'past');
  if (mark.upright !== undefined && ends) drawUpright(pen, box, state === 'past');
  if (box.quiet === true) return;
  const textState = state === 'future' ? 'future' : 'happened';
  if (box.joints !== undefined && box.joints.length > 1) drawParts(pen, box, textState, state === 'past');
  else drawWords(pen, box, x, w, textState, known);
  drawAfter(pen, box, state === 'past');
}

/** Words behind a bar. */
function drawAfter(pen: Pen, { mark, x, y, w, h, room }: Box, isPast: boolean): void {
  if (mark.after === undefined || mark.tone === 'plain') return;
  const color = isPast ? pen.palette.tone[mark.tone] : pen.palette.ink3;
  words(pen, mark.after, x + w + 11, y + h / 2, Math.max(0, room - 12), 600, color);
}

function drawPost(
  { ctx, palette }: Pen,
  x: number,
  y: number,
  h: number,
  color: string,
  inked: boolean,
): void {
  if (inked) {
    ctx.fillStyle = color;
    ctx.fillRect(x - 0.5, y - 4, 3, h + 8);
  } else {
    ctx.fillStyle = palette.paper;
    ctx.fillRect(x - 0.5, y - 4, 3, h + 8);
    ctx.strokeStyle = color;
    ctx.lineWidth = 1;
    ctx.strokeRect(x, y - 3.5, 2.5, h + 7);
  }
}

function drawUpright(pen: Pen, box: Box, inked: boolean): void {
  const { ctx, palette } = pen;
  const { mark, y, h } = box;
  const { upright } = mark;
  if (upright === undefined) return;
  const x = box.x + box.w;
  const color = upright.tone === 'error' ? palette.tone.error : palette.ink2;
  if (inked) {
    ctx.fillStyle = color;
    ctx.fillRect(x - 1, y - 3, upright.tone === 'error' ? 3 : 2.5, h + 6);
  } else {
    ctx.fillStyle = pen.ground(box.lane);
    ctx.fillRect(x - 1, y - 3, 3, h + 6);
    ctx.strokeStyle = color;
    ctx.lineWidth = 1;
    ctx.strokeRect(x - 0.5, y - 2.5, 2, h + 5);
  }
  if (upright.word !== '') {
    words(
      pen,
      upright.word,
      x + 9,
      y + h / 2,
      Math.max(0, box.room - 6),
      500,
      inked ? palette.ink2 : palette.ink3,
    );
  }
}

function words(
  pen: Pen,
  text: string,
  x: number,
  y: number,
  room: number,
  weight: number,
  color: string,
): number {
  // Not a letter fits: setting the font would cost more than all else.
  if (room < LEAST_WORDS) return 0;
  const { ctx, palette, density } = pen;
  setFont(ctx, `${weight} ${density.font}px ${palette.font}`);
  const fitted = fitText(ctx, text, room);
  if (fitted === '') return 0;
  ctx.fillStyle = color;
  ctx.fillText(fitted, x, y + 0.5);
  return textWidth(ctx, fitted);
}

export const glyphSize = (pen: Pen, h: number) => Math.min(pen.density.name === 'compact' ? 12 : 13.5, h - 3);

/** Word at the left, mark at the right. The second text goes first, then the longer word, then the ✓. */
function drawWords(
  pen: Pen,
  box: Box,
  x: number,
  w: number,
  state: 'future' | 'happened',
  known: boolean,
): void {
  const { ctx, palette, density } = pen;
  const { mark, y, h } = box;
  const middle = y + h / 2;
  const happened = state === 'happened';
  const verdictWord = mark.tinted === true && known && mark.tone !== 'plain';
  const bold = mark.number !== undefined || verdictWord;
  const isSegment = mark.glyph === 'error' && mark.fromStart === true;
  const size = glyphSize(pen, h);
  // Neither mark nor words have room.
  if (w < size + 3 && w - 12 < LEAST_WORDS) return;
  let left = x + 6;
  let right = x + w - 6;
  let glyph = mark.glyph;
  setFont(ctx, `${bold ? 600 : 500} ${density.font}px ${palette.font}`);
  const full = textWidth(ctx, mark.text);
  const short = mark.short === undefined ? full : textWidth(ctx, mark.short);
  if (glyph === 'allow' && w < Math.min(full, short) + size + 13 && full > 0 && w < size + 34) {
    // Not room for both: in a narrow bar the mark alone says more than three letters.
    if (w >= size + 4 && w < short + 12) {
      drawGlyph(ctx, glyph, x + w / 2, middle, size, known, palette);
      return;
    }
    if (w < short + size + 12) glyph = undefined;
  }
  if (mark.fromStart === true && glyph === 'allow') glyph = undefined;
  if (glyph !== undefined && w >= size + 3) {
    if (isSegment) {
      drawGlyph(ctx, glyph, x + 3 + size / 2, middle, size, known, palette);
      left = x + size + 6;
    } else {
      drawGlyph(ctx, glyph, x + w - 3.5 - size / 2, middle, size, known, palette);
      right = x + w - size - 6;
    }
  }
  if (mark.number !== undefined && right - left > 12) {
    drawNumber(pen, mark.number, left + 5.5, middle, happened ? palette.ink : palette.ink3);
    left += 16;
  }
  const color = !happened
    ? palette.ink3
    : verdictWord && mark.number === undefined
      ? palette.tone[mark.tone]
      : palette.ink;
  const onlySync = mark.fromStart === true && mark.tone === 'allow';
  setFont(ctx, `${bold && !onlySync ? 600 : 500} ${density.font}px ${palette.font}`);
  const room = right - left;
  const text = full > room && mark.short !== undefined ? mark.short : mark.text;
  const drawn = words(
    pen,
    text,
    left,
    middle,
    room,
    bold && !onlySync ? 600 : 500,
    onlySync && happened && mark.text !== 'Completed' ? palette.ink : color,
  );
  if (mark.detail !== undefined && drawn > 0 && text === mark.text && drawn >= full - 1) {
    const rest = room - drawn - 8;
    if (rest > 24)
      words(pen, mark.detail, left + drawn + 7, middle, rest, 400, happened ? palette.ink2 : palette.ink3);
  }
}

function drawNumber({ ctx, palette }: Pen, number: number, x: number, y: number, color: string): void {
  ctx.strokeStyle = color;
  ctx.lineWidth = 1.25;
  ctx.beginPath();
  ctx.arc(x, y, 7, 0, 7);
  ctx.stroke();
  setFont(ctx, `600 10.5px ${palette.font}`);
  ctx.fillStyle = color;
  const text = String(number);
  ctx.fillText(text, x - textWidth(ctx, text) / 2, y + 0.5);
}

function drawParts(pen: Pen, box: Box, state: 'future' | 'happened', known: boolean): void {
  const { ctx, palette } = pen;
  const { mark, y, h, joints } = box;
  if (joints === undefined) return;
  const size = glyphSize(pen, h);
  const end = box.x + box.w;
  const glyph = mark.glyph;
  const glyphRoom = glyph === undefined ? 0 : size + 5;
  setFont(ctx, `500 ${pen.density.font}px ${palette.font}`);
  for (const [i, { name, x0, x1 }] of joints.entries()) {
    if (i > 0) {
      ctx.fillStyle = palette.bodyEdge[mark.body];
      ctx.fillRect(Math.round(x0) - 0.5, y + 1, 1, h - 2);
    }
    const left = Math.max(x0, 0) + 5;
    const room = Math.min(x1, end - glyphRoom) - left - 2;
    words(
      pen,
      name,
      left,
      y + h / 2,
      room,
      500,
      state === 'future' || x0 > pen.playheadX ? palette.ink3 : palette.ink,
    );
  }
  if (glyph !== undefined && box.w > size + 3) {
    drawGlyph(ctx, glyph, end - 3.5 - size / 2, y + h / 2, size, known, palette);
  }
}

function drawPoint(pen: Pen, box: Box): void {
  const { ctx, palette } = pen;
  const { mark, x, y, h } = box;
  const inked = stateOf(box, pen) !== 'future';
  // What was refused is not there before it is refused.
  if (mark.glyph === 'never-stored' && mark.start > pen.playhead) return;
  const size = mark.glyph === 'stored' ? 11 : mark.glyph === 'never-stored' ? 14 : 13.5;
  const middle = y + h / 2;
  drawGlyph(ctx, mark.glyph ?? 'sheet', x, middle, size, inked, palette);
  if (box.quiet === true) return;
  const verdict = mark.tone === 'deny' || mark.tone === 'error';
  const color = !inked
    ? palette.ink3
    : verdict || mark.tone === 'noise'
      ? palette.tone[mark.tone]
      : palette.ink;
  const room = Math.min(box.room, pen.width + 200) - 14;
  const drawn = words(pen, mark.text, x + 12, middle, room, verdict ? 600 : 450, color);
  if (mark.detail !== undefined && drawn > 0 && room - drawn > 40) {
    words(
      pen,
      mark.detail,
      x + 12 + drawn + 8,
      middle,
      room - drawn - 8,
      400,
      inked ? palette.ink2 : palette.ink3,
    );
  }
}

function drawGhost(pen: Pen, box: Box): void {
  const { ctx, palette, density } = pen;
  const { mark, y, h } = box;
  const x = Math.max(box.x, -21);
  const w = Math.max(4, Math.min(box.x + box.w, pen.width + 21) - x);
  ctx.strokeStyle = palette.ink2;
  ctx.lineWidth = 1.25;
  ctx.setLineDash([4, 3]);
  rounded(ctx, x + 0.6, y + 0.6, w - 1.2, h - 1.2);
  ctx.stroke();
  ctx.setLineDash([]);
  const left = Math.max(x, 0) + 8;
  const right = Math.min(x + w, pen.width) - 8;
  const middle = y + h / 2;
  const drawn = words(pen, mark.text, left, middle, right - left, 500, palette.ink);
  if (mark.detail === undefined || drawn === 0) return;
  setFont(ctx, `400 ${density.font}px ${palette.font}`);
  const rest = right - left - drawn - 14;
  const width = textWidth(ctx, mark.detail);
  if (rest < 40) return;
  words(pen, mark.detail, Math.max(left + drawn + 14, right - width), middle, rest, 400, palette.ink2);
}

function drawDrift(pen: Pen, box: Box): void {
  const { ctx, palette, density } = pen;
  const { mark, y, h } = box;
  const state = stateOf(box, pen);
  const x = Math.max(box.x, -20);
  const w = Math.max(3, Math.min(box.x + box.w, pen.width + 20) - x);
  ctx.save();
  rounded(ctx, x + 0.5, y + 0.5, w - 1, h - 1);
  if (state !== 'future') {
    ctx.clip();
    ctx.fillStyle = palette.tint.warn;
    const filled = state === 'past' ? w : Math.max(0, Math.min(w, pen.playheadX - x));
    ctx.fillRect(x, y, filled, h);
    ctx.beginPath();
    ctx.rect(x, y, filled, h);
    ctx.clip();
    ctx.strokeStyle = palette.hatch;
    ctx.lineWidth = 1.7;
    ctx.beginPath();
    for (let at = x - h; at < x + w; at += 8.5) {
      ctx.moveTo(at, y + h);
      ctx.lineTo(at + h, y);
    }
    ctx.stroke();
  }
  ctx.restore();
  rounded(ctx, x + 0.5, y + 0.5, w - 1, h - 1);
  ctx.strokeStyle = palette.tone.warn;
  ctx.lineWidth = 1.25;
  ctx.stroke();
  const size = glyphSize(pen, h);
  const weight = 600;
  setFont(ctx, `${weight} ${density.font}px ${palette.font}`);
  const fitted = fitText(ctx, mark.text, w - size - 16);
  const plate = Math.min(w - 4, size + (fitted === '' ? 6 : textWidth(ctx, fitted) + 12));
  if (plate > size) {
    ctx.fillStyle = palette.paper;
    ctx.fillRect(x + 3, y + 2.5, plate, h - 5);
    drawGlyph(ctx, 'warn', x + 5 + size / 2, y + h / 2, size, state !== 'future', palette);
    words(
      pen,
      fitted,
      x + size + 9,
      y + h / 2,
      w - size - 16,
      weight,
      state === 'future' ? palette.ink3 : palette.tone.warn,
    );
  }
}

/** Density as columns, what and how many on a plate; verdicts are never averaged away. */
export function drawBand(pen: Pen, band: Band): void {
  const { ctx, palette, density } = pen;
  const body = band.lane >= 0 ? pen.ground(band.lane) : palette.paper;
  const isTide = body === palette.tide;
  const { x0, x1, y, h } = band;
  const edge = isTide ? palette.bodyEdge.b : palette.bodyEdge.a;
  const w = Math.max(3, x1 - x0);
  const fill = isTide ? palette.body.b : palette.body.a;
  if (w < 24) {
    // Far out there are hundreds of small bands: two rectangles cost a fraction of a path.
    ctx.fillStyle = edge;
    ctx.fillRect(x0, y, w, h);
    ctx.fillStyle = fill;
    ctx.fillRect(x0 + 1, y + 1, w - 2, h - 2);
  } else {
    rounded(ctx, x0 + 0.5, y + 0.5, w - 1, h - 1);
    ctx.fillStyle = fill;
    ctx.fill();
    ctx.strokeStyle = edge;
    ctx.lineWidth = 1;
    ctx.stroke();
  }
  const { columns } = band;
  let most = 1;
  for (const count of columns) if (count > most) most = count;
  const left0 = Math.round(x0);
  ctx.fillStyle = edge;
  for (let i = 0; i < columns.length; i++) {
    const count = columns[i] ?? 0;
    const height = Math.max(2, (count / most) * (h - 4));
    if (count > 0) ctx.fillRect(left0 + i * 3, y + h - 1 - height, 2, height);
  }
  const left = Math.max(x0, 0);
  const right = Math.min(x1, pen.width);
  let fitted = '';
  if (right - left >= 60) {
    setFont(ctx, `500 ${density.font}px ${palette.font}`);
    fitted = fitText(ctx, band.text, right - left - 30);
  }
  let plate = left;
  if (fitted.length > 4) {
    plate = left + 10 + textWidth(ctx, fitted);
    ctx.fillStyle = body;
    ctx.fillRect(left + 4, y + 2, textWidth(ctx, fitted) + 6, h - 4);
    ctx.fillStyle = palette.ink;
    ctx.fillText(fitted, left + 7, y + h / 2 + 0.5);
  }
  const size = Math.min(11, h - 4);
  for (const [i, { x, mark, count }] of band.kept.entries()) {
    const glyph = mark.glyph ?? GLYPH[mark.tone];
    // What the plate covers, it tells.
    if (glyph === undefined || x + 2 < plate + size / 2) continue;
    const next = band.kept[i + 1]?.x ?? Number.POSITIVE_INFINITY;
    drawGlyph(ctx, glyph, x + 2, y + h / 2, size, mark.start <= pen.playhead, palette);
    const number = String(count);
    if (count < 2 || next - x < 15 + number.length * 7) continue;
    setFont(ctx, `600 10.5px ${palette.font}`);
    ctx.fillStyle = body;
    ctx.fillRect(x + 9, y + 2, textWidth(ctx, number) + 3, h - 4);
    ctx.fillStyle = palette.tone[mark.tone];
    ctx.fillText(number, x + 10, y + h / 2 + 0.5);
  }
}
