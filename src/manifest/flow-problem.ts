import { Lexer } from 'yaml';
import { lineStartAt } from '../base/lines.ts';
import type { ChunkDiagnostic } from './chunk.ts';

interface Opener {
  readonly offset: number;
  readonly bracket: '{' | '[';
}

const closerOf = (opener: Opener): string => (opener.bracket === '{' ? '}' : ']');

/** The first bracket of a document that is not closed, or is closed by the wrong one. */
export function findFlowProblem(text: string): ChunkDiagnostic | undefined {
  const open: Opener[] = [];
  let end = text.length;
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === '\u0002' || lexeme === '\u0018' || lexeme === '\u001f') continue;
    if (open.length > 0 && offset >= end) return unclosed(text, open, end);
    if (lexeme === '{' || lexeme === '[') {
      if (open.length === 0) end = endOfFlow(text, offset);
      open.push({ offset, bracket: lexeme });
    } else if (lexeme === '}' || lexeme === ']') {
      const opener = open.pop();
      if (opener === undefined) return closesNothing(text, offset);
      if (closerOf(opener) !== lexeme) return mismatched(text, opener, offset, open.length === 0);
    }
    offset += lexeme.length;
  }
  return open.length > 0 ? unclosed(text, open, end) : undefined;
}

/** Where a flow collection must be over: the first later line that is indented no deeper, unless it closes something. */
function endOfFlow(text: string, offset: number): number {
  const lineStart = lineStartAt(text, offset);
  const indent = indentation(text, lineStart);
  for (let next = text.indexOf('\n', offset); next >= 0; next = text.indexOf('\n', next + 1)) {
    const start = next + 1;
    const first = text[start + indentation(text, start)];
    if (first === undefined || first === '\n' || first === '\r' || first === '#') continue;
    const closes = first === '}' || first === ']' || first === ',';
    if (!closes && indentation(text, start) <= indent) return start;
  }
  return text.length;
}

function indentation(text: string, lineStart: number): number {
  let width = 0;
  while (text[lineStart + width] === ' ') width += 1;
  return width;
}

function unclosed(text: string, open: readonly Opener[], end: number): ChunkDiagnostic | undefined {
  const outer = open[0];
  if (outer === undefined) return undefined;
  const closers = open.map(closerOf).toReversed().join('');
  const at = lastContent(text, outer.offset, end);
  return {
    code: 'yaml-unclosed-flow',
    severity: 'error',
    message: () => `The ${outer.bracket} at column ${columnOf(text, outer.offset)} is not closed.`,
    hint: 'Close it.',
    note: `this ${outer.bracket} is not closed`,
    range: { start: outer.offset, end: outer.offset + 1 },
    before: end,
    fix: { title: `Insert ${closers}`, edits: [{ range: { start: at, end: at }, text: closers }] },
  };
}

/** End of the last line before `end` that says something, without its comment. */
function lastContent(text: string, from: number, end: number): number {
  let at = from + 1;
  for (let start = from; start < end; ) {
    const newline = text.indexOf('\n', start);
    const stop = newline < 0 || newline > end ? end : newline;
    const line = text
      .slice(start, stop)
      .replace(/(^|\s)#.*$/, '')
      .trimEnd();
    if (line.trim() !== '') at = Math.max(at, start + line.length);
    start = stop + 1;
  }
  return at;
}

function mismatched(text: string, opener: Opener, offset: number, isOutermost: boolean): ChunkDiagnostic {
  const closer = closerOf(opener);
  const wrong = text[offset] ?? '';
  const place = { start: offset, end: isOutermost ? offset + 1 : offset };
  return {
    code: 'yaml-mismatched-bracket',
    severity: 'error',
    message: (line) =>
      `The ${opener.bracket} at line ${line(opener.offset)}, column ${columnOf(text, opener.offset)} is closed by a ${wrong}.`,
    hint: isOutermost ? `Write a ${closer}.` : `Put a ${closer} before it.`,
    note: `${closer} expected`,
    range: { start: offset, end: offset + 1 },
    fix: {
      title: isOutermost ? `Replace with ${closer}` : `Insert ${closer}`,
      edits: [{ range: place, text: closer }],
    },
  };
}

function closesNothing(text: string, offset: number): ChunkDiagnostic {
  const range = { start: offset, end: offset + 1 };
  return {
    code: 'yaml-mismatched-bracket',
    severity: 'error',
    message: () => `This ${text[offset] ?? ''} closes nothing.`,
    note: 'closes nothing',
    range,
    fix: { title: 'Remove it', edits: [{ range, text: '' }] },
  };
}

/** Column of an offset, from 1. */
export function columnOf(text: string, offset: number): number {
  return offset - lineStartAt(text, offset) + 1;
}
