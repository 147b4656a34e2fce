import type { Random } from '../../base/random.ts';
import { Failure, type Outcome } from './value.ts';

/** How often `*` and `+` repeat at most (goregen's MaxUnboundedRepeatCount). */
const MAX_REPEAT = 4096;
const MAX_LENGTH = 1_000_000;
const MAX_DEPTH = 200;

type Ranges = readonly (readonly [number, number])[];

const DIGIT: Ranges = [[0x30, 0x39]];
const WORD: Ranges = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
const SPACE: Ranges = [
  [0x09, 0x0a],
  [0x0c, 0x0d],
  [0x20, 0x20],
];
/** Approximation: goregen draws from all of Unicode here, which nobody wants to read. */
const PRINTABLE: Ranges = [[0x20, 0x7e]];
const POSIX: ReadonlyMap<string, Ranges> = new Map([
  [
    'alpha',
    [
      [0x41, 0x5a],
      [0x61, 0x7a],
    ],
  ],
  ['digit', DIGIT],
  [
    'alnum',
    [
      [0x30, 0x39],
      [0x41, 0x5a],
      [0x61, 0x7a],
    ],
  ],
  ['lower', [[0x61, 0x7a]]],
  ['upper', [[0x41, 0x5a]]],
  ['word', WORD],
  ['space', SPACE],
  [
    'xdigit',
    [
      [0x30, 0x39],
      [0x41, 0x46],
      [0x61, 0x66],
    ],
  ],
  [
    'punct',
    [
      [0x21, 0x2f],
      [0x3a, 0x40],
      [0x5b, 0x60],
      [0x7b, 0x7e],
    ],
  ],
]);
const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['n', 10],
  ['t', 9],
  ['r', 13],
  ['f', 12],
  ['v', 11],
  ['a', 7],
]);

/** What of the printable characters is not in the ranges. */
function complement(ranges: Ranges): Ranges {
  const kept: [number, number][] = [];
  for (let code = 0x20; code <= 0x7e; code += 1)
    if (!ranges.some(([low, high]) => code >= low && code <= high)) kept.push([code, code]);
  return kept;
}

class Unsupported extends Error {}

/** Reads a pattern that is known to be valid and writes a text that matches it, in one go. */
class Generator {
  private at = 0;
  private depth = 0;
  private length = 0;
  private readonly pattern: readonly string[];
  private readonly random: Random;

  constructor(pattern: string, random: Random) {
    this.pattern = [...pattern];
    this.random = random;
  }

  generate(): string {
    return this.alternatives()();
  }

  private peek(ahead = 0): string | undefined {
    return this.pattern[this.at + ahead];
  }

  private pick(count: number): number {
    return Math.floor(this.random() * count);
  }

  private alternatives(): () => string {
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw new Unsupported('pattern is nested too deeply');
    const branches = [this.sequence()];
    while (this.peek() === '|') {
      this.at += 1;
      branches.push(this.sequence());
    }
    this.depth -= 1;
    return () => branches[this.pick(branches.length)]?.() ?? '';
  }

  private sequence(): () => string {
    const parts: (() => string)[] = [];
    while (this.peek() !== undefined && this.peek() !== '|' && this.peek() !== ')')
      parts.push(this.repeated());
    return () => parts.map((part) => part()).join('');
  }

  private repeated(): () => string {
    let atom = this.atom();
    for (;;) {
      const bounds = this.quantifier();
      if (!bounds) return atom;
      const [low, high] = bounds;
      const inner = atom;
      atom = () => {
        let text = '';
        for (let count = low + this.pick(high - low + 1); count > 0; count -= 1) {
          const piece = inner();
          this.length += piece.length + 1;
          if (this.length > MAX_LENGTH) throw new Unsupported('generated text is too long');
          text += piece;
        }
        return text;
      };
    }
  }

  private quantifier(): readonly [number, number] | undefined {
    const character = this.peek();
    let bounds: readonly [number, number] | undefined;
    if (character === '*') bounds = [0, MAX_REPEAT];
    else if (character === '+') bounds = [1, MAX_REPEAT];
    else if (character === '?') bounds = [0, 1];
    if (bounds) this.at += 1;
    else bounds = this.counted();
    if (bounds && this.peek() === '?') this.at += 1;
    return bounds;
  }

  private counted(): readonly [number, number] | undefined {
    if (this.peek() !== '{') return undefined;
    const end = this.pattern.indexOf('}', this.at);
    const match = /^(\d+)(,?)(\d*)$/.exec(this.pattern.slice(this.at + 1, Math.max(end, 0)).join(''));
    if (!match) return undefined;
    this.at = end + 1;
    const low = Number(match[1]);
    return [low, match[2] === '' ? low : match[3] === '' ? Math.max(low, MAX_REPEAT) : Number(match[3])];
  }

  private atom(): () => string {
    const character = this.peek() ?? '';
    this.at += 1;
    switch (character) {
      case '(':
        return this.group();
      case '[':
        return this.fromRanges(this.characterClass());
      case '.':
        return this.fromRanges(PRINTABLE);
      case '^':
      case '$':
        return () => '';
      case '\\':
        return this.escape();
      default:
        return () => character;
    }
  }

  private group(): () => string {
    if (this.peek() === '?') {
      const name = this.peek(1) === 'P' || this.peek(1) === '<';
      const stop = name ? '>' : ':';
      while (this.peek() !== undefined && this.peek() !== stop && this.peek() !== ')') this.at += 1;
      if (this.peek() === ')') {
        this.at += 1;
        return () => '';
      }
      this.at += 1;
    }
    const inner = this.alternatives();
    this.at += 1;
    return inner;
  }

  private fromRanges(ranges: Ranges): () => string {
    const total = ranges.reduce((sum, [low, high]) => sum + high - low + 1, 0);
    return () => {
      let index = this.pick(total);
      for (const [low, high] of ranges) {
        if (index <= high - low) return String.fromCodePoint(low + index);
        index -= high - low + 1;
      }
      return '';
    };
  }

  private classEscape(character: string): Ranges | undefined {
    switch (character) {
      case 'd':
        return DIGIT;
      case 'w':
        return WORD;
      case 's':
        return SPACE;
      case 'D':
        return complement(DIGIT);
      case 'W':
        return complement(WORD);
      case 'S':
        return complement(SPACE);
      default:
        return undefined;
    }
  }

  /** The character of an escape whose backslash is read. */
  private escapedCode(): number {
    const character = this.peek() ?? '';
    this.at += 1;
    const control = CONTROLS.get(character);
    if (control !== undefined) return control;
    if (character === 'x') {
      const braced = this.peek() === '{';
      const end = braced ? this.pattern.indexOf('}', this.at) : this.at + 2;
      const hex = this.pattern.slice(this.at + (braced ? 1 : 0), end).join('');
      const code = /^[\da-fA-F]+$/.test(hex) ? Number.parseInt(hex, 16) : Number.NaN;
      if (end < 0 || !(code <= 0x10ffff)) throw new Unsupported('invalid escape sequence');
      this.at = braced ? end + 1 : end;
      return code;
    }
    if (character === 'p' || character === 'P') throw new Unsupported('Unicode classes are not supported');
    return character.codePointAt(0) ?? 0;
  }

  private escape(): () => string {
    const character = this.peek() ?? '';
    const ranges = this.classEscape(character);
    if (ranges) {
      this.at += 1;
      return this.fromRanges(ranges);
    }
    if ('AzbB'.includes(character)) {
      this.at += 1;
      return () => '';
    }
    const code = this.escapedCode();
    return () => String.fromCodePoint(code);
  }

  private characterClass(): Ranges {
    const negated = this.peek() === '^';
    if (negated) this.at += 1;
    const ranges: (readonly [number, number])[] = [];
    for (let first = true; first || this.peek() !== ']'; first = false) {
      if (this.peek() === undefined) throw new Unsupported('missing closing ]');
      ranges.push(...this.classItem());
    }
    this.at += 1;
    return negated ? complement(ranges) : ranges;
  }

  private classItem(): Ranges {
    if (this.peek() === '[' && this.peek(1) === ':') {
      const end = this.pattern.indexOf(']', this.at);
      if (end < 0) throw new Unsupported('missing closing ]');
      const name = this.pattern.slice(this.at + 2, end - 1).join('');
      this.at = end + 1;
      const ranges = POSIX.get(name.replace('^', '')) ?? [];
      return name.startsWith('^') ? complement(ranges) : ranges;
    }
    if (this.peek() === '\\') {
      const ranges = this.classEscape(this.peek(1) ?? '');
      if (ranges) {
        this.at += 2;
        return ranges;
      }
    }
    const low = this.classCharacter();
    if (this.peek() !== '-' || this.peek(1) === ']') return [[low, low]];
    this.at += 1;
    const high = this.classCharacter();
    if (high < low) throw new Unsupported('invalid character class range');
    return [[low, high]];
  }

  private classCharacter(): number {
    const character = this.peek() ?? '';
    this.at += 1;
    return character === '\\' ? this.escapedCode() : (character.codePointAt(0) ?? 0);
  }
}

/** A text that matches a valid pattern, drawn with the seeded generator (Kyverno: goregen, unseeded). */
export function generateMatch(pattern: string, random: Random): Outcome {
  try {
    return new Generator(pattern, random).generate();
  } catch (problem) {
    if (problem instanceof Unsupported) return new Failure(problem.message);
    throw problem;
  }
}
