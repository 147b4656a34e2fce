import { parseGoJson } from './go-json.ts';

/** Token names as Go's error texts print them. */
export type TokenType =
  | 'tUnknown'
  | 'tStar'
  | 'tDot'
  | 'tFilter'
  | 'tFlatten'
  | 'tLparen'
  | 'tRparen'
  | 'tLbracket'
  | 'tRbracket'
  | 'tLbrace'
  | 'tRbrace'
  | 'tOr'
  | 'tPipe'
  | 'tNumber'
  | 'tUnquotedIdentifier'
  | 'tQuotedIdentifier'
  | 'tComma'
  | 'tColon'
  | 'tLT'
  | 'tLTE'
  | 'tGT'
  | 'tGTE'
  | 'tEQ'
  | 'tNE'
  | 'tJSONLiteral'
  | 'tStringLiteral'
  | 'tCurrent'
  | 'tExpref'
  | 'tAnd'
  | 'tNot'
  | 'tPlus'
  | 'tMinus'
  | 'tMultiply'
  | 'tDivide'
  | 'tModulo'
  | 'tDiv'
  | 'tRoot'
  | 'tVarref'
  | 'tAssign'
  | 'tEOF';

export interface Token {
  readonly type: TokenType;
  readonly text: string;
}

/** Where tokenizing stopped, with Go's error text. */
export type Lexed = { readonly tokens: readonly Token[] } | { readonly error: string };

/** Longest first: the first that fits is taken. */
const SYMBOLS: readonly (readonly [string, TokenType])[] = [
  ['[?', 'tFilter'],
  ['[]', 'tFlatten'],
  ['||', 'tOr'],
  ['&&', 'tAnd'],
  ['<=', 'tLTE'],
  ['>=', 'tGTE'],
  ['==', 'tEQ'],
  ['!=', 'tNE'],
  ['.', 'tDot'],
  ['*', 'tStar'],
  [',', 'tComma'],
  [':', 'tColon'],
  ['{', 'tLbrace'],
  ['}', 'tRbrace'],
  ['[', 'tLbracket'],
  [']', 'tRbracket'],
  ['(', 'tLparen'],
  [')', 'tRparen'],
  ['@', 'tCurrent'],
  ['|', 'tPipe'],
  ['<', 'tLT'],
  ['>', 'tGT'],
  ['!', 'tNot'],
  ['=', 'tUnknown'],
  ['&', 'tExpref'],
];

const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /[-0-9][0-9]*/y;
const SPACE = /[ \t\n\r]+/y;

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** End of a delimited piece whose backslashes escape any next character; undefined if it is not closed. */
function findClosing(text: string, from: number, delimiter: string): number | undefined {
  for (let i = from; i < text.length; i += 1) {
    if (text[i] === delimiter) return i;
    if (text[i] === '\\') i += 1;
  }
  return undefined;
}

interface Piece {
  readonly token: Token;
  readonly end: number;
}
/** A token and where it ends, or why there is none. */
export type Lexeme = Piece | { readonly error: string };

const unclosed = (delimiter: string): Lexeme => ({ error: `SyntaxError: Unclosed delimiter: ${delimiter}` });

/** `'…'`: only `\'` is an escape. */
function lexRawString(text: string, at: number): Lexeme {
  let value = '';
  for (let i = at + 1; i < text.length; i += 1) {
    const character = text[i];
    if (character === "'") return { token: { type: 'tStringLiteral', text: value }, end: i + 1 };
    if (character === '\\' && text[i + 1] === "'") {
      value += "'";
      i += 1;
    } else value += character;
  }
  return unclosed("'");
}

function lexJsonLiteral(text: string, at: number): Lexeme {
  const end = findClosing(text, at + 1, '`');
  if (end === undefined) return unclosed('`');
  return {
    token: { type: 'tJSONLiteral', text: text.slice(at + 1, end).replaceAll('\\`', '`') },
    end: end + 1,
  };
}

function lexQuotedIdentifier(text: string, at: number): Lexeme {
  const end = findClosing(text, at + 1, '"');
  if (end === undefined) return unclosed('"');
  const decoded = parseGoJson(text.slice(at, end + 1));
  if ('error' in decoded) return decoded;
  return { token: { type: 'tQuotedIdentifier', text: String(decoded.value) }, end: end + 1 };
}

/** A character as strconv.QuoteRuneToASCII writes it. */
function quoteRune(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = (digits: number): string => code.toString(16).padStart(digits, '0');
  if (character === '\\') return "'\\\\'";
  if (code >= 0x20 && code < 0x7f) return `'${character}'`;
  const named = new Map([
    [7, 'a'],
    [8, 'b'],
    [11, 'v'],
    [12, 'f'],
  ]).get(code);
  if (named !== undefined) return `'\\${named}'`;
  if (code < 0x80) return `'\\x${hex(2)}'`;
  if (code >= 0xd800 && code <= 0xdfff) return "'\\ufffd'";
  return code < 0x10000 ? `'\\u${hex(4)}'` : `'\\U${hex(8)}'`;
}

function lexSymbol(text: string, at: number): Lexeme {
  for (const [symbol, type] of SYMBOLS)
    if (text.startsWith(symbol, at)) return { token: { type, text: symbol }, end: at + symbol.length };
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  return { error: `SyntaxError: Unknown char: ${quoteRune(character)}` };
}

/** The token at a place that is no blank. */
export function lexOne(text: string, at: number): Lexeme {
  const word = matchAt(WORD, text, at);
  if (word !== undefined)
    return { token: { type: 'tUnquotedIdentifier', text: word }, end: at + word.length };
  const number = matchAt(NUMBER, text, at);
  if (number !== undefined) return { token: { type: 'tNumber', text: number }, end: at + number.length };
  if (text[at] === "'") return lexRawString(text, at);
  if (text[at] === '`') return lexJsonLiteral(text, at);
  if (text[at] === '"') return lexQuotedIdentifier(text, at);
  return lexSymbol(text, at);
}

/** Splits an expression into tokens, the last one `tEOF`; errors in go-jmespath's words. `lex` is a dialect's. */
export function tokenize(text: string, lex: (text: string, at: number) => Lexeme = lexOne): Lexed {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const space = matchAt(SPACE, text, at);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const lexeme = lex(text, at);
    if ('error' in lexeme) return lexeme;
    tokens.push(lexeme.token);
    at = lexeme.end;
  }
  tokens.push({ type: 'tEOF', text: '' });
  return { tokens };
}
