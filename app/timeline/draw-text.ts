/** Widths by text, a map for every font; reading `ctx.font` back is slow, so who sets it says it here. */
let widths = new Map<string, number>();
const fonts = new Map<string, Map<string, number>>();
let present = '';
/** The font that a context has, so that it is not set again and again: that costs more than a text. */
let set = '';
let setOn: CanvasRenderingContext2D | undefined;

/** A context lost its font: it was resized, or restored to what it was. */
export function forgetFont(): void {
  setOn = undefined;
}

/** Sets the font of a context. All texts of the timeline go through here, so that widths are remembered by font. */
export function setFont(ctx: CanvasRenderingContext2D, font: string): void {
  if (font === set && ctx === setOn) return;
  ctx.font = font;
  set = font;
  setOn = ctx;
  if (font === present) return;
  present = font;
  let known = fonts.get(font);
  if (known === undefined) {
    known = new Map();
    fonts.set(font, known);
  }
  widths = known;
}

/** Width of a text in the font set last, remembered. */
export function textWidth(ctx: CanvasRenderingContext2D, text: string): number {
  let width = widths.get(text);
  if (width === undefined) {
    if (widths.size > 20_000) widths.clear();
    width = ctx.measureText(text).width;
    widths.set(text, width);
  }
  return width;
}

/** Another font came or went: what was measured is of no use. */
export function forgetWidths(): void {
  fonts.clear();
  widths = new Map();
  present = '';
  forgetFont();
}

/** Width below which `fitText` has no word at all. */
export const LEAST_WORDS = 8;

/**
 * The text, or its beginning with `…`, in a width; empty if not even three letters fit. Beginnings are not measured one by
 * one: letters are added up and scaled to the width of the whole, which is right but for kerning at the cut.
 */
export function fitText(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (width < LEAST_WORDS) return '';
  const whole = textWidth(ctx, text);
  if (whole <= width) return text;
  let sum = 0;
  for (const letter of text) sum += textWidth(ctx, letter);
  const scale = sum > 0 ? whole / sum : 1;
  const room = width - textWidth(ctx, '…');
  let used = 0;
  let end = 0;
  for (const letter of text) {
    const next = used + textWidth(ctx, letter) * scale;
    if (next > room) break;
    used = next;
    end += letter.length;
  }
  if (end < 3) return '';
  const fitted = `${text.slice(0, end).trimEnd()}…`;
  if (!widths.has(fitted)) widths.set(fitted, used + textWidth(ctx, '…'));
  return fitted;
}
