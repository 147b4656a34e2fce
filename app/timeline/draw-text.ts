const widths = new Map<string, number>();

/** Width of a text in the context's font, remembered. */
export function textWidth(ctx: CanvasRenderingContext2D, text: string): number {
  const key = `${ctx.font}\n${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size > 20_000) widths.clear();
    width = ctx.measureText(text).width;
    widths.set(key, width);
  }
  return width;
}

/** Another font came or went: what was measured is of no use. */
export function forgetWidths(): void {
  widths.clear();
}

/** The text, or its beginning with `…`, in a width; empty if not even three letters fit. */
export function fitText(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (textWidth(ctx, text) <= width) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (textWidth(ctx, `${text.slice(0, middle)}…`) <= width) low = middle;
    else high = middle - 1;
  }
  return low < 3 ? '' : `${text.slice(0, low).trimEnd()}…`;
}
