import { parseFlow } from './outline-flow.ts';
import { keyAt } from './outline-key.ts';
import type { OpenNode, OutlineMap, OutlineNode, OutlineScalar } from './outline-node.ts';

/** The outline of one document; offsets count from the document's beginning. */
export interface Outline {
  readonly root: OutlineNode | undefined;
  /** Block scalars, quoted texts of several lines and flow collections, in which indentation says nothing. */
  readonly closed: readonly { readonly start: number; readonly end: number; readonly node: OutlineNode }[];
  /** What was open before the line that was asked about, outermost first. */
  readonly open: readonly OpenNode[];
}

const PROPERTIES = /^(?:[&!][^\s,[\]{}]*\s+)+/;
const BLOCK_SCALAR = /^[|>][-+0-9]*\s*(?:#.*)?$/;

/** Reads a document's outline; `until` is the offset of the line whose open containers are wanted. */
export function outline(text: string, until = Number.POSITIVE_INFINITY): Outline {
  const builder = new Builder(text);
  return builder.build(until);
}

class Builder {
  readonly #text: string;
  readonly #stack: OpenNode[] = [];
  readonly #closed: { start: number; end: number; node: OutlineNode }[] = [];
  #root: OutlineNode | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  build(until: number): Outline {
    let open: readonly OpenNode[] | undefined;
    let at = 0;
    while (at < this.#text.length) {
      if (at >= until && open === undefined) open = [...this.#stack];
      at = this.#line(at);
    }
    return { root: this.#root, closed: this.#closed, open: open ?? [...this.#stack] };
  }

  /** Reads what begins on a line; returns the start of the line after it. */
  #line(start: number): number {
    const end = lineEnd(this.#text, start);
    const line = this.#text.slice(start, end);
    const body = line.trimStart();
    if (body === '' || body.startsWith('#') || /^(---|\.\.\.)\s*$/.test(line)) return end + 1;
    const rest = /^---\s+/.exec(line);
    return this.#content(start + (rest?.[0].length ?? line.length - body.length), start, end);
  }

  #content(from: number, start: number, end: number): number {
    let at = from;
    for (;;) {
      const rest = this.#text.slice(at, end);
      const indent = at - start;
      const dash = /^-(?:\s+|$)/.exec(rest);
      if (dash === null) return this.#keyOrScalar(at, indent, end);
      this.#item(at, indent);
      at += dash[0].length;
      if (at >= end || this.#text[at] === '#') return end + 1;
    }
  }

  #item(at: number, indent: number): void {
    this.#closeFor(indent, true);
    const top = this.#stack.at(-1);
    let list = top?.type === 'list' && top.indent === indent ? top : undefined;
    if (list === undefined) {
      list = { type: 'list', start: at, indent, isFlow: false, items: [] };
      this.#attach(list);
      this.#stack.push(list);
    }
    list.items.push({ start: at, value: undefined });
  }

  #keyOrScalar(at: number, indent: number, end: number): number {
    const rest = this.#text.slice(at, end);
    const properties = PROPERTIES.exec(rest)?.[0].length ?? 0;
    const key = keyAt(rest.slice(properties));
    if (key === undefined) return this.#loose(at, indent, end);
    this.#closeFor(indent, false);
    const map = this.#mapAt(at, indent);
    const keyStart = at + properties;
    map.entries.push({ key: key.name, keyStart, keyEnd: keyStart + key.length, value: undefined });
    return this.#value(keyStart + key.withColon, indent, end);
  }

  #mapAt(at: number, indent: number): OutlineMap {
    const top = this.#stack.at(-1);
    if (top?.type === 'map' && top.indent === indent) return top;
    const map: OutlineMap = { type: 'map', start: at, indent, isFlow: false, entries: [] };
    this.#attach(map);
    this.#stack.push(map);
    return map;
  }

  /** Text without a colon: a scalar where one is due, the rest of the one before, or a key that is being typed. */
  #loose(at: number, indent: number, end: number): number {
    this.#closeFor(indent, false);
    const top = this.#stack.at(-1);
    const isKey = top?.type === 'map' && top.indent === indent;
    if (!isKey) return this.#value(at, Math.max(indent - 1, 0), end);
    const text = withoutComment(this.#text.slice(at, end));
    top.entries.push({ key: text, keyStart: at, keyEnd: at + text.length, value: undefined });
    return end + 1;
  }

  /** Reads a value that begins on this line, if there is one; block scalars are deeper than `indent`. */
  #value(from: number, indent: number, end: number): number {
    let at = from;
    while (at < end && /\s/.test(this.#text[at] ?? '')) at += 1;
    at += PROPERTIES.exec(this.#text.slice(at, end))?.[0].length ?? 0;
    const rest = this.#text.slice(at, end);
    if (rest === '' || rest.startsWith('#')) return end + 1;
    if (BLOCK_SCALAR.test(rest)) return this.#blockScalar(at, indent, end);
    if (rest.startsWith('{') || rest.startsWith('[')) {
      const flow = parseFlow(this.#text, at, indent);
      this.#attach(flow.node);
      this.#closed.push({ start: at, end: flow.end, node: flow.node });
      return lineEnd(this.#text, flow.end) + 1;
    }
    if (rest.startsWith('"') || rest.startsWith("'")) return this.#quoted(at);
    const text = withoutComment(rest);
    this.#attach({ type: 'scalar', start: at, end: at + text.length, text, style: 'plain' });
    return end + 1;
  }

  #quoted(at: number): number {
    const close = closingQuote(this.#text, at);
    const text = this.#text.slice(at + 1, close);
    const node: OutlineScalar = { type: 'scalar', start: at, end: close + 1, text, style: 'quoted' };
    this.#attach(node);
    if (text.includes('\n')) this.#closed.push({ start: at, end: close + 1, node });
    return lineEnd(this.#text, close) + 1;
  }

  #blockScalar(at: number, indent: number, end: number): number {
    let next = end + 1;
    while (next < this.#text.length) {
      const stop = lineEnd(this.#text, next);
      const line = this.#text.slice(next, stop);
      const depth = line.length - line.trimStart().length;
      if (line.trim() !== '' && depth <= indent) break;
      next = stop + 1;
    }
    const node: OutlineScalar = {
      type: 'scalar',
      start: at,
      end: Math.min(next, this.#text.length),
      text: this.#text.slice(end + 1, next),
      style: 'block',
    };
    this.#attach(node);
    this.#closed.push({ start: end, end: next - 1, node });
    return next;
  }

  /** Closes what cannot hold a line with this indentation. */
  #closeFor(indent: number, isItem: boolean): void {
    for (let top = this.#stack.at(-1); top !== undefined; top = this.#stack.at(-1)) {
      if (top.indent < indent) return;
      if (top.indent === indent && top.type === (isItem ? 'list' : 'map')) return;
      // A list may stand as deep as the key that it belongs to.
      if (isItem && top.indent === indent && top.type === 'map' && isOpen(top)) return;
      this.#stack.pop();
    }
  }

  #attach(node: OutlineNode): void {
    const top = this.#stack.at(-1);
    if (top === undefined) {
      // Only the first thing that stands at the margin is the document; what follows is half written.
      this.#root ??= node;
      return;
    }
    const slot = top.type === 'map' ? top.entries.at(-1) : top.items.at(-1);
    if (slot !== undefined && slot.value === undefined) slot.value = node;
  }
}

/** Whether a container's last entry has no value yet. */
export function isOpen(node: OpenNode): boolean {
  const slot = node.type === 'map' ? node.entries.at(-1) : node.items.at(-1);
  return slot !== undefined && slot.value === undefined;
}

/** Offset of the line break that ends the line of `at`, or of the text's end. */
export function lineEnd(text: string, at: number): number {
  const found = text.indexOf('\n', at);
  return found < 0 ? text.length : found;
}

/** Offset of the quote that closes the one at `at`; of the line's end if none does within reach. */
export function closingQuote(text: string, at: number): number {
  const quote = text[at];
  for (let i = at + 1; i < text.length; i += 1) {
    if (quote === '"' && text[i] === '\\') i += 1;
    else if (text[i] === quote) {
      if (quote === "'" && text[i + 1] === "'") i += 1;
      else return i;
    }
    // A quote that was forgotten must not swallow the keys below it.
    else if (text[i] === '\n' && /^\s*(?:- )?[\w.-]+:(?:\s|$)/.test(text.slice(i + 1, lineEnd(text, i + 1))))
      return i;
  }
  return text.length;
}

/** A plain scalar's text, without the comment behind it and without blanks at its end. */
export function withoutComment(text: string): string {
  const comment = /(?:^|\s)#/.exec(text);
  return (comment === null ? text : text.slice(0, comment.index)).trimEnd();
}
