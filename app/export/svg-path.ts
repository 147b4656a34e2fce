/** Turns the path calls of a canvas into an SVG path's data. Stands in for `Path2D` while a drawing is written down. */
export class SvgPath {
  data: string;
  private x = 0;
  private y = 0;

  constructor(source?: string | SvgPath) {
    this.data = source === undefined ? '' : typeof source === 'string' ? source : source.data;
    if (source instanceof SvgPath) {
      this.x = source.x;
      this.y = source.y;
    }
  }

  moveTo(x: number, y: number): void {
    this.to('M', x, y);
  }
  lineTo(x: number, y: number): void {
    this.to(this.data === '' ? 'M' : 'L', x, y);
  }
  closePath(): void {
    this.data += 'Z';
  }
  rect(x: number, y: number, w: number, h: number): void {
    this.data += `M${n(x)} ${n(y)}h${n(w)}v${n(h)}h${n(-w)}Z`;
  }
  roundRect(x: number, y: number, w: number, h: number, radius: number | readonly number[] = 0): void {
    const wanted = typeof radius === 'number' ? radius : (radius[0] ?? 0);
    const r = Math.max(0, Math.min(wanted, w / 2, h / 2));
    const corner = (dx: number, dy: number) => `a${n(r)} ${n(r)} 0 0 1 ${n(dx)} ${n(dy)}`;
    this.data += `M${n(x + r)} ${n(y)}H${n(x + w - r)}${corner(r, r)}V${n(y + h - r)}${corner(-r, r)}H${n(x + r)}${corner(-r, -r)}V${n(y + r)}${corner(r, -r)}Z`;
  }
  arc(x: number, y: number, r: number, from: number, to: number, back = false): void {
    const start = { x: x + r * Math.cos(from), y: y + r * Math.sin(from) };
    this.to(this.data === '' || this.data.endsWith('Z') ? 'M' : 'L', start.x, start.y);
    if (Math.abs(to - from) >= 2 * Math.PI - 1e-9) {
      const opposite = { x: 2 * x - start.x, y: 2 * y - start.y };
      this.sweep(r, 1, 1, opposite.x, opposite.y);
      this.sweep(r, 1, 1, start.x, start.y);
      this.data += 'Z';
      return;
    }
    const turn = back ? from - to : to - from;
    const large = ((turn % (2 * Math.PI)) + 2 * Math.PI) % (2 * Math.PI) > Math.PI ? 1 : 0;
    this.sweep(r, large, back ? 0 : 1, x + r * Math.cos(to), y + r * Math.sin(to));
  }
  arcTo(x1: number, y1: number, x2: number, y2: number, r: number): void {
    const a = unit(this.x - x1, this.y - y1);
    const b = unit(x2 - x1, y2 - y1);
    const angle = Math.acos(Math.max(-1, Math.min(1, a.x * b.x + a.y * b.y)));
    if (r <= 0 || angle < 1e-6 || Math.PI - angle < 1e-6) {
      this.lineTo(x1, y1);
      return;
    }
    const reach = r / Math.tan(angle / 2);
    this.lineTo(x1 + a.x * reach, y1 + a.y * reach);
    this.sweep(r, 0, a.x * b.y - a.y * b.x > 0 ? 0 : 1, x1 + b.x * reach, y1 + b.y * reach);
  }
  quadraticCurveTo(cx: number, cy: number, x: number, y: number): void {
    this.data += `Q${n(cx)} ${n(cy)} ${n(x)} ${n(y)}`;
    this.at(x, y);
  }
  bezierCurveTo(ax: number, ay: number, bx: number, by: number, x: number, y: number): void {
    this.data += `C${n(ax)} ${n(ay)} ${n(bx)} ${n(by)} ${n(x)} ${n(y)}`;
    this.at(x, y);
  }
  addPath(path: SvgPath): void {
    this.data += path.data;
    this.at(path.x, path.y);
  }

  private to(command: 'M' | 'L', x: number, y: number): void {
    this.data += `${command}${n(x)} ${n(y)}`;
    this.at(x, y);
  }
  private sweep(r: number, large: 0 | 1, clockwise: 0 | 1, x: number, y: number): void {
    this.data += `A${n(r)} ${n(r)} 0 ${large} ${clockwise} ${n(x)} ${n(y)}`;
    this.at(x, y);
  }
  private at(x: number, y: number): void {
    this.x = x;
    this.y = y;
  }
}

function unit(x: number, y: number): { readonly x: number; readonly y: number } {
  const length = Math.hypot(x, y);
  return length === 0 ? { x: 0, y: 0 } : { x: x / length, y: y / length };
}

/** A coordinate as it stands in a file: hundredths of a pixel are more than anyone sees. */
export const n = (value: number): string => String(Math.round(value * 100) / 100);
