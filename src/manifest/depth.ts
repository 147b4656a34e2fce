import { type CST, Lexer } from 'yaml';

/**
 * Offset at which flow collections or compact block collections nest deeper than `limit`, or undefined. Comes before the
 * parser, which takes time that grows with the square of such a depth.
 */
export function tooDeep(text: string, limit: number): number | undefined {
  const compact = new RegExp(`^ *(?:[-?:] +){${limit},}`, 'm').exec(text);
  if (compact !== null) return compact.index;
  let opens = 0;
  for (let i = 0; i < text.length && opens <= limit; i += 1)
    if (text[i] === '[' || text[i] === '{') opens += 1;
  if (opens <= limit) return undefined;
  let depth = 0;
  let offset = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === '[' || lexeme === '{') depth += 1;
    else if (lexeme === ']' || lexeme === '}') depth -= 1;
    if (depth > limit) return offset;
    if (!CONTROL.has(lexeme)) offset += lexeme.length;
  }
  return undefined;
}

/** Lexemes that stand for no text: document start, flow end, scalar follows. */
const CONTROL: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001f']);

/** Offset of a token that lies deeper than `limit` in a parsed document, or undefined. Does not recurse. */
export function tooDeepToken(document: CST.Document, limit: number): number | undefined {
  const open: { token: CST.Token; depth: number }[] = [];
  if (document.value !== undefined) open.push({ token: document.value, depth: 1 });
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > limit) return token.offset;
    if (!('items' in token)) continue;
    for (const item of token.items) {
      if (item.key) open.push({ token: item.key, depth: depth + 1 });
      if (item.value) open.push({ token: item.value, depth: depth + 1 });
    }
  }
  return undefined;
}
