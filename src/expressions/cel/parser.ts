import type { Expression, MapEntry } from './ast.ts';
import type { CelIssue } from './issues.ts';
import { type Token, tokenize } from './lexer.ts';
import { expandMacro } from './macros.ts';
import { CelUint } from './value.ts';

export type Parsed = { readonly expression: Expression } | { readonly issues: readonly CelIssue[] };

/** Kubernetes' and cel-go's bounds: code points of a text, nesting of an expression. */
const MAX_SIZE = 100_000;
const MAX_DEPTH = 250;
/** Longest chain of operators or selections; the tree of one is as deep as it is long. */
const MAX_CHAIN = 1_000;

const OPERAND =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";
const BEGINS_OPERAND = new Set(['[', '{', '(', '.', '-', '!']);

const INT_MAX = 2n ** 63n - 1n;
const INT_MIN = -(2n ** 63n);
const UINT_MAX = 2n ** 64n - 1n;

/** Breaks off at the first syntax error: what follows in the text is not understood anyway. */
class SyntaxIssue extends Error {
  readonly issue: CelIssue;

  constructor(at: number, message: string) {
    super(message);
    this.issue = { at, message };
  }
}

type BinaryLevel = ReadonlyMap<string, string>;
const LEVELS: readonly BinaryLevel[] = [
  new Map([['||', '_||_']]),
  new Map([['&&', '_&&_']]),
  new Map([
    ['<', '_<_'],
    ['<=', '_<=_'],
    ['>', '_>_'],
    ['>=', '_>=_'],
    ['==', '_==_'],
    ['!=', '_!=_'],
    ['in', '@in'],
  ]),
  new Map([
    ['+', '_+_'],
    ['-', '_-_'],
  ]),
  new Map([
    ['*', '_*_'],
    ['/', '_/_'],
    ['%', '_%_'],
  ]),
];

/** Parses an expression; macros are expanded on the way (cel-spec, doc/langdef.md). */
export function parseCel(text: string): Parsed {
  const size = [...text].length;
  if (size > MAX_SIZE)
    return {
      issues: [
        { at: 0, message: `expression code point size exceeds limit: size: ${size}, limit ${MAX_SIZE}` },
      ],
    };
  const { tokens, issues } = tokenize(text);
  const parser = new Parser(tokens);
  try {
    const expression = parser.parse();
    const all = [...issues, ...parser.issues];
    return all.length > 0 ? { issues: all } : { expression };
  } catch (problem) {
    if (!(problem instanceof SyntaxIssue)) throw problem;
    return { issues: [...issues, ...parser.issues, problem.issue] };
  }
}

class Parser {
  readonly issues: CelIssue[] = [];
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Expression {
    const expression = this.#expression();
    this.#expectEnd();
    return expression;
  }

  get #token(): Token {
    const token = this.#tokens[Math.min(this.#next, this.#tokens.length - 1)];
    return token ?? { kind: 'end', at: 0, text: '<EOF>' };
  }

  get #following(): Token {
    return this.#tokens[Math.min(this.#next + 1, this.#tokens.length - 1)] ?? this.#token;
  }

  #take(): Token {
    const token = this.#token;
    this.#next += 1;
    return token;
  }

  #is(symbol: string): boolean {
    return this.#token.kind === 'symbol' && this.#token.text === symbol;
  }

  #accept(symbol: string): Token | undefined {
    return this.#is(symbol) ? this.#take() : undefined;
  }

  /** A symbol that must stand here; one token too many is told and left out, as ANTLR recovers. */
  #expect(symbol: string, expected = `'${symbol}'`): Token {
    const token = this.#accept(symbol);
    if (token !== undefined) return token;
    if (this.#following.kind === 'symbol' && this.#following.text === symbol) {
      this.#extraneous(expected);
      return this.#take();
    }
    throw this.#mismatch(expected);
  }

  #expectEnd(): void {
    if (this.#token.kind === 'end') return;
    if (this.#following.kind !== 'end') throw this.#mismatch('<EOF>');
    this.#extraneous('<EOF>');
  }

  #mismatch(expected: string): SyntaxIssue {
    const { at, text } = this.#token;
    return new SyntaxIssue(at, `Syntax error: mismatched input '${text}' expecting ${expected}`);
  }

  #extraneous(expected: string): void {
    const { at, text } = this.#take();
    this.issues.push({ at, message: `Syntax error: extraneous input '${text}' expecting ${expected}` });
  }

  #expression(): Expression {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH)
      throw new SyntaxIssue(this.#token.at, `expression recursion limit exceeded: ${MAX_DEPTH}`);
    const condition = this.#binary(0);
    const question = this.#accept('?');
    let result = condition;
    if (question !== undefined) {
      const whenTrue = this.#binary(0);
      this.#expect(':');
      const whenFalse = this.#expression();
      result = { kind: 'call', at: question.at, name: '_?_:_', args: [condition, whenTrue, whenFalse] };
    }
    this.#depth -= 1;
    return result;
  }

  #binary(level: number): Expression {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary();
    const terms = [this.#binary(level + 1)];
    const calls: { readonly at: number; readonly name: string }[] = [];
    for (;;) {
      const token = this.#token;
      const name = operators.get(token.text);
      if (name === undefined || (token.kind !== 'symbol' && token.text !== 'in')) break;
      this.#take();
      if (calls.length >= MAX_CHAIN)
        throw new SyntaxIssue(token.at, `expression recursion limit exceeded: ${MAX_DEPTH}`);
      calls.push({ at: token.at, name });
      terms.push(this.#binary(level + 1));
    }
    // Logical operators make a balanced tree, everything else leans to the left.
    return level < 2 ? balanced(terms, calls, 0, terms.length) : leaning(terms, calls);
  }

  #unary(): Expression {
    const token = this.#token;
    for (const [symbol, name] of UNARY) {
      if (!this.#is(symbol)) continue;
      if (symbol === '-' && (this.#following.kind === 'int' || this.#following.kind === 'double')) break;
      let count = 0;
      while (this.#accept(symbol)) count += 1;
      const operand = this.#member();
      return count % 2 === 0 ? operand : { kind: 'call', at: token.at, name, args: [operand] };
    }
    return this.#member();
  }

  #member(): Expression {
    let operand = this.#primary();
    for (let links = 0; ; links += 1) {
      const at = this.#token.at;
      if (links > MAX_CHAIN) throw new SyntaxIssue(at, `expression recursion limit exceeded: ${MAX_DEPTH}`);
      if (this.#accept('.')) operand = this.#selection(operand, at);
      else if (this.#accept('[')) {
        const optional = this.#accept('?') !== undefined;
        const index = this.#expression();
        this.#expect(']');
        operand = { kind: 'call', at, name: optional ? '_[?_]' : '_[_]', args: [operand, index] };
      } else if (this.#is('{')) {
        const name = qualifiedName(operand);
        if (name === undefined) return operand;
        operand = this.#message(name);
      } else return operand;
    }
  }

  #selection(operand: Expression, at: number): Expression {
    const optional = this.#accept('?') !== undefined;
    const field = this.#identifier();
    const opening = optional ? undefined : this.#accept('(');
    if (opening === undefined)
      return { kind: 'select', at, operand, field: plainName(field), optional, test: false };
    return this.#call(field, this.#arguments(), opening.at, operand);
  }

  #identifier(): string {
    const token = this.#token;
    if (token.kind !== 'name') throw this.#mismatch('IDENTIFIER');
    this.#take();
    return token.text;
  }

  #arguments(): readonly Expression[] {
    const args: Expression[] = [];
    if (this.#accept(')')) return args;
    do args.push(this.#expression());
    while (this.#accept(','));
    this.#expect(')', "{')', ','}");
    return args;
  }

  #call(name: string, args: readonly Expression[], at: number, target?: Expression): Expression {
    const macro = expandMacro(name, target, args, at);
    if (macro === undefined)
      return { kind: 'call', at, name, args, ...(target === undefined ? {} : { target }) };
    if ('expression' in macro) return macro.expression;
    this.issues.push(macro.issue);
    return { kind: 'literal', at, value: null };
  }

  #primary(): Expression {
    const token = this.#token;
    const begins = token.kind !== 'symbol' || BEGINS_OPERAND.has(token.text);
    if (token.kind === 'end' || !begins) {
      const after = this.#following;
      if (token.kind !== 'end' && after.kind !== 'symbol' && after.kind !== 'end') {
        this.#extraneous(OPERAND);
        return this.#primary();
      }
      throw this.#mismatch(OPERAND);
    }
    if (token.kind !== 'symbol') return token.kind === 'name' ? this.#named() : this.#literal(false);
    this.#take();
    switch (token.text) {
      case '(': {
        const inner = this.#expression();
        this.#expect(')');
        return inner;
      }
      case '[':
        return this.#list(token.at);
      case '{':
        return this.#map(token.at);
      case '.':
        return this.#named('.', token.at);
      case '-':
        if (this.#token.kind === 'int' || this.#token.kind === 'double') return this.#literal(true, token.at);
        throw this.#mismatch('{NUM_FLOAT, NUM_INT}');
      default:
        throw new SyntaxIssue(
          token.at,
          `Syntax error: mismatched input '${token.text}' expecting ${OPERAND}`,
        );
    }
  }

  #named(prefix = '', start?: number): Expression {
    const token = this.#token;
    const at = start ?? token.at;
    const name = this.#identifier();
    if (prefix === '') {
      if (name === 'true' || name === 'false') return { kind: 'literal', at, value: name === 'true' };
      if (name === 'null') return { kind: 'literal', at, value: null };
      if (name === 'in')
        throw new SyntaxIssue(at, `Syntax error: mismatched input 'in' expecting ${OPERAND}`);
    }
    const opening = this.#accept('(');
    if (opening !== undefined) return this.#call(name, this.#arguments(), opening.at);
    if (RESERVED.has(name)) this.issues.push({ at, message: `reserved identifier: ${name}` });
    return { kind: 'name', at, name: plainName(name) };
  }

  #list(at: number): Expression {
    const elements: Expression[] = [];
    const optional = new Set<number>();
    while (!this.#is(']')) {
      if (this.#accept('?')) optional.add(elements.length);
      elements.push(this.#expression());
      if (!this.#accept(',')) break;
    }
    this.#expect(']', elements.length === 0 ? "']'" : "{']', ','}");
    return { kind: 'list', at, elements, optional };
  }

  #map(at: number): Expression {
    const entries: MapEntry[] = [];
    while (!this.#is('}')) {
      const optional = this.#accept('?') !== undefined;
      const key = this.#expression();
      this.#expect(':');
      entries.push({ key, value: this.#expression(), optional });
      if (!this.#accept(',')) break;
    }
    this.#expect('}', "{'}', ','}");
    return { kind: 'map', at, entries };
  }

  #message(name: string): Expression {
    const { at } = this.#take();
    const fields = [];
    while (!this.#is('}')) {
      const optional = this.#accept('?') !== undefined;
      const field = plainName(this.#identifier());
      const colon = this.#expect(':');
      fields.push({ at: colon.at, field, value: this.#expression(), optional });
      if (!this.#accept(',')) break;
    }
    this.#expect('}', "{'}', ','}");
    return { kind: 'message', at, name, fields };
  }

  #literal(negative: boolean, start?: number): Expression {
    const token = this.#take();
    const at = start ?? token.at;
    const value = literalOf(token, negative);
    if (value !== undefined) return { kind: 'literal', at, value };
    this.issues.push({ at, message: `invalid ${token.kind} literal` });
    return { kind: 'literal', at, value: null };
  }
}

const UNARY: readonly (readonly [string, string])[] = [
  ['!', '!_'],
  ['-', '-_'],
];

const RESERVED = new Set([
  'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package',
  'namespace', 'return', 'var', 'void', 'while',
]); // biome-ignore format: a list of words

const plainName = (name: string): string => (name.startsWith('`') ? name.slice(1, -1) : name);

function literalOf(
  token: Token,
  negative: boolean,
): Extract<Expression, { kind: 'literal' }>['value'] | undefined {
  if (token.kind === 'string' || token.kind === 'bytes') return token.content ?? '';
  if (token.kind === 'double') return Number(token.text) * (negative ? -1 : 1);
  const unsigned = token.kind === 'uint';
  const digits = BigInt(unsigned ? token.text.slice(0, -1) : token.text);
  if (unsigned) return digits > UINT_MAX ? undefined : new CelUint(digits);
  const value = negative ? -digits : digits;
  return value > INT_MAX || value < INT_MIN ? undefined : value;
}

/** `a.b.c` of names and plain selections alone. */
export function qualifiedName(expression: Expression): string | undefined {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind !== 'select' || expression.optional || expression.test) return undefined;
  const prefix = qualifiedName(expression.operand);
  return prefix === undefined ? undefined : `${prefix}.${expression.field}`;
}

interface Operator {
  readonly at: number;
  readonly name: string;
}

function leaning(terms: readonly Expression[], calls: readonly Operator[]): Expression {
  return terms.reduce((left, right, index) => {
    const call = calls[index - 1];
    return call === undefined ? right : { kind: 'call', ...call, args: [left, right] };
  });
}

function balanced(
  terms: readonly Expression[],
  calls: readonly Operator[],
  from: number,
  to: number,
): Expression {
  const first = terms[from];
  if (to - from === 1 && first !== undefined) return first;
  const middle = Math.ceil((from + to) / 2);
  const call = calls[middle - 1] ?? { at: 0, name: '_&&_' };
  return {
    kind: 'call',
    ...call,
    args: [balanced(terms, calls, from, middle), balanced(terms, calls, middle, to)],
  };
}
