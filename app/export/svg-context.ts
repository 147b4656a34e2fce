import { n, SvgPath } from './svg-path.ts';

/** What a canvas context remembers between `save` and `restore`. */
interface State {
  fillStyle: string;
  strokeStyle: string;
  lineWidth: number;
  lineCap: string;
  lineJoin: string;
  globalAlpha: number;
  font: string;
  textAlign: string;
  textBaseline: string;
  dash: readonly number[];
  dashOffset: number;
  /** Scale and shift, as the drawings use no others. */
  readonly scale: readonly [number, number];
  readonly shift: readonly [number, number];
  /** Groups that a clip has opened. */
  groups: number;
}

const START: State = {
  fillStyle: '#000',
  strokeStyle: '#000',
  lineWidth: 1,
  lineCap: 'butt',
  lineJoin: 'miter',
  globalAlpha: 1,
  font: '400 11px sans-serif',
  textAlign: 'left',
  textBaseline: 'alphabetic',
  dash: [],
  dashOffset: 0,
  scale: [1, 1],
  shift: [0, 0],
  groups: 0,
};

/**
 * A canvas context that writes SVG: what the timeline paints on the screen is written down by the very same drawing code, so
 * an exported picture cannot drift from it. It knows the calls that those drawings make, and no images.
 */
export class SvgContext {
  private state: State = { ...START };
  private readonly saved: State[] = [];
  private path = new SvgPath();
  private readonly parts: string[] = [];
  private clips = 0;
  private readonly prefix: string;
  private readonly measure: (font: string, text: string) => number;

  /** `measure`: width of a text in a CSS font; `prefix`: what ids in the picture begin with. */
  constructor(measure: (font: string, text: string) => number, prefix = 'clip') {
    this.measure = measure;
    this.prefix = prefix;
  }

  /** The picture so far, as the inside of an SVG element. */
  toSvg(): string {
    return this.parts.join('') + '</g>'.repeat(this.state.groups);
  }

  // --- What is set ---

  get fillStyle(): string {
    return this.state.fillStyle;
  }
  set fillStyle(value: string) {
    this.state.fillStyle = value;
  }
  get strokeStyle(): string {
    return this.state.strokeStyle;
  }
  set strokeStyle(value: string) {
    this.state.strokeStyle = value;
  }
  get lineWidth(): number {
    return this.state.lineWidth;
  }
  set lineWidth(value: number) {
    this.state.lineWidth = value;
  }
  get lineCap(): string {
    return this.state.lineCap;
  }
  set lineCap(value: string) {
    this.state.lineCap = value;
  }
  get lineJoin(): string {
    return this.state.lineJoin;
  }
  set lineJoin(value: string) {
    this.state.lineJoin = value;
  }
  get globalAlpha(): number {
    return this.state.globalAlpha;
  }
  set globalAlpha(value: number) {
    this.state.globalAlpha = value;
  }
  get font(): string {
    return this.state.font;
  }
  set font(value: string) {
    this.state.font = value;
  }
  get textAlign(): string {
    return this.state.textAlign;
  }
  set textAlign(value: string) {
    this.state.textAlign = value;
  }
  get textBaseline(): string {
    return this.state.textBaseline;
  }
  set textBaseline(value: string) {
    this.state.textBaseline = value;
  }
  setLineDash(dash: readonly number[]): void {
    this.state.dash = [...dash];
  }
  get lineDashOffset(): number {
    return this.state.dashOffset;
  }
  set lineDashOffset(value: number) {
    this.state.dashOffset = value;
  }

  // --- Where it is drawn ---

  save(): void {
    this.saved.push(this.state);
    this.state = { ...this.state, groups: 0 };
  }
  restore(): void {
    const before = this.saved.pop();
    if (before === undefined) return;
    this.parts.push('</g>'.repeat(this.state.groups));
    this.state = before;
  }
  translate(x: number, y: number): void {
    const { scale, shift } = this.state;
    this.state = { ...this.state, shift: [shift[0] + x * scale[0], shift[1] + y * scale[1]] };
  }
  scale(x: number, y: number): void {
    const { scale } = this.state;
    this.state = { ...this.state, scale: [scale[0] * x, scale[1] * y] };
  }
  setTransform(a: number, _b: number, _c: number, d: number, e: number, f: number): void {
    this.state = { ...this.state, scale: [a, d], shift: [e, f] };
  }
  clip(path?: SvgPath): void {
    const id = `${this.prefix}-${this.clips++}`;
    this.parts.push(
      `<clipPath id="${id}"><path d="${(path ?? this.path).data}"${this.transform()}/></clipPath><g clip-path="url(#${id})">`,
    );
    this.state.groups++;
  }

  // --- Paths ---

  beginPath(): void {
    this.path = new SvgPath();
  }
  moveTo(x: number, y: number): void {
    this.path.moveTo(x, y);
  }
  lineTo(x: number, y: number): void {
    this.path.lineTo(x, y);
  }
  closePath(): void {
    this.path.closePath();
  }
  rect(x: number, y: number, w: number, h: number): void {
    this.path.rect(x, y, w, h);
  }
  roundRect(x: number, y: number, w: number, h: number, radius?: number | readonly number[]): void {
    this.path.roundRect(x, y, w, h, radius);
  }
  arc(x: number, y: number, r: number, from: number, to: number, back?: boolean): void {
    this.path.arc(x, y, r, from, to, back);
  }
  arcTo(x1: number, y1: number, x2: number, y2: number, r: number): void {
    this.path.arcTo(x1, y1, x2, y2, r);
  }
  quadraticCurveTo(cx: number, cy: number, x: number, y: number): void {
    this.path.quadraticCurveTo(cx, cy, x, y);
  }
  bezierCurveTo(ax: number, ay: number, bx: number, by: number, x: number, y: number): void {
    this.path.bezierCurveTo(ax, ay, bx, by, x, y);
  }

  // --- Ink ---

  fill(path?: SvgPath): void {
    this.draw(path ?? this.path, `fill="${escapeXml(this.state.fillStyle)}"`);
  }
  stroke(path?: SvgPath): void {
    const { strokeStyle, lineWidth, lineCap, lineJoin, dash, dashOffset } = this.state;
    const more = [
      ...(lineCap === 'butt' ? [] : [`stroke-linecap="${lineCap}"`]),
      ...(lineJoin === 'miter' ? [] : [`stroke-linejoin="${lineJoin}"`]),
      ...(dash.length === 0 ? [] : [`stroke-dasharray="${dash.map(n).join(' ')}"`]),
      ...(dash.length === 0 || dashOffset === 0 ? [] : [`stroke-dashoffset="${n(dashOffset)}"`]),
    ];
    const line = `fill="none" stroke="${escapeXml(strokeStyle)}" stroke-width="${n(lineWidth)}"`;
    this.draw(path ?? this.path, [line, ...more].join(' '));
  }
  fillRect(x: number, y: number, w: number, h: number): void {
    if (w <= 0 || h <= 0) return;
    const fill = escapeXml(this.state.fillStyle);
    this.parts.push(
      `<rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" fill="${fill}"${this.alpha()}${this.transform()}/>`,
    );
  }
  strokeRect(x: number, y: number, w: number, h: number): void {
    const path = new SvgPath();
    path.rect(x, y, w, h);
    this.stroke(path);
  }
  fillText(text: string, x: number, y: number): void {
    const { font, fillStyle, textAlign, textBaseline } = this.state;
    const { weight, size, family } = readFont(font);
    // Not every viewer knows `dominant-baseline`: the base line is computed instead.
    const base = textBaseline === 'middle' ? y + size * 0.355 : textBaseline === 'top' ? y + size * 0.93 : y;
    const anchor =
      textAlign === 'center'
        ? ' text-anchor="middle"'
        : /right|end/.test(textAlign)
          ? ' text-anchor="end"'
          : '';
    this.parts.push(
      `<text x="${n(x)}" y="${n(base)}" font-size="${n(size)}" font-weight="${weight}" font-family="${escapeXml(family)}" fill="${escapeXml(fillStyle)}"${anchor}${this.alpha()}${this.transform()}>${escapeXml(text)}</text>`,
    );
  }
  measureText(text: string): { readonly width: number } {
    return { width: this.measure(this.state.font, text) };
  }

  private draw({ data }: SvgPath, look: string): void {
    if (data !== '') this.parts.push(`<path d="${data}" ${look}${this.alpha()}${this.transform()}/>`);
  }
  private alpha(): string {
    const { globalAlpha } = this.state;
    return globalAlpha === 1 ? '' : ` opacity="${n(globalAlpha)}"`;
  }
  private transform(): string {
    const { scale, shift } = this.state;
    const parts = [
      ...(shift[0] === 0 && shift[1] === 0 ? [] : [`translate(${n(shift[0])} ${n(shift[1])})`]),
      ...(scale[0] === 1 && scale[1] === 1 ? [] : [`scale(${fine(scale[0])} ${fine(scale[1])})`]),
    ];
    return parts.length === 0 ? '' : ` transform="${parts.join(' ')}"`;
  }
}

const fine = (value: number): string => String(Math.round(value * 1e5) / 1e5);

/** `600 11px "Inter Variable", sans-serif` in its parts. */
export function readFont(font: string): {
  readonly weight: string;
  readonly size: number;
  readonly family: string;
} {
  const match = /^(?:(\d+|bold|normal) )?([\d.]+)px (.+)$/.exec(font);
  return { weight: match?.[1] ?? '400', size: Number(match?.[2] ?? 11), family: match?.[3] ?? 'sans-serif' };
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** A text as it stands in XML; signs that XML has not are left out. */
export const escapeXml = (text: string): string =>
  text
    .replaceAll(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)
    .replaceAll(/(?![\t\n\r])\p{Cc}|\uFFFE|\uFFFF/gu, '');
