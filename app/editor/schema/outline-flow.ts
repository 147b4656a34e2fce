import type { OutlineItem, OutlineList, OutlineMap, OutlineNode } from './outline-node.ts';

/** Deeper collections are passed over: nobody completes there. */
const MAX_DEPTH = 60;

/** Reads a flow collection (`{…}`, `[…]`) as far as it is written; `end` is behind its closing bracket or where it breaks off. */
export function parseFlow(
  text: string,
  start: number,
  indent: number,
): { readonly node: OutlineMap | OutlineList; readonly end: number } {
  const reader = new FlowReader(text, indent);
  const node = reader.collection(start, 0);
  return { node, end: reader.at };
}

class FlowReader {
  at = 0;
  readonly #text: string;
  readonly #indent: number;

  constructor(text: string, indent: number) {
    this.#text = text;
    this.#indent = indent;
  }

  collection(start: number, depth: number): OutlineMap | OutlineList {
    const isMap = this.#text[start] === '{';
    const node: OutlineMap | OutlineList = isMap
      ? { type: 'map', start, indent: this.#indent, isFlow: true, entries: [] }
      : { type: 'list', start, indent: this.#indent, isFlow: true, items: [] };
    this.at = start + 1;
    for (;;) {
      this.#blanks();
      const char = this.#text[this.at];
      if (char === undefined || this.#breaksOff()) return node;
      if (char === '}' || char === ']') {
        this.at += 1;
        return node;
      }
      if (char === ',') this.at += 1;
      else if (node.type === 'map') this.#entry(node, depth);
      else this.#item(node, depth);
    }
  }

  #entry(map: OutlineMap, depth: number): void {
    const keyStart = this.at;
    const key = this.#scalar(true);
    const entry = { key: key.text, keyStart, keyEnd: key.end, value: undefined as OutlineNode | undefined };
    map.entries.push(entry);
    this.#blanks();
    if (this.#text[this.at] !== ':') {
      if (this.at === keyStart) this.at += 1;
      return;
    }
    this.at += 1;
    entry.value = this.#value(depth);
  }

  #item(list: OutlineList, depth: number): void {
    const item: OutlineItem = { start: this.at, value: undefined };
    list.items.push(item);
    item.value = this.#value(depth);
    this.#blanks();
    // `[a: b]` is a map of one entry.
    if (this.#text[this.at] === ':' && item.value?.type === 'scalar') {
      const { text, start, end } = item.value;
      this.at += 1;
      const entry = { key: text, keyStart: start, keyEnd: end, value: this.#value(depth) };
      item.value = { type: 'map', start, indent: this.#indent, isFlow: true, entries: [entry] };
    }
    if (this.at === item.start) this.at += 1;
  }

  #value(depth: number): OutlineNode | undefined {
    this.#blanks();
    const char = this.#text[this.at];
    if (char === undefined || char === ',' || char === '}' || char === ']' || this.#breaksOff())
      return undefined;
    if ((char === '{' || char === '[') && depth < MAX_DEPTH) return this.collection(this.at, depth + 1);
    return this.#scalar(false);
  }

  #scalar(isKey: boolean): Extract<OutlineNode, { type: 'scalar' }> {
    const start = this.at;
    const quote = this.#text[start];
    if (quote === '"' || quote === "'") {
      let end = start + 1;
      while (end < this.#text.length && this.#text[end] !== quote && this.#text[end] !== '\n')
        end += quote === '"' && this.#text[end] === '\\' ? 2 : 1;
      this.at = Math.min(end + 1, this.#text.length);
      const text = this.#text.slice(start + 1, end);
      return { type: 'scalar', start, end: this.at, text, style: 'quoted' };
    }
    let end = start;
    while (end < this.#text.length && !this.#ends(end, isKey)) end += 1;
    this.at = end;
    const text = this.#text.slice(start, end).trimEnd();
    return { type: 'scalar', start, end: start + text.length, text, style: 'plain' };
  }

  #ends(at: number, isKey: boolean): boolean {
    const char = this.#text[at] ?? '';
    if (/[,\]}\n]/.test(char) || (isKey && /[[{]/.test(char))) return true;
    if (char === ':') return /[\s,\]}]|^$/.test(this.#text[at + 1] ?? '');
    return char === '#' && /\s/.test(this.#text[at - 1] ?? '');
  }

  #blanks(): void {
    for (;;) {
      const char = this.#text[this.at];
      if (char === '#' && /\s/.test(this.#text[this.at - 1] ?? '')) {
        while (this.at < this.#text.length && this.#text[this.at] !== '\n') this.at += 1;
      } else if (char !== undefined && /\s/.test(char) && !this.#breaksOff()) this.at += 1;
      else return;
    }
  }

  /** A collection that was never closed ends where a block key follows that is not deeper than its own line. */
  #breaksOff(): boolean {
    if (this.#text[this.at] !== '\n') return false;
    const [, blanks = '', key] =
      /^\n( *)(- |[\w.-]+:(?:\s|$))?/.exec(this.#text.slice(this.at, this.at + 200)) ?? [];
    return key !== undefined && blanks.length <= this.#indent;
  }
}
