import type { Json } from '../../base/json.ts';
import { type Node, node } from '../jmespath/ast.ts';
import type { JmesPathEnvironment } from '../jmespath/environment.ts';
import { runFunction } from '../jmespath/functions/call.ts';
import type { FunctionSpec } from '../jmespath/functions/signature.ts';
import { Interpreter, keyOf, takeSlice } from '../jmespath/interpreter.ts';
import { type Lexeme, lexOne, type Token, type TokenType, tokenize } from '../jmespath/lexer.ts';
import { binding, type Parsed, Parser, parseBy, syntaxError } from '../jmespath/parser.ts';
import {
  Failure,
  GoInt,
  isMap,
  isModest,
  type Outcome,
  sortedKeys,
  toJson,
  type Value,
} from '../jmespath/value.ts';
import type { EvaluateStatement } from './assert-tree.ts';
import { type Bindings, bindLazily } from './bindings.ts';
import { COMMUNITY_FUNCTIONS } from './community-functions.ts';

/*
 * JMESPath of the community (jmespath-community/go-jmespath), which kyverno-json and Chainsaw evaluate: a missing key is
 * null, `$name` is a binding, `let $a = x in y` makes one, numbers can be calculated with, texts can be sliced.
 */

const SYMBOLS: readonly (readonly [string, TokenType])[] = [
  ['//', 'tDiv'],
  ['/', 'tDivide'],
  ['÷', 'tDivide'],
  ['×', 'tMultiply'],
  ['−', 'tMinus'],
  ['+', 'tPlus'],
  ['%', 'tModulo'],
];
const VARIABLE = /\$[A-Za-z0-9_]*/y;

function lexCommunity(text: string, at: number): Lexeme {
  const found = SYMBOLS.find(([symbol]) => text.startsWith(symbol, at));
  if (found !== undefined) return { token: { type: found[1], text: found[0] }, end: at + found[0].length };
  if (text[at] === '-' && !/[0-9]/.test(text[at + 1] ?? ''))
    return { token: { type: 'tMinus', text: '-' }, end: at + 1 };
  if (text[at] === '=' && text[at + 1] !== '=') return { token: { type: 'tAssign', text: '=' }, end: at + 1 };
  if (text[at] === '$') {
    VARIABLE.lastIndex = at;
    const name = VARIABLE.exec(text)?.[0] ?? '$';
    return { token: { type: name === '$' ? 'tRoot' : 'tVarref', text: name }, end: at + name.length };
  }
  return lexOne(text, at);
}

const ARITHMETIC: ReadonlySet<TokenType> = new Set([
  'tPlus',
  'tMinus',
  'tStar',
  'tMultiply',
  'tDivide',
  'tModulo',
  'tDiv',
]);

class CommunityParser extends Parser {
  protected override prefix(token: Token): Node {
    switch (token.type) {
      case 'tVarref':
        return node('Variable', token.text);
      case 'tRoot':
        return node('RootNode', null);
      case 'tPlus':
      case 'tMinus':
        return node('Unary', token.type, [this.expression(binding(token.type))]);
      case 'tUnquotedIdentifier':
        if (token.text === 'let' && this.current() === 'tVarref') return this.letExpression();
        return super.prefix(token);
      default:
        return super.prefix(token);
    }
  }

  protected override infix(type: TokenType, left: Node): Node {
    if (type === 'tAssign') return node('Binding', null, [left, this.expression(0)]);
    if (ARITHMETIC.has(type)) return node('Arithmetic', type, [left, this.expression(binding(type))]);
    if (type === 'tLparen' && left.kind !== 'Field') return syntaxError('Invalid node as function name.');
    return super.infix(type, left);
  }

  /** `let $a = x, $b = y in z`: the bindings first, the expression last. */
  private letExpression(): Node {
    const children: Node[] = [];
    while (!(this.current() === 'tUnquotedIdentifier' && this.token().text === 'in')) {
      children.push(this.expression(0));
      if (this.current() === 'tComma') this.advance();
    }
    this.advance();
    return node('Let', null, [...children, this.expression(0)]);
  }
}

const CACHE_SIZE = 1000;
const cache = new Map<string, Parsed>();

/** Parses an expression of the dialect once; errors are go-jmespath's. */
export function compileCommunity(text: string): Parsed {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const parsed = parseBy(
    text,
    (whole) => tokenize(whole, lexCommunity),
    (tokens) => new CommunityParser(tokens),
  );
  if (cache.size >= CACHE_SIZE) cache.clear();
  cache.set(text, parsed);
  return parsed;
}

type Functions = ReadonlyMap<string, FunctionSpec>;

class CommunityInterpreter extends Interpreter {
  private bindings: Bindings;
  private readonly functions: Functions;

  constructor(environment: JmesPathEnvironment, bindings: Bindings, functions: Functions) {
    super(environment);
    this.bindings = bindings;
    this.functions = functions;
  }

  override evaluate(node: Node, value: Value): Outcome {
    switch (node.kind) {
      case 'Subexpression':
      case 'IndexExpression': {
        const left = this.child(node, 0, value);
        return left instanceof Failure || left === null ? left : this.child(node, 1, left);
      }
      case 'MultiSelectList':
        return this.list(node, value);
      case 'MultiSelectHash':
        return this.hash(node, value);
      case 'RootNode':
        // kyverno-json gives the interpreter no root.
        return null;
      case 'Variable':
        return this.variable(keyOf(node));
      case 'Let':
        return this.letIn(node, value);
      case 'Arithmetic':
      case 'Unary':
        return this.calculate(node, value);
      default:
        return super.evaluate(node, value);
    }
  }

  protected override field(key: string, value: Value): Outcome {
    if (!isMap(value)) return null;
    const found = Object.hasOwn(value, key) ? value[key] : undefined;
    if (found instanceof GoInt) this.sawGoType = true;
    return found ?? null;
  }

  protected override call(node: Node, value: Value): Outcome {
    const spec = this.functions.get(keyOf(node)) ?? COMMUNITY_FUNCTIONS.get(keyOf(node));
    if (spec === undefined) return super.call(node, value);
    const values: Value[] = [];
    for (const child of node.children) {
      const outcome = this.evaluate(child, value);
      if (outcome instanceof Failure) return outcome;
      values.push(outcome);
    }
    this.built = true;
    return runFunction(spec, values, this);
  }

  protected override slice(node: Node, value: Value): Outcome {
    if (typeof value !== 'string') return super.slice(node, value);
    const [start, stop, step] = Array.isArray(node.value) ? node.value : [];
    const number = (part: unknown): number | undefined => (typeof part === 'number' ? part : undefined);
    const taken = takeSlice([...value], number(start), number(stop), number(step));
    return Array.isArray(taken) ? taken.join('') : null;
  }

  /** A slice of a text is followed by what is asked of the text, not of its characters. */
  protected override project(node: Node, value: Value): Outcome {
    const [first] = node.children;
    const isSlice = first?.kind === 'IndexExpression' && first.children[1]?.kind === 'Slice';
    if (!isSlice) return super.project(node, value);
    const left = this.child(node, 0, value);
    return typeof left === 'string' ? this.child(node, 1, left) : super.project(node, value);
  }

  protected override projectValues(node: Node, value: Value): Outcome {
    const left = this.child(node, 0, value);
    if (left instanceof Failure || !isMap(left)) return null;
    return this.collect(
      node,
      sortedKeys(left).map((key) => left[key] ?? null),
    );
  }

  private variable(name: string): Outcome {
    const bound = this.bindings.resolve(name.slice(1));
    if (bound === undefined) return new Failure(`variable not defined: ${name}`);
    return 'error' in bound ? new Failure(bound.error) : bound.value;
  }

  private letIn(node: Node, value: Value): Outcome {
    const before = this.bindings;
    let made = before;
    for (const child of node.children.slice(0, -1)) {
      const [name, expression] = child.children;
      if (child.kind !== 'Binding' || name?.kind !== 'Variable' || expression === undefined)
        return new Failure('invalid binding in let expression');
      const outcome = this.evaluate(expression, value);
      if (outcome instanceof Failure) return outcome;
      const json = toJson(outcome);
      made = bindLazily(made, keyOf(name).slice(1), () => ({ value: json }));
    }
    this.bindings = made;
    try {
      return this.child(node, node.children.length - 1, value);
    } finally {
      this.bindings = before;
    }
  }

  /** Anything but numbers makes null. */
  private calculate(node: Node, value: Value): Outcome {
    const numbers: number[] = [];
    for (const child of node.children) {
      const outcome = this.evaluate(child, value);
      if (outcome instanceof Failure) return outcome;
      const number = outcome instanceof GoInt ? outcome.integer : outcome;
      if (typeof number !== 'number') return null;
      numbers.push(number);
    }
    const [left = 0, right] = numbers;
    return right === undefined
      ? node.value === 'tMinus'
        ? -left
        : left
      : calculated(String(node.value), left, right);
  }
}

function calculated(operator: string, left: number, right: number): number {
  switch (operator) {
    case 'tPlus':
      return left + right;
    case 'tMinus':
      return left - right;
    case 'tDivide':
      return left / right;
    case 'tModulo':
      return left % right;
    case 'tDiv':
      return Math.floor(left / right);
    default:
      return left * right;
  }
}

/**
 * Evaluates statements as the community's JMESPath, with Kyverno's functions; `functions` are further ones, which come
 * first. A function that an expression needs and that is not loaded breaks the run off (see `createPart`).
 */
export function communityJmesPath(
  environment: JmesPathEnvironment,
  functions: Functions = new Map(),
): EvaluateStatement {
  return (statement, value, bindings) => {
    const compiled = compileCommunity(statement);
    if ('error' in compiled) return compiled;
    const interpreter = new CommunityInterpreter(environment, bindings, functions);
    const outcome = interpreter.evaluate(compiled.node, value);
    if (outcome instanceof Failure) return { error: outcome.message };
    if (interpreter.built && !isModest(outcome))
      return { error: 'the expression builds a value that is too large' };
    const result: Json = toJson(outcome);
    return { value: result };
  };
}
