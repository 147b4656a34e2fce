import { decodeUtf8, encodeUtf8 } from '../jmespath/utf8.ts';
import type { CelIssue } from './issues.ts';

export type TokenKind = 'end' | 'symbol' | 'name' | 'int' | 'uint' | 'double' | 'string' | 'bytes';

export interface Token {
  readonly kind: TokenKind;
  readonly at: number;
  /** As it stands in the text; `<EOF>` at the end. */
  readonly text: string;
  /** What a string or bytes literal says. */
  readonly content?: string | Uint8Array;
}

const SYMBOLS = [
  '==', '!=', '<=', '>=', '&&', '||', '[', ']', '{', '}', '(', ')', '.', ',', '-', '!', '?', ':', '+', '*', '/', '%',
  '<', '>',
]; // biome-ignore format: the longest first
const SPACE = /[\t\n\f\r ]*/y;
const COMMENT = /\/\/[^\n]*/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const ESCAPED_NAME = /`[A-Za-z0-9_.\-/ ]+`/y;
const NUMBER =
  /0x[0-9a-fA-F]+[uU]?|\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?|\d+[uU]?/y;
const QUOTE = /([bB][rR]?|[rR][bB]?)?("""|'''|"|')/y;

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['`', '`'],
  ['?', '?'],
]);
const ESCAPE =
  /\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([abfnrtv\\'"`?]))/y;

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

interface Quoted {
  readonly end: number;
  readonly token: Token;
}

/** A string or bytes literal; undefined if it does not end, or holds an escape that is none. */
function readQuoted(text: string, at: number): Quoted | undefined {
  const opening = match(QUOTE, text, at);
  if (opening === undefined) return undefined;
  const prefix = (opening[1] ?? '').toLowerCase();
  const quote = opening[2] ?? '"';
  const bytes = prefix.includes('b');
  const out: (string | number)[] = [];
  let here = at + opening[0].length;
  while (here < text.length) {
    if (text.startsWith(quote, here)) {
      const end = here + quote.length;
      return {
        end,
        token: {
          kind: bytes ? 'bytes' : 'string',
          at,
          text: text.slice(at, end),
          content: bytes ? bytesOf(out) : out.map(textOf).join(''),
        },
      };
    }
    const character = text[here] ?? '';
    if (character === '\\' && !prefix.includes('r')) {
      const found = match(ESCAPE, text, here);
      if (found === undefined) return undefined;
      const [whole, hex, short, long, octal, simple] = found;
      const code = Number.parseInt(hex ?? short ?? long ?? octal ?? '', hex || short || long ? 16 : 8);
      if (code > 0x10ffff) return undefined;
      out.push(simple === undefined ? code : (SIMPLE_ESCAPES.get(simple) ?? simple));
      here += whole.length;
      continue;
    }
    if (quote.length === 1 && (character === '\n' || character === '\r')) return undefined;
    out.push(character);
    here += 1;
  }
  return undefined;
}

const textOf = (piece: string | number): string =>
  typeof piece === 'number' ? String.fromCodePoint(piece) : piece;

/** In bytes a numeric escape is one octet, everything else its UTF-8. */
function bytesOf(pieces: readonly (string | number)[]): Uint8Array {
  const out: number[] = [];
  let text = '';
  const flush = (): void => {
    out.push(...encodeUtf8(text));
    text = '';
  };
  for (const piece of pieces) {
    if (typeof piece === 'string') text += piece;
    else {
      flush();
      if (piece < 256) out.push(piece);
      else out.push(...encodeUtf8(String.fromCodePoint(piece)));
    }
  }
  flush();
  return Uint8Array.from(out);
}

/** How much of the text ANTLR's lexer throws away where no token begins. */
function unrecognized(text: string, at: number): string {
  const first = text[at] ?? '';
  const rest = text.slice(at);
  if (/^(?:[bB]?[rR]?|[rR][bB])["']/.test(rest)) {
    const line = rest.indexOf('\n');
    return line < 0 ? rest : rest.slice(0, line);
  }
  const begun = first === '=' || first === '&' || first === '|';
  return begun ? rest.slice(0, 2) : ([...rest][0] ?? first);
}

/** Splits an expression into tokens; what is no token is an issue and left out, as ANTLR does it. */
export function tokenize(text: string): {
  readonly tokens: readonly Token[];
  readonly issues: readonly CelIssue[];
} {
  const tokens: Token[] = [];
  const issues: CelIssue[] = [];
  let at = 0;
  for (;;) {
    at += match(SPACE, text, at)?.[0].length ?? 0;
    const comment = match(COMMENT, text, at);
    if (comment !== undefined) {
      at += comment[0].length;
      continue;
    }
    if (at >= text.length) break;
    const quoted = readQuoted(text, at);
    const token = quoted?.token ?? readToken(text, at);
    if (token === undefined) {
      const skipped = unrecognized(text, at);
      issues.push({ at, message: `Syntax error: token recognition error at: '${skipped}'` });
      at += Math.max(skipped.length, 1);
      continue;
    }
    tokens.push(token);
    at += token.text.length;
  }
  tokens.push({ kind: 'end', at: text.length, text: '<EOF>' });
  return { tokens, issues };
}

function readToken(text: string, at: number): Token | undefined {
  if (match(QUOTE, text, at) !== undefined) return undefined;
  const number = match(NUMBER, text, at)?.[0];
  if (number !== undefined) {
    const hex = number.startsWith('0x');
    const kind = /[uU]$/.test(number) ? 'uint' : !hex && /[.eE]/.test(number) ? 'double' : 'int';
    return { kind, at, text: number };
  }
  const name = (match(NAME, text, at) ?? match(ESCAPED_NAME, text, at))?.[0];
  if (name !== undefined) return { kind: 'name', at, text: name };
  const symbol = SYMBOLS.find((one) => text.startsWith(one, at));
  return symbol === undefined ? undefined : { kind: 'symbol', at, text: symbol };
}

/** Text of bytes, as far as it is UTF-8. */
export const textOfBytes = decodeUtf8;
