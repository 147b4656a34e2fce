import type { Json } from '../../base/json.ts';
import { get, isObject } from '../../base/json.ts';
import { formatGoJson } from '../go-json.ts';

/**
 * kubectl's JSONPath templates (client-go, util/jsonpath): text with `{…}` in it; fields, `[index]`, `[start:end:step]`,
 * `[*]`, `..name`, `[?(@.a == "b")]`, unions, `range … end`, quoted text.
 */
export type JsonPathTemplate = readonly Node[];

type Node =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'recursive' }
  | { readonly type: 'wildcard' }
  | {
      readonly type: 'slice';
      readonly start?: number;
      readonly end?: number;
      readonly step: number;
      readonly single: boolean;
    }
  | { readonly type: 'union'; readonly lists: readonly (readonly Node[])[] }
  | {
      readonly type: 'filter';
      readonly left: readonly Node[];
      readonly operator: string;
      readonly right: readonly Node[];
    }
  | { readonly type: 'value'; readonly value: Json }
  | { readonly type: 'root' }
  | { readonly type: 'list'; readonly nodes: readonly Node[] }
  | { readonly type: 'range'; readonly over: readonly Node[]; readonly body: readonly Node[] };

type Failed = { readonly error: string };

const MAX_TEMPLATE = 20_000;
const MAX_VALUES = 100_000;

class JsonPathProblem extends Error {}

/** Reads a template; the error is what kubectl says after `error parsing jsonpath …,`. */
export function parseJsonPath(text: string): { readonly template: JsonPathTemplate } | Failed {
  if (text.length > MAX_TEMPLATE) return { error: 'template is too long' };
  try {
    return { template: new Parser(text).template() };
  } catch (error) {
    if (error instanceof JsonPathProblem) return { error: error.message };
    throw error;
  }
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  template(): readonly Node[] {
    const nodes = this.#nodes(false);
    if (this.#at < this.#text.length) throw new JsonPathProblem('not in range, nothing to end');
    return nodes;
  }

  #nodes(inRange: boolean): readonly Node[] {
    const nodes: Node[] = [];
    while (this.#at < this.#text.length) {
      const open = this.#text.indexOf('{', this.#at);
      const end = open < 0 ? this.#text.length : open;
      if (end > this.#at) nodes.push({ type: 'text', text: this.#text.slice(this.#at, end) });
      this.#at = end;
      if (open < 0) break;
      const action = this.#action();
      if (action === 'end') {
        if (!inRange) throw new JsonPathProblem('not in range, nothing to end');
        return nodes;
      }
      nodes.push(action);
    }
    if (inRange) throw new JsonPathProblem('unclosed range');
    return nodes;
  }

  /** What stands between braces. */
  #action(): Node | 'end' {
    const start = this.#at + 1;
    const close = this.#close(start, '{', '}');
    const inside = this.#text.slice(start, close).trim();
    this.#at = close + 1;
    if (inside === 'end') return 'end';
    if (/^range\b/.test(inside)) {
      const over = parsePath(inside.slice('range'.length).trim());
      return { type: 'range', over, body: this.#nodes(true) };
    }
    return { type: 'list', nodes: parsePath(inside) };
  }

  #close(from: number, open: string, close: string): number {
    const at = matching(this.#text, from, open, close);
    if (at < 0) throw new JsonPathProblem('unclosed action');
    return at;
  }
}

/** The closing sign that belongs to an opening one before `from`; quotes hide both. -1 if there is none. */
function matching(text: string, from: number, open: string, close: string): number {
  let depth = 1;
  let quote = '';
  for (let at = from; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (quote !== '') {
      if (char === '\\') at += 1;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === open) depth += 1;
    else if (char === close) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}

function parsePath(text: string): readonly Node[] {
  const nodes: Node[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? '';
    const rest = text.slice(at);
    if (/\s/.test(char)) at += 1;
    else if (char === '$') {
      nodes.push({ type: 'root' });
      at += 1;
    } else if (char === '@') at += 1;
    else if (char === '"' || char === "'") {
      const end = quotedEnd(text, at);
      nodes.push({ type: 'text', text: unquote(text.slice(at, end)) });
      at = end;
    } else if (rest.startsWith('..')) {
      nodes.push({ type: 'recursive' });
      at += 2;
      if (/^[^.[\s]/.test(text.slice(at))) at = pushField(nodes, text, at);
    } else if (char === '.') at = pushField(nodes, text, at + 1);
    else if (char === '[') {
      const end = matching(text, at + 1, '[', ']');
      if (end < 0) throw new JsonPathProblem('unterminated array');
      nodes.push(bracket(text.slice(at + 1, end).trim()));
      at = end + 1;
    } else if (/^[-+]?\d/.test(rest)) {
      const number = /^[-+]?\d+(?:\.\d+)?/.exec(rest)?.[0] ?? '';
      nodes.push({ type: 'value', value: Number(number) });
      at += number.length;
    } else if (/^(true|false)\b/.test(rest)) {
      const word = rest.startsWith('true') ? 'true' : 'false';
      nodes.push({ type: 'value', value: word === 'true' });
      at += word.length;
    } else throw new JsonPathProblem(`unrecognized character in action: U+${hex(char)} '${char}'`);
  }
  return nodes;
}

const hex = (char: string): string => (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');

/** Reads a name after a dot, `*` included; a backslash takes the next sign as it is. */
function pushField(nodes: Node[], text: string, from: number): number {
  let at = from;
  let name = '';
  for (; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char === '\\' && at + 1 < text.length) {
      at += 1;
      name += text[at] ?? '';
    } else if (/[\s.,[\]$@{}()]/.test(char)) break;
    else name += char;
  }
  if (name === '*') nodes.push({ type: 'wildcard' });
  else if (name !== '') nodes.push({ type: 'field', name });
  return at;
}

function bracket(inside: string): Node {
  if (inside === '*') return { type: 'wildcard' };
  if (inside.startsWith('?')) {
    const open = inside.indexOf('(');
    const close = open < 0 ? -1 : matching(inside, open + 1, '(', ')');
    if (close < 0) throw new JsonPathProblem('unterminated filter');
    return filterNode(inside.slice(open + 1, close).trim());
  }
  const parts = splitOutside(inside, ',');
  if (parts.length > 1) return { type: 'union', lists: parts.map((part) => [bracket(part.trim())]) };
  if (/^(['"]).*\1$/s.test(inside)) return { type: 'field', name: unquote(inside) };
  const slice = /^(-?\d*)(?::(-?\d*))?(?::(-?\d*))?$/.exec(inside);
  if (slice === null || inside === '') throw new JsonPathProblem(`invalid array index ${inside}`);
  const [, start = '', end, step] = slice;
  const number = (value: string | undefined): { readonly value?: number } =>
    value === undefined || value === '' ? {} : { value: Number(value) };
  const single = end === undefined;
  return {
    type: 'slice',
    single,
    step: number(step).value ?? 1,
    ...(number(start).value === undefined ? {} : { start: Number(start) }),
    ...(end === undefined || end === '' ? {} : { end: Number(end) }),
  };
}

function filterNode(text: string): Node {
  const found = /(==|!=|<=|>=|<|>)/.exec(withoutQuoted(text));
  if (found === null) return { type: 'filter', left: parsePath(text), operator: 'exists', right: [] };
  const operator = found[0];
  const left = text.slice(0, found.index).trim();
  const right = text.slice(found.index + operator.length).trim();
  return { type: 'filter', left: parsePath(left), operator, right: parsePath(right) };
}

/** The text with everything in quotes blanked, so that places stay. */
const withoutQuoted = (text: string): string =>
  text.replaceAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, (quoted) => ' '.repeat(quoted.length));

function splitOutside(text: string, separator: string): readonly string[] {
  const blanked = withoutQuoted(text);
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at < blanked.length; at += 1)
    if (blanked[at] === separator) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  return [...parts, text.slice(from)];
}

function quotedEnd(text: string, at: number): number {
  const quote = text[at];
  for (let end = at + 1; end < text.length; end += 1) {
    if (text[end] === '\\') end += 1;
    else if (text[end] === quote) return end + 1;
  }
  throw new JsonPathProblem('unterminated quoted string');
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

const unquote = (text: string): string =>
  text.slice(1, -1).replaceAll(/\\(.)/gs, (_, char: string) => ESCAPES[char] ?? char);

/** Fills a template; a key that is missing gives nothing, as kubectl's `allow-missing-template-keys` has it. */
export function fillJsonPath(template: JsonPathTemplate, value: Json): string {
  return new Evaluator(value).print(template, value);
}

/** Values of a single path, for columns: `.spec.nodeName` or `{.spec.nodeName}`. */
export function valuesAt(template: JsonPathTemplate, value: Json): readonly Json[] {
  const evaluator = new Evaluator(value);
  return template.flatMap((node) => (node.type === 'list' ? evaluator.walk(node.nodes, [value]) : []));
}

class Evaluator {
  readonly #root: Json;
  #seen = 0;

  constructor(root: Json) {
    this.#root = root;
  }

  print(nodes: readonly Node[], value: Json): string {
    return nodes
      .map((node) => {
        if (node.type === 'text') return node.text;
        if (node.type === 'range')
          return this.walk(node.over, [value])
            .map((item) => this.print(node.body, item))
            .join('');
        return node.type === 'list' ? this.walk(node.nodes, [value]).map(printed).join(' ') : '';
      })
      .join('');
  }

  walk(nodes: readonly Node[], values: readonly Json[]): readonly Json[] {
    return nodes.reduce<readonly Json[]>((found, node) => this.#step(node, found), values);
  }

  #step(node: Node, values: readonly Json[]): readonly Json[] {
    this.#seen += values.length;
    if (this.#seen > MAX_VALUES) return [];
    switch (node.type) {
      case 'text':
        return [node.text];
      case 'value':
        return [node.value];
      case 'root':
        return [this.#root];
      case 'field':
        return values.flatMap((value) => fieldOf(value, node.name));
      case 'wildcard':
        return values.flatMap(childrenOf);
      case 'recursive':
        return values.flatMap((value) => this.#below(value, 0));
      case 'slice':
        return values.flatMap((value) => sliceOf(value, node));
      case 'union':
        return node.lists.flatMap((list) => this.walk(list, values));
      case 'filter':
        return values.flatMap((value) => childrenOf(value).filter((item) => this.#holds(node, item)));
      case 'list':
        return this.walk(node.nodes, values);
      case 'range':
        return [];
    }
  }

  #below(value: Json, depth: number): readonly Json[] {
    this.#seen += 1;
    if (depth > 100 || this.#seen > MAX_VALUES) return [];
    return [value, ...childrenOf(value).flatMap((child) => this.#below(child, depth + 1))];
  }

  #holds(node: Extract<Node, { readonly type: 'filter' }>, item: Json): boolean {
    const left = this.walk(node.left, [item]);
    if (node.operator === 'exists') return left.length > 0;
    const right = this.walk(node.right, [item]);
    const [a] = left;
    const [b] = right;
    if (a === undefined || b === undefined) return false;
    switch (node.operator) {
      case '==':
        return a === b;
      case '!=':
        return a !== b;
      default:
        return compare(a, b, node.operator);
    }
  }
}

function compare(a: Json, b: Json, operator: string): boolean {
  if (typeof a !== typeof b || (typeof a !== 'number' && typeof a !== 'string')) return false;
  const order = a < (b as typeof a) ? -1 : a === b ? 0 : 1;
  return { '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }[operator] ?? false;
}

/** Go prints what it finds with `%v`, maps and lists as JSON. */
const printed = (value: Json): string =>
  typeof value === 'string'
    ? value
    : value === null
      ? ''
      : typeof value === 'object'
        ? formatGoJson(value)
        : String(value);

const childrenOf = (value: Json): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : isObject(value) ? Object.values(value) : [];

function fieldOf(value: Json, name: string): readonly Json[] {
  if (Array.isArray(value)) return [];
  const found = get(value, name);
  return found === undefined ? [] : [found];
}

function sliceOf(value: Json, node: Extract<Node, { readonly type: 'slice' }>): readonly Json[] {
  if (!Array.isArray(value)) return [];
  const list = value as readonly Json[];
  const from = (index: number): number => (index < 0 ? index + list.length : index);
  if (node.single) {
    const found = list[from(node.start ?? 0)];
    return found === undefined ? [] : [found];
  }
  const [start, end] = [from(node.start ?? 0), from(node.end ?? list.length)];
  const step = Math.max(1, node.step);
  return list.filter((_, index) => index >= start && index < end && (index - start) % step === 0);
}
