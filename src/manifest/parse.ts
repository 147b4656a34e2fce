import { get, isObject, type Json } from '../base/json.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { type ChunkDiagnostic, type ParsedChunk, splitDocuments } from './chunk.ts';
import type { Diagnostic, TextRange } from './diagnostic.ts';
import { DEFAULT_LIMITS, type ParseLimits } from './limits.ts';
import type { ManifestDocument, ParsedFile, TextFile } from './manifest.ts';
import { parseChunk } from './parse-chunk.ts';
import { LineIndex } from './source-map.ts';

/**
 * Texts that were parsed lately. While a person types, all files but one and all documents of that one but one stay as they
 * were; what is kept is frozen by convention, so that sharing it cannot be noticed.
 */
const files = new Map<string, ParsedFile>();
const chunks = new Map<string, readonly ParsedChunk[]>();
const KEPT_FILES = 128;
const KEPT_CHUNKS = 512;
const LONGEST_KEPT_CHUNK = 65_536;

/** Reads a file's YAML (or JSON) documents. Never throws: what cannot be read is told by diagnostics. */
export function parseFile(file: TextFile, limits: ParseLimits = DEFAULT_LIMITS): ParsedFile {
  if (limits !== DEFAULT_LIMITS) return parseAnew(file, limits);
  const known = files.get(file.path);
  if (known !== undefined && known.file.text === file.text) return known;
  const parsed = parseAnew(file, limits);
  keep(files, file.path, parsed, KEPT_FILES);
  return parsed;
}

/** Reads all files of a workspace, in order. */
export function parseFiles(
  list: readonly TextFile[],
  limits: ParseLimits = DEFAULT_LIMITS,
): readonly ParsedFile[] {
  return list.map((file) => parseFile(file, limits));
}

function keep<T>(cache: Map<string, T>, key: string, value: T, size: number): void {
  cache.delete(key);
  cache.set(key, value);
  const oldest = cache.size > size ? cache.keys().next() : undefined;
  if (oldest !== undefined && !oldest.done) cache.delete(oldest.value);
}

function parseAnew(file: TextFile, limits: ParseLimits): ParsedFile {
  const { text } = file;
  if (text.length > limits.characters) return refused(file, 'limit-size', tooLarge(text.length, limits));
  const ranges = splitDocuments(text);
  if (ranges.length > limits.documents)
    return refused(
      file,
      'limit-documents',
      `This file has ${ranges.length} documents; up to ${limits.documents} are read.`,
    );
  const lines = new LineIndex(text);
  const documents: ManifestDocument[] = [];
  const diagnostics: Diagnostic[] = [];
  let index = 0;
  for (const range of ranges)
    for (const chunk of chunksOf(text.slice(range.start, range.end), limits)) {
      diagnostics.push(...chunk.diagnostics.map((found) => place(found, file, range.start, lines)));
      if (chunk.content && chunk.value !== undefined)
        documents.push(toDocument(file, index, chunk, chunk.value, range.start, lines));
      if (chunk.content) index += 1;
    }
  return { file, documents, diagnostics };
}

function chunksOf(text: string, limits: ParseLimits): readonly ParsedChunk[] {
  if (limits !== DEFAULT_LIMITS || text.length > LONGEST_KEPT_CHUNK) return parseChunk(text, limits);
  const parsed = chunks.get(text) ?? parseChunk(text, limits);
  keep(chunks, text, parsed, KEPT_CHUNKS);
  return parsed;
}

const megabytes = (characters: number): string => (characters / 1_048_576).toFixed(1);

const tooLarge = (length: number, limits: ParseLimits): string =>
  `This file has ${megabytes(length)} million characters; up to ${megabytes(limits.characters)} million are read.`;

function refused(file: TextFile, code: string, message: string): ParsedFile {
  const location = {
    file: file.path,
    range: { start: 0, end: 0 },
    line: 1,
    column: 1,
    endLine: 1,
    endColumn: 1,
  };
  return { file, documents: [], diagnostics: [{ code, severity: 'error', message, location }] };
}

const shift = (range: TextRange, by: number): TextRange => ({ start: range.start + by, end: range.end + by });

function toDocument(
  file: TextFile,
  index: number,
  chunk: ParsedChunk,
  value: Json,
  base: number,
  lines: LineIndex,
): ManifestDocument {
  const object = asObject(value);
  return {
    file: file.path,
    index,
    value,
    ...(object === undefined ? {} : { object }),
    location: lines.location(file.path, shift(chunk.range, base)),
    locate: (path, part = 'value') => lines.location(file.path, shift(chunk.locate(path, part), base)),
  };
}

function asObject(value: Json): KubernetesObject | undefined {
  const isComplete =
    isObject(value) &&
    typeof get(value, 'apiVersion') === 'string' &&
    typeof get(value, 'kind') === 'string' &&
    isObject(get(value, 'metadata'));
  return isComplete ? (value as KubernetesObject) : undefined;
}

function place(found: ChunkDiagnostic, file: TextFile, base: number, lines: LineIndex): Diagnostic {
  const hint = hintOf(found, file.text, base, lines);
  return {
    code: found.code,
    severity: found.severity,
    message: found.message((offset) => lines.line(offset + base)),
    ...(hint === undefined ? {} : { hint }),
    ...(found.note === undefined ? {} : { note: found.note }),
    location: lines.location(file.path, shift(found.range, base)),
    ...(found.fix === undefined
      ? {}
      : {
          fix: {
            title: found.fix.title,
            edits: found.fix.edits.map(({ range, text }) => ({
              file: file.path,
              range: shift(range, base),
              text,
            })),
          },
        }),
  };
}

function hintOf(found: ChunkDiagnostic, text: string, base: number, lines: LineIndex): string | undefined {
  if (found.before === undefined) return found.hint;
  const offset = found.before + base;
  return offset >= text.length
    ? 'Close it before the end of the file.'
    : `Close it before line ${lines.line(offset)}.`;
}
