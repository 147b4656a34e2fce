import type { Glyph } from './marks.ts';
import type { Palette } from './palette.ts';

const shapes = new Map<string, Path2D>();

/** Lets go of the shapes: who writes a drawing down needs ones of its own kind. */
export function forgetShapes(): void {
  shapes.clear();
}

/** Path of an SVG path's data, made once. */
function pathOf(data: string): Path2D {
  let shape = shapes.get(data);
  if (shape === undefined) {
    shape = new Path2D(data);
    shapes.set(data, shape);
  }
  return shape;
}

/** Draws a mark, centred, in its 12-unit box; `inked` false: after the playhead, outlined only. */
export function drawGlyph(
  ctx: CanvasRenderingContext2D,
  glyph: Glyph,
  x: number,
  y: number,
  size: number,
  inked: boolean,
  palette: Palette,
): void {
  if (!(ctx instanceof CanvasRenderingContext2D)) {
    // A drawing that is written down, not painted: it wants the paths.
    traceGlyph(ctx, glyph, x, y, size, inked, palette);
    return;
  }
  const sprite = spriteOf(glyph, size, inked, palette);
  const half = sprite.width / sprite.ratio / 2;
  ctx.drawImage(sprite.image, x - half, y - half, half * 2, half * 2);
}

interface Sprite {
  readonly image: HTMLCanvasElement;
  readonly width: number;
  readonly ratio: number;
}

const sprites = new WeakMap<Palette, Map<string, Sprite>>();
/** The sprites of one look, by glyph: most marks look like the one before. */
let recent:
  | {
      readonly palette: Palette;
      readonly size: number;
      readonly inked: boolean;
      readonly ratio: number;
      readonly byGlyph: Map<Glyph, Sprite>;
    }
  | undefined;

/** The mark as a picture, drawn once: copying one costs a fraction of drawing its paths. */
function spriteOf(glyph: Glyph, size: number, inked: boolean, palette: Palette): Sprite {
  // Finer than the screen, since marks stand at any fraction of a pixel.
  const ratio = Math.max(2, Math.ceil(globalThis.devicePixelRatio || 1));
  if (
    recent?.palette !== palette ||
    recent.size !== size ||
    recent.inked !== inked ||
    recent.ratio !== ratio
  ) {
    recent = { palette, size, inked, ratio, byGlyph: new Map() };
  }
  let sprite = recent.byGlyph.get(glyph);
  if (sprite === undefined) {
    sprite = drawnSprite(glyph, size, inked, ratio, palette);
    recent.byGlyph.set(glyph, sprite);
  }
  return sprite;
}

function drawnSprite(glyph: Glyph, size: number, inked: boolean, ratio: number, palette: Palette): Sprite {
  let known = sprites.get(palette);
  if (known === undefined) {
    known = new Map();
    sprites.set(palette, known);
  }
  const key = `${glyph} ${size} ${inked} ${ratio}`;
  let sprite = known.get(key);
  if (sprite === undefined) {
    const image = document.createElement('canvas');
    const width = Math.ceil((size + 2) * ratio);
    image.width = width;
    image.height = width;
    const ctx = image.getContext('2d');
    if (ctx !== null) {
      ctx.scale(ratio, ratio);
      traceGlyph(ctx, glyph, width / ratio / 2, width / ratio / 2, size, inked, palette);
    }
    sprite = { image, width, ratio };
    known.set(key, sprite);
  }
  return sprite;
}

function traceGlyph(
  ctx: CanvasRenderingContext2D,
  glyph: Glyph,
  x: number,
  y: number,
  size: number,
  inked: boolean,
  palette: Palette,
): void {
  ctx.save();
  ctx.translate(x - size / 2, y - size / 2);
  ctx.scale(size / 12, size / 12);
  ctx.lineCap = 'round';
  ctx.lineJoin = 'round';
  const path = (draw: (path: Path2D) => void) => {
    const key = `${glyph} ${inked}`;
    let shape = shapes.get(key);
    if (shape === undefined) {
      shape = new Path2D();
      draw(shape);
      shapes.set(key, shape);
    }
    return shape;
  };
  const solid = (shape: Path2D, role: string) => {
    if (inked) {
      ctx.fillStyle = role;
      ctx.fill(shape);
    } else {
      ctx.strokeStyle = role;
      ctx.lineWidth = 1.1;
      ctx.stroke(shape);
    }
  };
  const stroke = (data: string, color: string, width: number) => {
    ctx.strokeStyle = color;
    ctx.lineWidth = width;
    ctx.stroke(pathOf(data));
  };
  const { tone, glyph: on } = palette;
  switch (glyph) {
    case 'allow':
      solid(
        path((p) => p.arc(6, 6, inked ? 5.8 : 5.3, 0, 7)),
        tone.allow,
      );
      stroke('M3.5 6.2l1.8 1.8 3.3-3.7', inked ? on : tone.allow, 1.5);
      break;
    case 'deny':
      solid(
        path((p) => p.roundRect(0.5, 0.5, 11, 11, 1.5)),
        tone.deny,
      );
      stroke('M3.7 3.7l4.6 4.6M8.3 3.7L3.7 8.3', inked ? on : tone.deny, 1.7);
      break;
    case 'warn': {
      const triangle = pathOf('M6 .9L11.5 11H.5z');
      if (inked) {
        ctx.fillStyle = palette.warnFill;
        ctx.fill(triangle);
      }
      ctx.strokeStyle = tone.warn;
      ctx.lineWidth = 1;
      ctx.stroke(triangle);
      stroke('M6 4.4v2.9M6 9.2v.1', inked ? palette.warnGlyph : tone.warn, 1.5);
      break;
    }
    case 'error':
      solid(pathOf('M3.8.7h4.4l3.1 3.1v4.4l-3.1 3.1H3.8L.7 8.2V3.8z'), tone.error);
      stroke('M4.4 3.4v3.2M7.6 3.4v3.2M4.4 8.7v.1M7.6 8.7v.1', inked ? on : tone.error, 1.5);
      break;
    case 'skip':
      stroke('M11.2 6A5.2 5.2 0 1 1 .8 6a5.2 5.2 0 1 1 10.4 0M2.5 9.5l7-7', tone.skip, 1.25);
      break;
    case 'noise': {
      const ring = path((p) => p.arc(6, 6, 5.2, 0, 7));
      ctx.fillStyle = palette.tint.noise;
      ctx.fill(ring);
      ctx.strokeStyle = tone.noise;
      ctx.lineWidth = 1.25;
      ctx.stroke(ring);
      stroke('M6 5.6v3M6 3.4v.1', tone.noise, 1.5);
      break;
    }
    case 'never-stored':
      ctx.strokeStyle = tone.deny;
      ctx.lineWidth = 1.75;
      ctx.stroke(path((p) => p.arc(6, 6, 4.9, 0, 7)));
      break;
    case 'stored':
      ctx.fillStyle = inked ? palette.ink : palette.ink3;
      ctx.fill(path((p) => p.arc(6, 6, 5, 0, 7)));
      break;
    case 'deleted':
      stroke(
        'M11.2 6A5.2 5.2 0 1 1 .8 6a5.2 5.2 0 1 1 10.4 0M3.4 6h5.2',
        inked ? palette.ink2 : palette.ink3,
        1.25,
      );
      break;
    case 'sheet': {
      const color = inked ? palette.ink2 : palette.ink3;
      stroke(
        'M2.5 1h7a1.5 1.5 0 0 1 1.5 1.5v7A1.5 1.5 0 0 1 9.5 11h-7A1.5 1.5 0 0 1 1 9.5v-7A1.5 1.5 0 0 1 2.5 1z',
        color,
        1.25,
      );
      stroke('M3.3 4.5h5.4M3.3 7.3h3.6', color, 1.25);
      break;
    }
  }
  ctx.restore();
}
