import type { Json } from '../../base/json.ts';
import { isObject } from '../../base/json.ts';
import { resolvePlain } from '../../manifest/scalar.ts';

/** Column after which a long line breaks at the next blank. */
const BEST_WIDTH = 80;

/**
 * A value as kubectl prints it with `-o yaml`: sigs.k8s.io/yaml, that is go-yaml 2. Keys sorted as it sorts them, lists not
 * indented, quotes and line breaks where it makes them.
 */
export function formatYaml(value: Json): string {
  return `${block(value, 0, '').replace(/^[ \n]/, '')}\n`;
}

/** A value after `key:` or `-`: begins with a blank, or with a line break where its lines stand below. */
function block(value: Json, indent: number, lead: string): string {
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    if (items.length === 0) return ' []';
    return items.map((item) => `\n${' '.repeat(indent)}-${inItem(item, indent + 2)}`).join('');
  }
  if (isObject(value)) {
    const keys = Object.keys(value).sort(compareKeys);
    if (keys.length === 0) return ' {}';
    return keys
      .map((key) => {
        const name = scalar(key, 0, 0, true);
        const item = value[key] ?? null;
        // A list below a key stands at the key's own column.
        const inner = Array.isArray(item) ? indent : indent + 2;
        return `\n${' '.repeat(indent)}${name}:${block(item, inner, `${' '.repeat(indent)}${name}:`)}`;
      })
      .join('');
  }
  return ` ${scalar(value, indent, lead.length + 1, false)}`;
}

/** An item of a list: the first key of a mapping stands beside the dash. */
function inItem(item: Json, indent: number): string {
  const nested = (Array.isArray(item) || isObject(item)) && Object.keys(item).length > 0;
  const text = block(item, indent, ' '.repeat(indent - 1));
  return nested ? ` ${text.slice(1 + indent)}` : text;
}

function scalar(value: Json, indent: number, column: number, isKey: boolean): string {
  if (typeof value === 'string') return stringScalar(value, indent, column, isKey);
  if (typeof value === 'number') return numberText(value);
  return String(value);
}

/** JSON numbers come out of sigs.k8s.io/yaml as integers where they are, else as Go prints floats. */
function numberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e21) return value.toFixed(0);
  const text = String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

function stringScalar(text: string, indent: number, column: number, isKey: boolean): string {
  const shape = shapeOf(text);
  const multiline = text.includes('\n');
  if (multiline && !isKey && !shape.special && !/ $/.test(text)) return literal(text, indent);
  if (multiline || shape.special || !shape.text) return doubleQuoted(text, indent, column, isKey);
  if (!shape.plain) return folded(`'${text.replaceAll("'", "''")}'`, indent, column, isKey, true);
  return folded(text, indent, column, isKey, false);
}

/** How a text may be written. `text`: plain it would still be read as text. */
function shapeOf(text: string): {
  readonly text: boolean;
  readonly plain: boolean;
  readonly special: boolean;
} {
  // A blank before a line break would be lost outside double quotes.
  const special = hasSpecial(text) || / \n/.test(text);
  const indicators =
    /^(---|\.\.\.)/.test(text) ||
    /^[#,[\]{}&*!|>'"%@`]/.test(text) ||
    /^[?:-](\s|$)/.test(text) ||
    /:(\s|$)/.test(text) ||
    /\s#/.test(text) ||
    /^\s|\s$/.test(text);
  return { text: readsAsText(text), plain: !indicators, special };
}

/** go-yaml quotes what another reader might take for something else: numbers in base 60 and timestamps too. */
const readsAsText = (text: string): boolean =>
  typeof resolvePlain(text) === 'string' &&
  !/^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/.test(text) &&
  !/^\d{4}-\d{1,2}-\d{1,2}([Tt ]|$)/.test(text) &&
  text !== '<<' &&
  text !== '=';

function hasSpecial(text: string): boolean {
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code === 0x0a) continue;
    if (code < 0x20 || (code >= 0x7f && code < 0xa0 && code !== 0x85)) return true;
    if (code === 0xfeff || (code >= 0xd800 && code <= 0xdfff) || code > 0xffff) return true;
  }
  return false;
}

function literal(text: string, indent: number): string {
  const hint = text.startsWith(' ') || text.startsWith('\n') ? '2' : '';
  const chomp = !text.endsWith('\n') ? '-' : /\n\n$/.test(text) || text === '\n' ? '+' : '';
  const lines = text.replace(/\n$/, '').split('\n');
  const body = lines.map((line) => (line === '' ? '' : `${' '.repeat(Math.max(indent, 2))}${line}`));
  return `|${hint}${chomp}\n${body.join('\n')}`;
}

/** Breaks at a single blank once a line is past the width, as libyaml's writer does. */
function folded(text: string, indent: number, column: number, isKey: boolean, quoted: boolean): string {
  if (isKey || column + text.length <= BEST_WIDTH) return text;
  let out = '';
  let at = column;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i] ?? '';
    const inside = quoted ? i > 1 && i < text.length - 2 : true;
    if (char === ' ' && at > BEST_WIDTH && inside && text[i - 1] !== ' ' && text[i + 1] !== ' ') {
      out += `\n${' '.repeat(Math.max(indent, 2))}`;
      at = Math.max(indent, 2);
    } else {
      out += char;
      at += 1;
    }
  }
  return out;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\ufeff': '\\uFEFF',
};

function doubleQuoted(text: string, indent: number, column: number, isKey: boolean): string {
  let out = '"';
  let at = column + 1;
  const characters = [...text];
  let wasBlank = false;
  characters.forEach((char, index) => {
    const blank = char === ' ';
    if (blank && !wasBlank && !isKey && at > BEST_WIDTH && index > 0 && index < characters.length - 1) {
      const pad = ' '.repeat(Math.max(indent, 2));
      out += `\n${pad}${characters[index + 1] === ' ' ? '\\' : ''}`;
      at = pad.length;
    } else {
      const written = escaped(char);
      out += written;
      at += written.length;
    }
    wasBlank = blank;
  });
  return `${out}"`;
}

function escaped(char: string): string {
  const known = Object.hasOwn(ESCAPES, char) ? ESCAPES[char] : undefined;
  if (known !== undefined) return known;
  if (!hasSpecial(char)) return char;
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

const isLetter = (char: string): boolean => /\p{L}/u.test(char);
const isDigit = (char: string | undefined): boolean => char !== undefined && char >= '0' && char <= '9';

/** go-yaml sorts keys for people: numbers by value, other signs before letters. */
export function compareKeys(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i += 1) {
    const [a, b] = [left[i] ?? '', right[i] ?? ''];
    if (a === b) continue;
    if (isLetter(a) && isLetter(b)) return a < b ? -1 : 1;
    if (isLetter(a) || isLetter(b)) return isLetter(b) ? -1 : 1;
    return compareNumbers(left, right, i);
  }
  return left.length - right.length;
}

function compareNumbers(left: string, right: string, at: number): number {
  const number = (text: string): { readonly value: number; readonly end: number } => {
    let end = at;
    while (isDigit(text[end])) end += 1;
    return { value: Number(text.slice(at, end) || '0') + (followsDigits(left, at) ? 1e15 : 0), end };
  };
  const [a, b] = [number(left), number(right)];
  if (a.value !== b.value) return a.value - b.value;
  if (a.end !== b.end) return a.end - b.end;
  return (left[at] ?? '') < (right[at] ?? '') ? -1 : 1;
}

/** A zero within a number counts as a digit of it, not as one that leads. */
function followsDigits(text: string, at: number): boolean {
  for (let i = at - 1; i >= 0 && isDigit(text[i]); i -= 1) if (text[i] !== '0') return true;
  return false;
}
