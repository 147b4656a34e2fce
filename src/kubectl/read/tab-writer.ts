/** Go's text/tabwriter as kubectl's describe uses it: cells end at tabs, columns are as wide as their widest cell and two. */
const PADDING = 2;

/** Aligns text whose cells end at tabs. A column is a run of lines that all have a cell there; other lines break it. */
export function alignTabs(text: string): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const out: string[] = [];
  format(lines, 0, lines.length, [], out);
  return out.join('\n');
}

function format(
  lines: readonly (readonly string[])[],
  from: number,
  to: number,
  widths: readonly number[],
  out: string[],
): void {
  const column = widths.length;
  const hasCell = (at: number): boolean => column < (lines[at]?.length ?? 0) - 1;
  for (let at = from; at < to; at += 1) {
    if (!hasCell(at)) {
      out.push(padded(lines[at] ?? [], widths));
      continue;
    }
    let [end, width] = [at, 0];
    for (; end < to && hasCell(end); end += 1)
      width = Math.max(width, [...(lines[end]?.[column] ?? '')].length + PADDING);
    format(lines, at, end, [...widths, width], out);
    at = end - 1;
  }
}

const padded = (cells: readonly string[], widths: readonly number[]): string =>
  cells
    .map((cell, index) => {
      const width = widths[index];
      return width === undefined ? cell : cell + ' '.repeat(Math.max(0, width - [...cell].length));
    })
    .join('');
