/** Least width of a column, and the blanks after its longest cell (k8s.io/cli-runtime printers, tabwriter). */
const MIN_WIDTH = 6;
const PADDING = 3;

/** How wide the columns of these rows are, at least as wide as given. */
export function columnWidths(
  rows: readonly (readonly string[])[],
  least: readonly number[] = [],
): readonly number[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: count }, (_, column) =>
    Math.max(MIN_WIDTH, least[column] ?? 0, ...rows.map((row) => width(row[column] ?? '') + PADDING)),
  );
}

/** Rows as kubectl prints a table: columns padded to their longest cell, the last one not. */
export function formatTable(
  rows: readonly (readonly string[])[],
  widths: readonly number[] = columnWidths(rows),
): string {
  return rows
    .map((row) => {
      const cells = row.map((cell, column) =>
        column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - width(cell)),
      );
      return `${cells.join('')}\n`;
    })
    .join('');
}

/** Characters, not UTF-16 units: what tabwriter counts. */
const width = (cell: string): number => [...cell].length;
