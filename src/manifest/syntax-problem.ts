import { Lexer, type YAMLParseError } from 'yaml';
import { lineStartAt } from '../base/lines.ts';
import type { ChunkDiagnostic } from './chunk.ts';
import type { TextRange } from './diagnostic.ts';
import { columnOf, findFlowProblem } from './flow-problem.ts';

/**
 * What is wrong with a document that `yaml` could not read: one diagnostic at the place that caused it, since the parser's
 * later errors mostly follow from the first.
 */
export function explainSyntax(text: string, errors: readonly YAMLParseError[]): ChunkDiagnostic {
  const first = errors.toSorted((left, right) => left.pos[0] - right.pos[0])[0];
  const at = first?.pos[0] ?? 0;
  const line = lineAround(text, at);
  return (
    explainTemplate(text, line) ??
    findFlowProblem(text) ??
    (first === undefined ? undefined : explainError(text, first, line)) ?? {
      code: 'yaml-syntax',
      severity: 'error',
      message: () => reword(first?.message ?? 'This is not YAML'),
      range: rangeOf(text, first),
    }
  );
}

interface Line {
  readonly start: number;
  /** Without the line break. */
  readonly end: number;
  readonly text: string;
}

function lineAround(text: string, offset: number): Line {
  const start = lineStartAt(text, offset);
  const newline = text.indexOf('\n', offset);
  const end = newline < 0 ? text.length : newline;
  return { start, end, text: text.slice(start, end).trimEnd() };
}

function rangeOf(text: string, error: YAMLParseError | undefined): TextRange {
  const start = Math.min(error?.pos[0] ?? 0, text.length);
  const stop = Math.max(error?.pos[1] ?? 0, start);
  const newline = text.indexOf('\n', start);
  return { start, end: newline > start ? Math.min(stop, newline) : stop };
}

/** The parser's words, where a person would say it otherwise. */
const REWORDED: readonly (readonly [RegExp, string])[] = [
  [/at node end/, 'There is something after the end of the value.'],
  [/block-seq-ind on same line/, 'A list cannot begin on the line of its key.'],
  [/^Implicit keys need|followed by map values/, 'A key with a : is expected here.'],
  [/sequence must be|All sequence items/, 'The items of a list must start at the same column.'],
];

function reword(message: string): string {
  const found = REWORDED.find(([pattern]) => pattern.test(message));
  return found?.[1] ?? sentence(message);
}

function sentence(message: string): string {
  const trimmed = message.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

/** `name: {{request.object.metadata.name}}`: YAML sees the beginning of a mapping. */
export function explainTemplate(text: string, line: Line): ChunkDiagnostic | undefined {
  const match = /^(\s*(?:- +)*(?:[^\s:#"'{[]+:\s+)?)(\{\{.*)$/.exec(line.text);
  if (match === null) return undefined;
  const [, before = '', value = ''] = match;
  const start = line.start + before.length;
  return {
    code: 'yaml-unquoted-variable',
    severity: 'error',
    message: () => 'A value that begins with {{ needs quotes: without them it is a YAML mapping.',
    hint: 'Put the value in quotes.',
    note: 'needs quotes',
    range: { start, end: start + value.length },
    fix: quote(text, start, start + value.length),
  };
}

/** The same for a place inside a document that can be read as YAML but not as what was meant. */
export function explainTemplateAt(text: string, offset: number): ChunkDiagnostic | undefined {
  return explainTemplate(text, lineAround(text, offset));
}

function quote(text: string, start: number, end: number): NonNullable<ChunkDiagnostic['fix']> {
  const value = text.slice(start, end);
  const quoted = value.includes('"')
    ? `'${value.replaceAll("'", "''")}'`
    : `"${value.replaceAll('\\', '\\\\')}"`;
  return { title: 'Put it in quotes', edits: [{ range: { start, end }, text: quoted }] };
}

function explainError(text: string, error: YAMLParseError, line: Line): ChunkDiagnostic | undefined {
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return explainTab(text, error);
    case 'BAD_INDENT':
      return explainIndent(text, line);
    case 'MISSING_CHAR':
      return explainQuote(text, error) ?? explainColon(line);
    case 'MULTILINE_IMPLICIT_KEY':
      return explainColon(line);
    case 'BLOCK_AS_IMPLICIT_KEY':
      return explainNested(text, error, line);
    case 'BAD_SCALAR_START':
      return explainReserved(text, error, line);
    case 'BAD_DQ_ESCAPE':
      return {
        code: 'yaml-escape',
        severity: 'error',
        message: () =>
          `${JSON.stringify(text.slice(error.pos[0], error.pos[0] + 2))
            .slice(1, -1)
            .replaceAll('\\\\', '\\')} is not an escape that YAML knows.`,
        hint: 'Write \\\\ for a backslash, or use single quotes.',
        note: 'unknown escape',
        range: { start: error.pos[0], end: Math.min(error.pos[0] + 2, text.length) },
      };
    default:
      return undefined;
  }
}

function explainTab(text: string, error: YAMLParseError): ChunkDiagnostic {
  const edits = [...text.matchAll(/^[ ]*\t[ \t]*/gm)].map((match) => ({
    range: { start: match.index, end: match.index + match[0].length },
    text: match[0].replaceAll('\t', '  '),
  }));
  const line = lineAround(text, error.pos[0]);
  const start = line.text.includes('\t') ? line.start + line.text.indexOf('\t') : error.pos[0];
  return {
    code: 'yaml-tab',
    severity: 'error',
    message: (lineOf) => `Line ${lineOf(start)} is indented with a tab; YAML takes spaces only.`,
    hint: 'Use spaces.',
    note: 'tab',
    range: { start, end: start + 1 },
    fix: { title: 'Replace tabs with spaces', edits },
  };
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** Indentations of the lines above that are still open, innermost first. */
function openIndents(text: string, start: number): readonly number[] {
  const indents: number[] = [];
  let limit = Number.POSITIVE_INFINITY;
  for (const line of text.slice(0, start).split('\n').toReversed()) {
    if (line.trim() === '' || line.trimStart().startsWith('#') || line.startsWith('---')) continue;
    const indent = indentOf(line);
    if (indent < limit) {
      limit = indent;
      indents.push(indent);
    }
  }
  return indents;
}

function reindent(line: Line, indent: number): NonNullable<ChunkDiagnostic['fix']> {
  const range = { start: line.start, end: line.start + indentOf(line.text) };
  return { title: `Indent by ${indent}`, edits: [{ range, text: ' '.repeat(indent) }] };
}

function explainIndent(text: string, line: Line): ChunkDiagnostic | undefined {
  const indent = indentOf(line.text);
  const wanted = openIndents(text, line.start).toSorted(
    (left, right) => Math.abs(left - indent) - Math.abs(right - indent),
  )[0];
  if (line.text.trim() === '' || wanted === undefined || wanted === indent) return undefined;
  return {
    code: 'yaml-indentation',
    severity: 'error',
    message: (lineOf) => `Line ${lineOf(line.start)} is indented by ${indent}, which no line above is.`,
    hint: `Indent it by ${wanted}.`,
    note: 'indentation',
    range: { start: line.start + indent, end: line.start + line.text.length },
    fix: reindent(line, wanted),
  };
}

function explainQuote(text: string, error: YAMLParseError): ChunkDiagnostic | undefined {
  if (!/^Missing closing/.test(error.message)) return undefined;
  let offset = 0;
  let start: number | undefined;
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === '\u0002' || lexeme === '\u0018' || lexeme === '\u001f') continue;
    if (offset > error.pos[0]) break;
    if (lexeme.startsWith('"') || lexeme.startsWith("'")) start = offset;
    offset += lexeme.length;
  }
  if (start === undefined) return undefined;
  const mark = text[start] ?? '"';
  const line = lineAround(text, start);
  const at = line.start + line.text.length;
  return {
    code: 'yaml-unclosed-quote',
    severity: 'error',
    message: () => `The ${mark} at column ${columnOf(text, start)} is not closed.`,
    hint: 'Close it.',
    note: `this ${mark} is not closed`,
    range: { start, end: start + 1 },
    before: Math.min(line.end + 1, text.length),
    fix: { title: `Insert ${mark}`, edits: [{ range: { start: at, end: at }, text: mark }] },
  };
}

function explainColon(line: Line): ChunkDiagnostic | undefined {
  const glued = /^(\s*(?:- +)*[\w./-]+:)(?![\s/:])(\S.*)$/.exec(line.text);
  const lone = /^(\s*)([\w./-]+)$/.exec(line.text);
  if (glued === null && lone === null) return undefined;
  const at = line.start + (glued?.[1] ?? line.text).length;
  return {
    code: 'yaml-missing-colon',
    severity: 'error',
    message: (lineOf) =>
      glued === null
        ? `A : is missing after ${lone?.[2] ?? ''} in line ${lineOf(line.start)}.`
        : `A space is missing after the : in line ${lineOf(line.start)}.`,
    note: glued === null ? ': expected' : 'space expected',
    range: { start: line.start + indentOf(line.text), end: line.start + line.text.length },
    fix: {
      title: glued === null ? 'Insert :' : 'Insert a space',
      edits: [{ range: { start: at, end: at }, text: glued === null ? ':' : ' ' }],
    },
  };
}

function explainNested(text: string, error: YAMLParseError, line: Line): ChunkDiagnostic | undefined {
  const start = error.pos[0];
  const next = lineAround(text, Math.min(line.end + 1, text.length));
  const indent = indentOf(line.text);
  const isDeeper = next.start > line.start && indentOf(next.text) > indent && next.text.includes(':');
  if (isDeeper && !/:\s/.test(text.slice(start, line.end)))
    return {
      code: 'yaml-indentation',
      severity: 'error',
      message: (lineOf) =>
        `Line ${lineOf(next.start)} is indented deeper than line ${lineOf(line.start)}, whose key already has a value.`,
      hint: `Indent it by ${indent}.`,
      note: 'indented too deep',
      range: { start: next.start + indentOf(next.text), end: next.start + next.text.length },
      fix: reindent(next, indent),
    };
  const end = line.start + line.text.length;
  if (start >= end) return undefined;
  return {
    code: 'yaml-nested-mapping',
    severity: 'error',
    message: (lineOf) => `Line ${lineOf(start)} has a second ": ", so its value would be a mapping.`,
    hint: 'Put the value in quotes, or begin a new line.',
    note: 'needs quotes',
    range: { start, end },
    fix: quote(text, start, end),
  };
}

function explainReserved(text: string, error: YAMLParseError, line: Line): ChunkDiagnostic {
  const start = error.pos[0];
  const end = line.start + line.text.replace(/\s+#.*$/, '').length;
  return {
    code: 'yaml-reserved-character',
    severity: 'error',
    message: () => `A value cannot begin with ${text[start] ?? ''} unless it is in quotes.`,
    hint: 'Put the value in quotes.',
    note: 'needs quotes',
    range: { start, end: Math.max(end, start + 1) },
    fix: quote(text, start, Math.max(end, start + 1)),
  };
}
