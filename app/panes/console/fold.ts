/** Output longer than this is folded. */
export const LONG = 40;
const HEAD = 14;
const TAIL = 14;

/** A stretch of output lines that is hidden until it is asked for. `to`: the line after it. */
export interface Fold {
  readonly from: number;
  readonly to: number;
  /** What is in it. */
  readonly text: string;
}

/** What of a long output is folded: of a description what stands between its name and its status, else the middle. */
export function foldOf(lines: readonly string[]): Fold | undefined {
  if (lines.length <= LONG) return undefined;
  const sections = lines.flatMap((line, index) =>
    /^[A-Z][\w ]*:/.test(line) ? [{ index, name: line.slice(0, line.indexOf(':')), line }] : [],
  );
  const name = sections.find((one) => one.name === 'Name');
  const last =
    sections.findLast((one) => one.name === 'Status') ?? sections.findLast((one) => one.name === 'Events');
  if (name?.index === 0 && last !== undefined && last.index > 2 && lines.length - last.index <= LONG) {
    const inner = sections.filter(({ index }) => index > 0 && index < last.index);
    const big = inner.filter(
      ({ line, name: one }) => /:\s*$/.test(line) || one === 'Namespace' || one === 'Labels',
    );
    const names = [...new Set(big.map((one) => one.name))];
    return {
      from: 1,
      to: last.index,
      text: `${joined(names)}${names.length > 0 ? ', ' : ''}${last.index - 1} lines`,
    };
  }
  const [from, to] = [HEAD, lines.length - TAIL];
  return { from, to, text: `${to - from} lines` };
}

function joined(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
