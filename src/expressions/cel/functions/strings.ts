import { encodeUtf8 } from '../../jmespath/utf8.ts';
import { method, type Overload } from '../environment.ts';
import { regexes } from '../parts.ts';
import { type CelType, DYN, INT, listOf, STRING } from '../types.ts';
import {
  CelDuration,
  CelError,
  type CelResult,
  CelTimestamp,
  CelUint,
  type CelValue,
  formatDuration,
  formatTimestamp,
  isList,
  isMap,
  typeName,
} from '../value.ts';
import { formatDouble } from './standard.ts';

type Run = Overload['run'];

/** Texts are counted in code points (cel-go, ext/strings.go). */
const characters = (value: CelValue | undefined): readonly string[] => [...String(value)];
const position = (value: CelValue | undefined): number => (typeof value === 'bigint' ? Number(value) : 0);
const outOfRange = (index: number): CelError => new CelError(`index out of range: ${index}`);

const charAt: Run = (text, at) => {
  const all = characters(text);
  const index = position(at);
  return index < 0 || index > all.length ? outOfRange(index) : (all[index] ?? '');
};

function startsAt(all: readonly string[], wanted: readonly string[], at: number): boolean {
  return wanted.every((character, index) => all[at + index] === character);
}

const indexOf: Run = (text, part, from = 0n) => {
  const all = characters(text);
  const wanted = characters(part);
  const start = position(from);
  if (start < 0) return outOfRange(start);
  for (let at = start; at + wanted.length <= all.length; at += 1)
    if (startsAt(all, wanted, at)) return BigInt(at);
  return -1n;
};

const lastIndexOf: Run = (text, part, until) => {
  const all = characters(text);
  const wanted = characters(part);
  const last = until === undefined ? all.length : position(until);
  if (last < 0 || (until !== undefined && last >= all.length && all.length > 0)) return outOfRange(last);
  for (let at = Math.min(last, all.length - wanted.length); at >= 0; at -= 1)
    if (startsAt(all, wanted, at)) return BigInt(at);
  return -1n;
};

const substring: Run = (text, from, to) => {
  const all = characters(text);
  const start = position(from);
  const end = to === undefined ? all.length : position(to);
  if (start < 0 || start > all.length) return outOfRange(start);
  if (end < 0 || end > all.length) return outOfRange(end);
  if (start > end) return new CelError(`invalid substring range. start: ${start}, end: ${end}`);
  return all.slice(start, end).join('');
};

/** strings.Replace: an empty text is found before every character and at the end. */
const replace: Run = (text, old, replacement, count = -1n) => {
  const pieces = split(String(text), String(old), -1, true);
  const limit = position(count);
  const joints = limit < 0 ? pieces.length - 1 : Math.min(limit, pieces.length - 1);
  return pieces.reduce(
    (left, piece, index) => `${left}${index <= joints ? String(replacement) : String(old)}${piece}`,
  );
};

function split(text: string, separator: string, limit: number, ends = false): readonly string[] {
  const all = separator === '' ? [...text] : text.split(separator);
  const pieces = separator === '' && ends ? ['', ...all, ''] : all;
  if (limit < 0 || pieces.length <= limit) return pieces;
  if (limit === 0) return [];
  return [...pieces.slice(0, limit - 1), pieces.slice(limit - 1).join(separator)];
}

const ascii = (text: string, from: string, shift: number): string =>
  text.replace(from === 'A' ? /[A-Z]/g : /[a-z]/g, (letter) =>
    String.fromCharCode(letter.charCodeAt(0) + shift),
  );

const join: Run = (list = null, separator = '') => {
  if (!isList(list)) return new CelError('no such overload');
  const odd = list.find((item) => typeof item !== 'string');
  if (odd !== undefined) return new CelError(`join: invalid input: ${String(odd)}`);
  return list.join(String(separator));
};

/** What `%s` shows of a value. */
function shown(value: CelValue): string | CelError {
  if (typeof value === 'string') return value;
  if (value === null) return 'null';
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof CelUint) return String(value.value);
  if (typeof value === 'number') return formatDouble(value);
  if (value instanceof CelTimestamp) return formatTimestamp(value);
  if (value instanceof CelDuration) return formatDuration(value);
  if (isList(value)) return listed(value.map(quoted), '[', ']');
  if (!isMap(value))
    return new CelError(
      `error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given ${typeName(value)}`,
    );
  const keys = [...value.keys()].sort((left, right) => (String(left) < String(right) ? -1 : 1));
  return listed(
    keys.map((key) => {
      const item = quoted(value.get(key) ?? null);
      return item instanceof CelError ? item : `${String(quoted(key))}:${item}`;
    }),
    '{',
    '}',
  );
}

const quoted = (value: CelValue): string | CelError =>
  typeof value === 'string' ? `"${value}"` : shown(value);

function listed(items: readonly (string | CelError)[], open: string, close: string): string | CelError {
  const failure = items.find((item) => item instanceof CelError);
  return failure instanceof CelError ? failure : `${open}${items.join(', ')}${close}`;
}

const whole = (value: CelValue): bigint | undefined =>
  typeof value === 'bigint' ? value : value instanceof CelUint ? value.value : undefined;

const octets = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

function hexOf(value: CelValue): string | undefined {
  if (typeof value === 'string') return octets(encodeUtf8(value));
  if (value instanceof Uint8Array) return octets(value);
  return whole(value)?.toString(16);
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** `1.234568×10⁰⁴`, as cel-go's formatter of a locale writes it. */
function scientific(value: number, precision: number): string {
  const [mantissa = '', power = '0'] = value.toExponential(precision).split('e');
  const digits = power.replace(/^[+-]/, '').padStart(2, '0');
  const raised = [...digits].map((digit) => SUPERSCRIPTS[Number(digit)] ?? '').join('');
  return `${mantissa}×10${power.startsWith('-') ? '⁻' : ''}${raised}`;
}

function clause(letter: string, precision: number, value: CelValue): string | CelError {
  const digits = whole(value);
  const only = (name: string, what: string): CelError =>
    new CelError(
      `error during formatting: ${name} clause can only be used on ${what}, was given ${typeName(value)}`,
    );
  switch (letter) {
    case 's':
      return shown(value);
    case 'd':
      return digits === undefined ? only('decimal', 'integers') : String(digits);
    case 'f':
      return typeof value === 'number' ? value.toFixed(precision) : only('fixed-point', 'doubles');
    case 'e':
      return typeof value === 'number' ? scientific(value, precision) : only('scientific', 'doubles');
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0';
      return digits === undefined ? only('binary', 'integers and bools') : digits.toString(2);
    case 'o':
      return digits === undefined ? only('octal', 'integers') : digits.toString(8);
    case 'x':
    case 'X': {
      const hex = hexOf(value);
      if (hex === undefined) return only('hex', 'integers, byte buffers, and strings');
      return letter === 'x' ? hex : hex.toUpperCase();
    }
    default:
      return new CelError(`could not parse formatting clause: unrecognized formatting clause "${letter}"`);
  }
}

const CLAUSE = /%(?:%|(?:\.(\d+))?([a-zA-Z]))/g;

/** `text.format(args)` (cel-go, ext/formatting.go). */
const format: Run = (text, args = null) => {
  if (typeof text !== 'string' || !isList(args)) return new CelError('no such overload');
  let next = 0;
  let failure: CelError | undefined;
  const out = text.replace(
    CLAUSE,
    (all: string, precision: string | undefined, letter: string | undefined) => {
      if (letter === undefined) return '%';
      const value = args[next];
      next += 1;
      if (value === undefined) {
        failure ??= new CelError(`index ${next - 1} out of range`);
        return all;
      }
      const written = clause(letter, precision === undefined ? 6 : Number(precision), value);
      if (!(written instanceof CelError)) return written;
      failure ??= written;
      return all;
    },
  );
  if (failure === undefined && next < args.length)
    failure = new CelError(
      `too many arguments supplied to string.format (expected ${next}, got ${args.length})`,
    );
  return failure ?? out;
};

const found = (text: string, pattern: string, limit: number): CelResult => {
  const program = regexes.get().REGEX_LIBRARY.compile(pattern);
  if ('error' in program) return new CelError(`Illegal regex: ${program.error}`);
  const out: string[] = [];
  for (let at = 0; at <= text.length && (limit < 0 || out.length < limit); ) {
    const positions = program.find(text, at);
    const [start, end] = positions ?? [];
    if (start === undefined || end === undefined) break;
    out.push(text.slice(start, end));
    at = end > start ? end : end + 1;
  }
  return out;
};

const strings = (arity: number, result: CelType, run: Run, rest: readonly CelType[] = []): Overload =>
  method([...Array.from({ length: arity }, () => STRING), ...rest], result, run);

/** Functions on texts: cel-go's ext/strings and Kubernetes' find, findAll. */
export const STRINGS: readonly (readonly [string, readonly Overload[]])[] = [
  ['charAt', [strings(1, STRING, charAt, [INT])]],
  ['indexOf', [strings(2, INT, indexOf), strings(2, INT, indexOf, [INT])]],
  ['lastIndexOf', [strings(2, INT, lastIndexOf), strings(2, INT, lastIndexOf, [INT])]],
  ['lowerAscii', [strings(1, STRING, (text) => ascii(String(text), 'A', 32))]],
  ['upperAscii', [strings(1, STRING, (text) => ascii(String(text), 'a', -32))]],
  ['replace', [strings(3, STRING, replace), strings(3, STRING, replace, [INT])]],
  [
    'split',
    [
      strings(2, listOf(STRING), (text, by) => split(String(text), String(by), -1)),
      strings(2, listOf(STRING), (text, by, limit) => split(String(text), String(by), position(limit)), [
        INT,
      ]),
    ],
  ],
  ['substring', [strings(1, STRING, substring, [INT]), strings(1, STRING, substring, [INT, INT])]],
  ['trim', [strings(1, STRING, (text) => String(text).trim())]],
  ['join', [method([listOf(STRING)], STRING, join), method([listOf(STRING), STRING], STRING, join)]],
  ['format', [method([STRING, listOf(DYN)], STRING, format)]],
  [
    'find',
    [
      strings(2, STRING, (text, pattern) => {
        const all = found(String(text), String(pattern), 1);
        return all instanceof CelError || !isList(all) ? all : (all[0] ?? '');
      }),
    ],
  ],
  [
    'findAll',
    [
      strings(2, listOf(STRING), (text, pattern) => found(String(text), String(pattern), -1)),
      strings(
        2,
        listOf(STRING),
        (text, pattern, limit) => found(String(text), String(pattern), position(limit)),
        [INT],
      ),
    ],
  ],
];
