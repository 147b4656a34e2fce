import { isMap, isSeq, parseAllDocuments, stringify, visit } from 'yaml';
import type { JsonObject } from '../base/json.ts';
import { lineStartAt } from '../base/lines.ts';
import type { TextRange } from '../manifest/diagnostic.ts';

/** A change of one stretch of one file's text. */
export interface TextEdit {
  readonly file: string;
  readonly range: TextRange;
  readonly text: string;
}

/** The text with all edits applied; they must not overlap. */
export function applyEdits(text: string, edits: readonly Omit<TextEdit, 'file'>[]): string {
  const ordered = edits
    .map((edit, at) => ({ ...edit, at }))
    .sort((left, right) => right.range.start - left.range.start || right.at - left.at);
  return ordered.reduce(
    (result, { range, text: inserted }) => result.slice(0, range.start) + inserted + result.slice(range.end),
    text,
  );
}

/** An item of a block sequence with everything that goes with it: comments above, its lines, its dash's column. */
export interface BlockItem {
  readonly range: TextRange;
  /** Where the comments end and the item's own first line begins. */
  readonly dash: number;
  readonly indent: number;
}

/**
 * The whole lines of the sequence item whose value stands at a range. Undefined where the item does not have its lines for
 * itself (flow style): then {@link toBlockStyle} first.
 */
export function blockItem(text: string, value: TextRange): BlockItem | undefined {
  const head = /(^|\n)([ ]*)-[ \t]+(?:#[^\n]*)?(?:\n[ ]*(?:#[^\n]*)?)*$/.exec(text.slice(0, value.start));
  if (head === null) return undefined;
  const dash = head.index + (head[1] ?? '').length;
  const indent = (head[2] ?? '').length;
  return {
    range: { start: commentsAbove(text, dash, indent), end: endOfItem(text, value.end, indent) },
    dash,
    indent,
  };
}

function commentsAbove(text: string, dash: number, indent: number): number {
  let start = dash;
  while (start > 0) {
    const lineStart = lineStartAt(text, start - 1);
    const line = text.slice(lineStart, start);
    if (line.search(/\S/) !== indent || !/^ *#/.test(line)) break;
    start = lineStart;
  }
  return start;
}

/** Behind the line break of the item's last line; comments that are further in than the dash are the item's. */
function endOfItem(text: string, end: number, indent: number): number {
  let stop = lineEnd(text, end);
  for (let next = stop; next < text.length; ) {
    const line = text.slice(next, lineEnd(text, next));
    if (!/^ *#/.test(line) || line.search(/\S/) <= indent) break;
    next = lineEnd(text, next);
    stop = next;
  }
  return stop;
}

function lineEnd(text: string, at: number): number {
  const found = text.indexOf('\n', at);
  return found < 0 ? text.length : found + 1;
}

/** Moves all lines by a number of columns; blank lines stay blank. */
export const reindent = (block: string, by: number): string =>
  block.replace(/^( *)(?=\S)/gm, (spaces) => ' '.repeat(Math.max(0, spaces.length + by)));

/** The lines of a sequence item: `- ` before the first, two blanks before the others, all at a column. */
export function formatItem(value: JsonObject, indent: number): string {
  const lines = stringify(value, { lineWidth: 0, compat: 'yaml-1.1' }).trimEnd().split('\n');
  return (
    lines.map((line, at) => `${' '.repeat(indent)}${at === 0 ? '- ' : '  '}${line}`.trimEnd()).join('\n') +
    '\n'
  );
}

/** The same file with everything in its documents written in block style; comments stay. */
export function toBlockStyle(text: string): string {
  return parseAllDocuments(text)
    .map((document) => {
      if (!('errors' in document)) return '';
      visit(document, (_, node) => {
        if ((isSeq(node) || isMap(node)) && node.flow === true && node.items.length > 0) node.flow = false;
      });
      return document.toString({ lineWidth: 0 });
    })
    .join('');
}

/** A text as a scalar on one line, quoted only where it must be. */
export function formatScalar(text: string): string {
  return stringify(text, { lineWidth: 0, blockQuote: false, compat: 'yaml-1.1' }).trimEnd();
}
