import type { Json } from '../../base/json.ts';
import { setKey } from '../../base/json.ts';
import { wellFormed } from './go-strings.ts';

/** Result of decoding JSON with the error texts of Go's encoding/json. */
export type DecodedJson = { readonly value: Json } | { readonly error: string };

/** Bound of ours; Go's is 10,000, with the same text. */
const MAX_DEPTH = 500;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

class JsonProblem extends Error {}

/** A character as encoding/json quotes it in errors. */
function quoteCharacter(character: string): string {
  if (character === "'") return "'\\''";
  if (character === '"') return `'"'`;
  const code = character.charCodeAt(0);
  if (code >= 0x20 && code < 0x7f && character !== '\\') return `'${character}'`;
  if (character === '\\') return "'\\\\'";
  const named = new Map([
    ['\n', '\\n'],
    ['\r', '\\r'],
    ['\t', '\\t'],
  ]).get(character);
  return `'${named ?? `\\x${(code & 0xff).toString(16).padStart(2, '0')}`}'`;
}

const LITERALS: readonly (readonly [string, Json])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

class Decoder {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  decode(): Json {
    const value = this.value(0);
    this.space();
    if (this.at < this.text.length) this.refuse('after top-level value');
    return value;
  }

  private space(): void {
    while (' \t\n\r'.includes(this.text[this.at] ?? 'x')) this.at += 1;
  }

  private refuse(context: string): never {
    const character = this.text[this.at];
    if (character === undefined) throw new JsonProblem('unexpected end of JSON input');
    throw new JsonProblem(`invalid character ${quoteCharacter(character)} ${context}`);
  }

  private value(depth: number): Json {
    if (depth > MAX_DEPTH) throw new JsonProblem('exceeded max depth');
    this.space();
    const character = this.text[this.at];
    if (character === '{') return this.object(depth);
    if (character === '[') return this.list(depth);
    if (character === '"') return this.string();
    if (character !== undefined && /[-\d]/.test(character)) return this.number();
    for (const [word, value] of LITERALS) if (character === word[0]) return this.literal(word, value);
    return this.refuse('looking for beginning of value');
  }

  private literal(word: string, value: Json): Json {
    for (let i = 0; i < word.length; i += 1) {
      if (this.text[this.at] !== word[i]) this.refuse(`in literal ${word} (expecting '${word[i]}')`);
      this.at += 1;
    }
    return value;
  }

  private number(): Json {
    NUMBER.lastIndex = this.at;
    const found = NUMBER.exec(this.text)?.[0];
    if (found === undefined) {
      this.at += 1;
      return this.refuse('in numeric literal');
    }
    this.at += found.length;
    const next = this.text[this.at];
    if (next === '.' || ((next === 'e' || next === 'E') && !/[eE]/.test(found))) {
      this.at += /[eE]/.test(next) && /[+-]/.test(this.text[this.at + 1] ?? '') ? 2 : 1;
      this.refuse(next === '.' ? 'after decimal point in numeric literal' : 'in exponent of numeric literal');
    }
    const value = Number(found);
    if (!Number.isFinite(value))
      throw new JsonProblem(`json: cannot unmarshal number ${found} into Go value of type float64`);
    return value;
  }

  private string(): string {
    let result = '';
    this.at += 1;
    for (;;) {
      const character = this.text[this.at];
      if (character === undefined || character < ' ') this.refuse('in string literal');
      this.at += 1;
      if (character === '"') return wellFormed(result);
      result += character === '\\' ? this.escape() : character;
    }
  }

  private escape(): string {
    const character = this.text[this.at];
    const simple = new Map([
      ['"', '"'],
      ['\\', '\\'],
      ['/', '/'],
      ['b', '\b'],
      ['f', '\f'],
      ['n', '\n'],
      ['r', '\r'],
      ['t', '\t'],
    ]).get(character ?? '');
    if (simple === undefined && character !== 'u') this.refuse('in string escape code');
    this.at += 1;
    if (simple !== undefined) return simple;
    const start = this.at;
    for (let i = 0; i < 4; i += 1) {
      if (!/[\da-fA-F]/.test(this.text[this.at] ?? '')) this.refuse('in \\u hexadecimal character escape');
      this.at += 1;
    }
    return String.fromCharCode(Number.parseInt(this.text.slice(start, this.at), 16));
  }

  private list(depth: number): Json {
    const list: Json[] = [];
    this.at += 1;
    this.space();
    if (this.text[this.at] === ']') {
      this.at += 1;
      return list;
    }
    for (;;) {
      list.push(this.value(depth + 1));
      this.space();
      const next = this.text[this.at];
      if (next !== ',' && next !== ']') this.refuse('after array element');
      this.at += 1;
      if (next === ']') return list;
    }
  }

  private object(depth: number): Json {
    const object: Record<string, Json> = {};
    this.at += 1;
    this.space();
    if (this.text[this.at] === '}') {
      this.at += 1;
      return object;
    }
    for (;;) {
      this.space();
      if (this.text[this.at] !== '"') this.refuse('looking for beginning of object key string');
      const key = this.string();
      this.space();
      if (this.text[this.at] !== ':') this.refuse('after object key');
      this.at += 1;
      setKey(object, key, this.value(depth + 1));
      this.space();
      const next = this.text[this.at];
      if (next !== ',' && next !== '}') this.refuse('after object key:value pair');
      this.at += 1;
      if (next === '}') return object;
    }
  }
}

/** Decodes JSON as Go's json.Unmarshal into `any` does: numbers are floats, later duplicates of a key win. */
export function parseGoJson(text: string): DecodedJson {
  try {
    return { value: new Decoder(text).decode() };
  } catch (problem) {
    if (problem instanceof JsonProblem) return { error: problem.message };
    throw problem;
  }
}
