import { Composer, type CST, type Document, type Node, Parser, type YAMLParseError } from 'yaml';
import type { ChunkDiagnostic, ParsedChunk } from './chunk.ts';
import { convert } from './convert.ts';
import { tooDeep, tooDeepToken } from './depth.ts';
import type { ParseLimits } from './limits.ts';
import { locateNode } from './locate.ts';
import { syntaxProblems } from './parts.ts';

/** Parses one document. Scalars stay text here (`failsafe`): {@link convert} gives them their type. */
export function parseChunk(text: string, limits: ParseLimits): readonly ParsedChunk[] {
  const deep = tooDeep(text, limits.depth);
  if (deep !== undefined) return [unusable(text, depthProblem(deep, limits))];
  const tokens: CST.Token[] = [...new Parser().parse(text)];
  for (const token of tokens) {
    const offset = token.type === 'document' ? tooDeepToken(token, limits.depth) : undefined;
    if (offset !== undefined) return [unusable(text, depthProblem(offset, limits))];
  }
  const composer = new Composer({
    schema: 'failsafe',
    resolveKnownTags: false,
    uniqueKeys: false,
    keepSourceTokens: false,
    logLevel: 'silent',
  });
  const documents = [...composer.compose(tokens, false, text.length)];
  if (documents.length === 0)
    return [{ content: false, range: whole(text), diagnostics: [], locate: () => whole(text) }];
  return documents.map((document) => readDocument(text, document, limits));
}

const whole = (text: string): { start: number; end: number } => ({ start: 0, end: text.trimEnd().length });

function readDocument(
  text: string,
  document: Document.Parsed | { readonly contents: Node | null; readonly errors: readonly YAMLParseError[] },
  limits: ParseLimits,
): ParsedChunk {
  if (document.errors.length > 0)
    return unusable(text, syntaxProblems.get().explainSyntax(text, document.errors));
  const root = document.contents as Node | null;
  const { value, diagnostics, aliases } = convert(text, root, limits);
  const content = root !== null && !(value === null && (root.range?.[0] ?? 0) === (root.range?.[1] ?? 0));
  const range = root === null ? whole(text) : locateNode(text, root, aliases, [], 'value');
  return {
    ...(value === undefined ? {} : { value }),
    content,
    range,
    diagnostics,
    locate: (path, part) => (root === null ? range : locateNode(text, root, aliases, path, part)),
  };
}

function unusable(text: string, diagnostic: ChunkDiagnostic): ParsedChunk {
  return { content: true, range: whole(text), diagnostics: [diagnostic], locate: () => whole(text) };
}

function depthProblem(offset: number, limits: ParseLimits): ChunkDiagnostic {
  return {
    code: 'limit-depth',
    severity: 'error',
    message: () => `This document is nested deeper than ${limits.depth} levels.`,
    note: 'nested too deep',
    range: { start: offset, end: offset + 1 },
  };
}
