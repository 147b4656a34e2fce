import type { EventId } from '../../src/index.ts';
import type { Frame } from '../timeline/layout.ts';
import type { Palette } from '../timeline/palette.ts';

/** The thread's ring around every mark of the chosen difference, as around a selection. */
export function outline(
  ctx: CanvasRenderingContext2D,
  { boxes, density }: Frame,
  palette: Palette,
  marks: ReadonlySet<EventId>,
): void {
  ctx.strokeStyle = palette.thread;
  ctx.lineWidth = 2;
  for (const { mark, x, y, w, h } of boxes) {
    if (!marks.has(mark.event) || y < density.ruler - h) continue;
    ctx.beginPath();
    if (mark.shape === 'point') ctx.arc(x, y + h / 2, 9.5, 0, 7);
    else ctx.roundRect(x - 2.5, y - 2.5, w + 5, h + 5, 4);
    ctx.stroke();
  }
}
