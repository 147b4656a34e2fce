import type { SourceLocation, TextRange } from './diagnostic.ts';

/** Lines of a text: turns offsets into lines and columns, both from 1. */
export class LineIndex {
  readonly #starts: readonly number[];

  constructor(text: string) {
    const starts = [0];
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#starts = starts;
  }

  line(offset: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  column(offset: number): number {
    return offset - (this.#starts[this.line(offset) - 1] ?? 0) + 1;
  }

  location(file: string, range: TextRange): SourceLocation {
    return {
      file,
      range,
      line: this.line(range.start),
      column: this.column(range.start),
      endLine: this.line(range.end),
      endColumn: this.column(range.end),
    };
  }
}
