/** Something wrong in the text of an expression, at a place in it. */
export interface CelIssue {
  /** Offset in UTF-16 units. */
  readonly at: number;
  readonly message: string;
}

const WIDE_DOT = '．';
const WIDE_CARET = '＾';
const isWide = (character: string): boolean => (character.codePointAt(0) ?? 0) > 0x7f;

/** Line (from 1), column (from 0, in characters) and the line's text at an offset. */
function locate(text: string, at: number): { line: number; column: number; source: string } {
  const before = text.slice(0, at);
  const start = before.lastIndexOf('\n') + 1;
  const end = text.indexOf('\n', at);
  return {
    line: before.split('\n').length,
    column: [...before.slice(start)].length,
    source: text.slice(start, end < 0 ? undefined : end),
  };
}

/** The issues as cel-go displays them: place, message, the line, and a caret under the place. */
export function formatIssues(text: string, issues: readonly CelIssue[]): string {
  return [...issues]
    .sort((left, right) => left.at - right.at)
    .map(({ at, message }) => {
      const { line, column, source } = locate(text, at);
      const characters = [...source.replaceAll('\t', ' ')];
      const dots = characters.slice(0, column).map((one) => (isWide(one) ? WIDE_DOT : '.'));
      const caret = isWide(characters[column] ?? ' ') ? WIDE_CARET : '^';
      return `ERROR: <input>:${line}:${column + 1}: ${message}\n | ${characters.join('')}\n | ${dots.join('')}${caret}`;
    })
    .join('\n');
}
