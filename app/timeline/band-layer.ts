import { drawBand } from './draw-marks.ts';
import type { Pen } from './draw-state.ts';
import { forgetFont } from './draw-text.ts';
import type { Band } from './geometry.ts';

/**
 * Bands are thousands of columns, and while the playhead moves over a picture that stands still only the ink of a few
 * verdicts changes. The second time the same bands are asked for they are kept as a picture, until they change.
 */
interface Layer {
  readonly bands: readonly Band[];
  readonly palette: Pen['palette'];
  readonly width: number;
  readonly height: number;
  /** Verdicts that have come to be. */
  readonly come: number;
  readonly image: HTMLCanvasElement | undefined;
}

const layers = new WeakMap<CanvasRenderingContext2D, Layer>();

/** Below so many columns a copy costs more than it spares. */
const MANY = 300;

/** Draws all bands; the context has the scale of its canvas and no other transform. */
export function drawBands(pen: Pen, bands: readonly Band[]): void {
  const { ctx, palette } = pen;
  // A drawing that is written down has no pixels.
  if (!(ctx instanceof CanvasRenderingContext2D) || countColumns(bands) < MANY) {
    for (const band of bands) drawBand(pen, band);
    return;
  }
  const { width, height } = ctx.canvas;
  const come = countCome(bands, pen.playhead);
  const last = layers.get(ctx);
  const isSame =
    last?.bands === bands && last.palette === palette && last.width === width && last.height === height;
  if (isSame && last.come === come && last.image !== undefined) {
    ctx.drawImage(last.image, 0, 0, width / ratioOf(ctx), height / ratioOf(ctx));
    return;
  }
  const image = isSame ? (last.image ?? blank(width, height)) : undefined;
  const on = image?.getContext('2d') ?? undefined;
  layers.set(ctx, { bands, palette, width, height, come, image: on && image });
  if (on === undefined || image === undefined) {
    for (const band of bands) drawBand(pen, band);
    return;
  }
  const ratio = ratioOf(ctx);
  on.setTransform(1, 0, 0, 1, 0, 0);
  on.clearRect(0, 0, width, height);
  on.setTransform(ratio, 0, 0, ratio, 0, 0);
  on.textBaseline = 'middle';
  on.textAlign = 'left';
  forgetFont();
  for (const band of bands) drawBand({ ...pen, ctx: on }, band);
  forgetFont();
  ctx.drawImage(image, 0, 0, width / ratio, height / ratio);
}

const ratioOf = (ctx: CanvasRenderingContext2D): number => ctx.getTransform().a || 1;

function blank(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

const columnCounts = new WeakMap<readonly Band[], number>();

function countColumns(bands: readonly Band[]): number {
  let count = columnCounts.get(bands);
  if (count === undefined) {
    count = bands.reduce((sum, { columns }) => sum + columns.length, 0);
    columnCounts.set(bands, count);
  }
  return count;
}

function countCome(bands: readonly Band[], playhead: number): number {
  let come = 0;
  for (const { kept } of bands) for (const { mark } of kept) if (mark.start <= playhead) come++;
  return come;
}
