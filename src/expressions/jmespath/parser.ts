import type { Json } from '../../base/json.ts';
import { type Node, node } from './ast.ts';
import { parseGoJson } from './go-json.ts';
import { type Lexed, type Token, type TokenType, tokenize } from './lexer.ts';

export type Parsed = { readonly node: Node } | { readonly error: string };

/** How strongly a token binds to what stands on its left; others 0. `!` binds tighter than `.`, as in Go. */
const BINDING: ReadonlyMap<TokenType, number> = new Map([
  ['tPipe', 1],
  ['tOr', 2],
  ['tAnd', 3],
  ['tEQ', 5],
  ['tLT', 5],
  ['tLTE', 5],
  ['tGT', 5],
  ['tGTE', 5],
  ['tNE', 5],
  ['tAssign', 1],
  ['tMinus', 6],
  ['tPlus', 6],
  ['tDiv', 7],
  ['tDivide', 7],
  ['tModulo', 7],
  ['tMultiply', 7],
  ['tFlatten', 9],
  ['tStar', 20],
  ['tFilter', 21],
  ['tDot', 40],
  ['tNot', 45],
  ['tLbrace', 50],
  ['tLbracket', 55],
  ['tLparen', 60],
]);

export const binding = (type: TokenType): number => BINDING.get(type) ?? 0;

/** Bounds of ours: an expression beyond them is refused, so that neither parsing nor evaluation can exhaust the stack. */
const MAX_TEXT = 100_000;
const MAX_HEIGHT = 400;

/** Leaves the recursive descent; never leaves this file. */
class SyntaxProblem extends Error {}

function fail(text: string): never {
  throw new SyntaxProblem(text);
}
export const syntaxError = (text: string): never => fail(`SyntaxError: ${text}`);

const IDENTITY = node('Identity', null);
const EOF: Token = { type: 'tEOF', text: '' };
const MAX_INT = 2n ** 63n;

/** The parser's steps; a dialect puts its own before them. */
export class Parser {
  private index = 0;
  private depth = 0;
  private readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  parse(): Node {
    const parsed = this.expression(0);
    if (this.current() !== 'tEOF')
      syntaxError(`Unexpected token at the end of the expression: ${this.current()}`);
    return parsed;
  }

  protected token(ahead = 0): Token {
    return this.tokens[this.index + ahead] ?? EOF;
  }

  protected current(): TokenType {
    return this.token().type;
  }

  protected advance(): void {
    this.index += 1;
  }

  protected match(type: TokenType): void {
    if (this.current() !== type) syntaxError(`Expected ${type}, received: ${this.current()}`);
    this.index += 1;
  }

  protected expression(power: number): Node {
    this.depth += 1;
    if (this.depth > MAX_HEIGHT) syntaxError('Expression is nested too deeply');
    const first = this.token();
    this.index += 1;
    let left = this.prefix(first);
    while (power < binding(this.current())) {
      const type = this.current();
      this.index += 1;
      left = this.infix(type, left);
      if (left.height > MAX_HEIGHT) syntaxError('Expression is nested too deeply');
    }
    this.depth -= 1;
    return left;
  }

  protected prefix(token: Token): Node {
    switch (token.type) {
      case 'tJSONLiteral': {
        const parsed = parseGoJson(token.text);
        return 'error' in parsed ? fail(parsed.error) : node('Literal', parsed.value);
      }
      case 'tStringLiteral':
        return node('Literal', token.text);
      case 'tUnquotedIdentifier':
        return node('Field', token.text);
      case 'tQuotedIdentifier':
        if (this.current() === 'tLparen') syntaxError("Can't have quoted identifier as function Name.");
        return node('Field', token.text);
      case 'tStar': {
        const right = this.current() === 'tRbracket' ? IDENTITY : this.projectionRight(binding('tStar'));
        return node('ValueProjection', null, [IDENTITY, right]);
      }
      case 'tFilter':
        return this.filter(IDENTITY);
      case 'tLbrace':
        return this.multiSelectHash();
      case 'tFlatten':
        return this.flatten(IDENTITY);
      case 'tLbracket':
        return this.bracketPrefix();
      case 'tCurrent':
        return node('CurrentNode', null);
      case 'tExpref':
        return node('ExpRef', null, [this.expression(binding('tExpref'))]);
      case 'tNot':
        return node('NotExpression', null, [this.expression(binding('tNot'))]);
      case 'tLparen': {
        const inner = this.expression(0);
        this.match('tRparen');
        return inner;
      }
      case 'tEOF':
        return syntaxError('Incomplete expression');
      default:
        return syntaxError(`Invalid token: ${token.type}`);
    }
  }

  protected infix(type: TokenType, left: Node): Node {
    switch (type) {
      case 'tDot':
        return this.dot(left);
      case 'tPipe':
        return node('Pipe', null, [left, this.expression(binding(type))]);
      case 'tOr':
        return node('OrExpression', null, [left, this.expression(binding(type))]);
      case 'tAnd':
        return node('AndExpression', null, [left, this.expression(binding(type))]);
      case 'tLparen':
        return this.call(left);
      case 'tFilter':
        return this.filter(left);
      case 'tFlatten':
        return this.flatten(left);
      case 'tEQ':
      case 'tNE':
      case 'tGT':
      case 'tGTE':
      case 'tLT':
      case 'tLTE':
        return node('Comparator', type, [left, this.expression(binding(type))]);
      case 'tLbracket':
        return this.bracketInfix(left);
      default:
        return syntaxError(`Unexpected token: ${type}`);
    }
  }

  private dot(left: Node): Node {
    if (this.current() !== 'tStar')
      return node('Subexpression', null, [left, this.dotRight(binding('tDot'))]);
    this.index += 1;
    return node('ValueProjection', null, [left, this.projectionRight(binding('tDot'))]);
  }

  private call(left: Node): Node {
    const args: Node[] = [];
    while (this.current() !== 'tRparen') {
      const argument = this.expression(0);
      if (this.current() === 'tComma') this.index += 1;
      args.push(argument);
    }
    this.match('tRparen');
    return node('FunctionExpression', left.value, args);
  }

  private flatten(left: Node): Node {
    return node('Projection', null, [
      node('Flatten', null, [left]),
      this.projectionRight(binding('tFlatten')),
    ]);
  }

  private filter(left: Node): Node {
    const condition = this.expression(0);
    this.match('tRbracket');
    const right = this.current() === 'tFlatten' ? IDENTITY : this.projectionRight(binding('tFilter'));
    return node('FilterProjection', null, [left, right, condition]);
  }

  private bracketPrefix(): Node {
    if (this.current() === 'tNumber' || this.current() === 'tColon') {
      // go-jmespath forgets an index that is no number: the node stays empty and fails when evaluated.
      if (this.token(1).type !== 'tColon' && this.current() === 'tNumber' && !this.isIndex())
        return node('Empty', null);
      return this.projectIfSlice(IDENTITY, this.indexExpression());
    }
    if (this.current() === 'tStar' && this.token(1).type === 'tRbracket') {
      this.index += 2;
      return node('Projection', null, [IDENTITY, this.projectionRight(binding('tStar'))]);
    }
    return this.multiSelectList();
  }

  private isIndex(): boolean {
    return /\d/.test(this.token().text) && this.token(1).type === 'tRbracket';
  }

  private bracketInfix(left: Node): Node {
    if (this.current() === 'tNumber' || this.current() === 'tColon')
      return this.projectIfSlice(left, this.indexExpression());
    this.match('tStar');
    this.match('tRbracket');
    return node('Projection', null, [left, this.projectionRight(binding('tStar'))]);
  }

  private indexExpression(): Node {
    if (this.current() === 'tColon' || this.token(1).type === 'tColon') return this.slice();
    const index = this.integer();
    this.match('tRbracket');
    return node('Index', index);
  }

  private integer(): number {
    const { text } = this.token();
    if (!/\d/.test(text)) fail(`strconv.Atoi: parsing "${text}": invalid syntax`);
    const value = BigInt(text);
    if (value >= MAX_INT || value < -MAX_INT) fail(`strconv.Atoi: parsing "${text}": value out of range`);
    this.index += 1;
    return Number(value);
  }

  private slice(): Node {
    const parts: Json[] = [null, null, null];
    let part = 0;
    while (this.current() !== 'tRbracket' && part < 3) {
      if (this.current() === 'tColon') {
        part += 1;
        this.index += 1;
      } else if (this.current() === 'tNumber') parts[part] = this.integer();
      else syntaxError(`Expected tColon or tNumber, received: ${this.current()}`);
    }
    this.match('tRbracket');
    return node('Slice', parts);
  }

  private projectIfSlice(left: Node, right: Node): Node {
    const indexed = node('IndexExpression', null, [left, right]);
    if (right.kind !== 'Slice') return indexed;
    return node('Projection', null, [indexed, this.projectionRight(binding('tStar'))]);
  }

  private multiSelectList(): Node {
    const expressions: Node[] = [];
    for (;;) {
      expressions.push(this.expression(0));
      if (this.current() === 'tRbracket') break;
      this.match('tComma');
    }
    this.match('tRbracket');
    return node('MultiSelectList', null, expressions);
  }

  private multiSelectHash(): Node {
    const pairs: Node[] = [];
    for (;;) {
      const key = this.token();
      if (key.type !== 'tUnquotedIdentifier' && key.type !== 'tQuotedIdentifier')
        syntaxError('Expected tQuotedIdentifier or tUnquotedIdentifier');
      this.index += 1;
      this.match('tColon');
      pairs.push(node('KeyValPair', key.text, [this.expression(0)]));
      if (this.current() === 'tComma') this.index += 1;
      else if (this.current() === 'tRbrace') break;
    }
    this.index += 1;
    return node('MultiSelectHash', null, pairs);
  }

  private dotRight(power: number): Node {
    switch (this.current()) {
      case 'tQuotedIdentifier':
      case 'tUnquotedIdentifier':
      case 'tStar':
        return this.expression(power);
      case 'tLbracket':
        this.index += 1;
        return this.multiSelectList();
      case 'tLbrace':
        this.index += 1;
        return this.multiSelectHash();
      default:
        return syntaxError('Expected identifier, lbracket, or lbrace');
    }
  }

  private projectionRight(power: number): Node {
    const type = this.current();
    if (binding(type) < 10) return IDENTITY;
    if (type === 'tLbracket' || type === 'tFilter') return this.expression(power);
    if (type !== 'tDot') return syntaxError('Error');
    this.index += 1;
    return this.dotRight(power);
  }
}

/**
 * Parses an expression with the grammar and the error texts of Kyverno's fork of go-jmespath (lifecycle I.1): a Pratt
 * parser that is lenient about commas between arguments.
 */
export const parseExpression = (text: string): Parsed =>
  parseBy(text, tokenize, (tokens) => new Parser(tokens));

/** Parses an expression with a dialect's tokens and steps. */
export function parseBy(
  text: string,
  lex: (text: string) => Lexed,
  parserOf: (tokens: readonly Token[]) => Parser,
): Parsed {
  if (text.length > MAX_TEXT) return { error: 'SyntaxError: Expression is too long' };
  const lexed = lex(text);
  if ('error' in lexed) return lexed;
  try {
    return { node: parserOf(lexed.tokens).parse() };
  } catch (problem) {
    if (problem instanceof SyntaxProblem) return { error: problem.message };
    throw problem;
  }
}
