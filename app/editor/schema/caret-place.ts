import type { Json, PathSegment } from '../../../src/index.ts';
import { lineEnd, type Outline, outline, withoutComment } from './outline.ts';
import { keyAt } from './outline-key.ts';
import type { OpenNode, OutlineNode } from './outline-node.ts';
import { outlineAt, outlineHit, outlineValue } from './outline-value.ts';

/** Where the caret stands in a document, and what is being typed there. Offsets count from the file's beginning. */
export interface CaretPlace {
  /** `key`: a field of the map at `path`. `value`: the value at `path`. `either`: whichever the schema at `path` wants. */
  readonly part: 'key' | 'value' | 'either';
  readonly path: readonly PathSegment[];
  /** Keys that the map has already, without the one being typed. */
  readonly present: readonly string[];
  /** What stands between `start` and the caret. */
  readonly typed: string;
  /** What a completion replaces. */
  readonly start: number;
  readonly end: number;
  /** Column of a new key, from 0. */
  readonly column: number;
  readonly isFlow: boolean;
  /** The key being typed has its colon. */
  readonly hasColon: boolean;
  /** The value begins right behind a colon, so a blank is missing. */
  readonly needsBlank: boolean;
  readonly isQuoted: boolean;
  /** The document as far as it can be made out; scalars are text. */
  readonly root: Json;
  /** Where the document begins. */
  readonly documentStart: number;
}

type Found = Omit<CaretPlace, 'root' | 'documentStart'>;

/** Longer documents are not looked at: a key press must not wait for them. */
const MAX_LENGTH = 100_000;

/** No schema is so deep. */
const MAX_DEPTH = 100;

/** The caret's place; undefined in comments, block scalars and where nothing can be told. */
export function caretPlace(text: string, offset: number): CaretPlace | undefined {
  const { start, end } = documentAround(text, offset);
  if (end - start > MAX_LENGTH) return undefined;
  const document = text.slice(start, end);
  const reader = new CaretReader(document, offset - start);
  const found = reader.read();
  if (found === undefined || found.path.length > MAX_DEPTH) return undefined;
  return {
    ...found,
    start: found.start + start,
    end: found.end + start,
    root: outlineValue(reader.outline.root),
    documentStart: start,
  };
}

/** The document of a file that an offset is in. */
export function documentAround(
  text: string,
  offset: number,
): { readonly start: number; readonly end: number } {
  let start = 0;
  let end = text.length;
  for (const match of text.matchAll(/^---(?=\s|$)/gm)) {
    if (match.index + 3 < offset || (match.index === 0 && offset > 2)) start = match.index;
    else if (match.index >= offset || match.index > start) {
      end = match.index;
      break;
    }
  }
  return { start, end: Math.max(start, end) };
}

class CaretReader {
  readonly outline: Outline;
  readonly #text: string;
  readonly #at: number;
  readonly #lineStart: number;
  readonly #lineEnd: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
    this.#lineStart = text.lastIndexOf('\n', at - 1) + 1;
    this.#lineEnd = lineEnd(text, at);
    this.outline = outline(text, this.#lineStart);
  }

  read(): Found | undefined {
    const prefix = this.#text.slice(this.#lineStart, this.#at);
    if (/^---|^\.\.\./.test(prefix)) return undefined;
    const closed = this.outline.closed.find(({ start, end }) => start < this.#at && this.#at <= end);
    if (closed !== undefined) {
      if (closed.node.type === 'scalar') return undefined;
      const isBehind = this.#at === closed.end && /[\]}]/.test(this.#text[closed.end - 1] ?? '');
      if (!isBehind) return this.#inFlow(closed.start, closed.node);
      return undefined;
    }
    const [, blanks = '', dashes = '', rest = ''] = /^( *)((?:-\s+)*)(.*)$/.exec(prefix) ?? [];
    if (withoutComment(rest) !== rest.trimEnd() || rest.startsWith('#')) return undefined;
    const column = blanks.length + dashes.length;
    const key = keyAt(rest);
    if (key !== undefined) return this.#afterKey(column, rest, key.withColon);
    return rest === '' ? this.#blank(column, dashes !== '') : this.#word(column, rest);
  }

  /** `key: val|`, or `key:|`. */
  #afterKey(column: number, rest: string, length: number): Found | undefined {
    const hit = outlineHit(this.outline.root, this.#lineStart + column);
    if (hit === undefined || hit.part !== 'key') return undefined;
    const behind = rest.slice(length);
    const typed = behind.trimStart();
    if (/^[|>&*!]/.test(typed)) return undefined;
    const start = this.#at - typed.length;
    return this.#value(hit.path, start, typed, column, behind === '');
  }

  #value(
    path: readonly PathSegment[],
    start: number,
    typed: string,
    column: number,
    needsBlank: boolean,
  ): Found {
    const isQuoted = /^["']/.test(typed);
    const line = this.#text.slice(this.#at, this.#lineEnd);
    const rest = isQuoted ? (/^[^"']*/.exec(line)?.[0] ?? '') : withoutComment(line);
    return {
      part: 'value',
      path,
      present: [],
      typed: isQuoted ? typed.slice(1) : typed,
      start: start + (isQuoted ? 1 : 0),
      end: this.#at + rest.length,
      column,
      isFlow: false,
      hasColon: false,
      needsBlank,
      isQuoted,
    };
  }

  /** A word that may become a key, or is a scalar of a list. */
  #word(column: number, rest: string): Found | undefined {
    const start = this.#lineStart + column;
    const hit = outlineHit(this.outline.root, start);
    if (hit === undefined || /^["'&*!|>]/.test(rest)) return undefined;
    const line = this.#text.slice(this.#at, this.#lineEnd);
    const key = keyAt(`${rest}${line}`);
    const end = key === undefined ? this.#at + withoutComment(line).length : start + key.length;
    const found = { typed: rest, start, end, column, hasColon: key !== undefined };
    const common = { isFlow: false, needsBlank: false, isQuoted: false };
    if (hit.part === 'value') {
      if (hit.start !== start) return undefined;
      return { part: 'either', path: hit.path, present: [], ...found, ...common };
    }
    const path = hit.path.slice(0, -1);
    return { part: 'key', path, present: this.#keysAt(path, start), ...found, ...common };
  }

  /** An empty place: between dashes and the line's end, or on a line of blanks. */
  #blank(column: number, isItem: boolean): Found | undefined {
    const place = isItem ? this.#openItem() : this.#openAt(column);
    if (place === undefined) return undefined;
    const after = withoutComment(this.#text.slice(this.#at, this.#lineEnd)).trim();
    if (after !== '' && !isItem) return undefined;
    return {
      part: place.part,
      path: place.path,
      present: this.#keysAt(place.path, -1),
      typed: '',
      start: this.#at,
      end: this.#at,
      column,
      isFlow: false,
      hasColon: false,
      needsBlank: false,
      isQuoted: false,
    };
  }

  #openItem(): Pick<Found, 'part' | 'path'> | undefined {
    const { root, open } = outline(this.#text, this.#lineEnd + 1);
    const top = open.at(-1);
    if (top?.type !== 'list') return undefined;
    const index = top.items.findLastIndex(({ start }) => start < this.#at);
    return { part: 'either', path: [...pathOf(root, open), index] };
  }

  #openAt(column: number): Pick<Found, 'part' | 'path'> | undefined {
    const frames = [...this.outline.open];
    if (frames.length === 0)
      return column === 0 || this.outline.root === undefined ? { part: 'key', path: [] } : undefined;
    for (let top = frames.at(-1); top !== undefined; top = frames.at(-1)) {
      const path = pathOf(this.outline.root, frames);
      if (top.indent < column) {
        const slot = this.#slotOf(top);
        return slot === undefined ? undefined : { part: 'either', path: [...path, slot] };
      }
      if (top.indent === column && top.type === 'map') return { part: 'key', path };
      if (top.indent === column && frames.at(-2)?.indent !== column) return undefined;
      frames.pop();
    }
    return undefined;
  }

  /** The last step of a container before the caret's line, if no value stands there before that line. */
  #slotOf(node: OpenNode): PathSegment | undefined {
    const from = this.#lineStart;
    if (node.type === 'map') {
      const entry = node.entries.findLast(({ keyStart }) => keyStart < from);
      return entry !== undefined && isAfter(entry.value, from) ? entry.key : undefined;
    }
    const index = node.items.findLastIndex(({ start }) => start < from);
    return isAfter(node.items[index]?.value, from) ? index : undefined;
  }

  #keysAt(path: readonly PathSegment[], except: number): readonly string[] {
    const node = outlineAt(this.outline.root, path);
    if (node?.type !== 'map') return [];
    return node.entries.filter(({ keyStart }) => keyStart !== except).map(({ key }) => key);
  }

  #inFlow(from: number, region: OutlineNode): Found | undefined {
    const frames = flowFrames(this.#text, from, this.#at);
    const top = frames?.at(-1);
    if (frames === undefined || top === undefined) return undefined;
    if (frames.length > MAX_DEPTH) return undefined;
    const above = pathOfNode(this.outline.root, region) ?? [];
    const steps = frames.slice(0, -1).flatMap((frame): readonly PathSegment[] => {
      if (frame.type === 'list') return [frame.index];
      const key = keyIn(this.#text.slice(frame.segment));
      return key === undefined ? [] : [key];
    });
    const path = [...above, ...steps];
    const segment = this.#text.slice(top.segment, this.#at);
    const typed = segment.trimStart();
    const start = this.#at - typed.length;
    const [rest = ''] = /^[^,\]}:#\n]*/.exec(this.#text.slice(this.#at)) ?? [];
    const common = { column: 0, isFlow: true, end: this.#at + rest.trimEnd().length };
    if (top.type === 'list')
      return { ...common, ...this.#flowValue(typed, start, [...path, top.index], false), part: 'either' };
    const key = /^(?:"[^"\n]*"|'[^'\n]*'|[^\s"':,]+)\s*:(\s+|$)/.exec(typed);
    if (key !== null) {
      const value = typed.slice(key[0].length);
      const name = keyIn(typed) ?? '';
      return {
        ...common,
        ...this.#flowValue(value, this.#at - value.length, [...path, name], key[1] === ''),
        part: 'value',
      };
    }
    if (/^["']/.test(typed)) return undefined;
    const hasColon = this.#text[common.end] === ':';
    const present = this.#keysAt(path, start);
    return {
      ...common,
      part: 'key',
      path,
      present,
      typed,
      start,
      hasColon,
      needsBlank: false,
      isQuoted: false,
    };
  }

  #flowValue(typed: string, start: number, path: readonly PathSegment[], needsBlank: boolean) {
    const isQuoted = /^["']/.test(typed);
    return {
      path,
      present: [],
      typed: isQuoted ? typed.slice(1) : typed,
      start: start + (isQuoted ? 1 : 0),
      hasColon: false,
      needsBlank,
      isQuoted,
    };
  }
}

const isAfter = (node: OutlineNode | undefined, offset: number): boolean =>
  node === undefined || node.start >= offset;

/** The path of the innermost of nested containers. */
function pathOf(root: OutlineNode | undefined, frames: readonly OpenNode[]): readonly PathSegment[] {
  const path: PathSegment[] = [];
  let node = root;
  for (const next of frames.slice(1)) {
    const step = stepTo(node, next);
    if (step === undefined) return path;
    path.push(step);
    node = next;
  }
  return path;
}

function stepTo(node: OutlineNode | undefined, child: OutlineNode): PathSegment | undefined {
  if (node?.type === 'map') return node.entries.findLast(({ value }) => value === child)?.key;
  if (node?.type !== 'list') return undefined;
  const index = node.items.findLastIndex(({ value }) => value === child);
  return index < 0 ? undefined : index;
}

function pathOfNode(root: OutlineNode | undefined, target: OutlineNode): readonly PathSegment[] | undefined {
  const path: PathSegment[] = [];
  let node = root;
  while (node !== undefined && node !== target) {
    if (node.type === 'scalar') return undefined;
    if (node.type === 'map') {
      const entry = node.entries.findLast(({ keyStart }) => keyStart <= target.start);
      if (entry === undefined) return undefined;
      path.push(entry.key);
      node = entry.value;
    } else {
      const index = node.items.findLastIndex(({ start }) => start <= target.start);
      if (index < 0) return undefined;
      path.push(index);
      node = node.items[index]?.value;
    }
  }
  return node === undefined ? undefined : path;
}

interface FlowFrame {
  readonly type: 'map' | 'list';
  index: number;
  /** Where the entry begins that the caret is in, or was in when a deeper collection began. */
  segment: number;
}

/** The flow collections that are open at an offset, outermost first; undefined within a comment. */
function flowFrames(text: string, from: number, to: number): readonly FlowFrame[] | undefined {
  const frames: FlowFrame[] = [];
  for (let i = from; i < to; i += 1) {
    const char = text[i];
    const top = frames.at(-1);
    if (char === '{' || char === '[')
      frames.push({ type: char === '{' ? 'map' : 'list', index: 0, segment: i + 1 });
    else if (char === '}' || char === ']') frames.pop();
    else if (char === ',' && top !== undefined) {
      top.index += 1;
      top.segment = i + 1;
    } else if (char === '#' && /\s/.test(text[i - 1] ?? '')) {
      i = lineEnd(text, i);
      if (i >= to) return undefined;
    } else if ((char === '"' || char === "'") && /[\s,:{[]/.test(text[i - 1] ?? '')) {
      const close = text.indexOf(char, i + 1);
      if (close < 0 || close >= to) return frames;
      i = close;
    }
  }
  return frames;
}

function keyIn(segment: string): string | undefined {
  const [, double, single, plain] = /^\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"':,]+))\s*:/.exec(segment) ?? [];
  return double ?? single ?? plain;
}
