/** A part of a shell word; what stands in quotes is not split and not dropped when empty. */
export type WordPart =
  | { readonly type: 'text'; readonly text: string; readonly quoted: boolean }
  | { readonly type: 'variable'; readonly name: string; readonly quoted: boolean }
  | { readonly type: 'output'; readonly list: readonly ShellCommand[]; readonly quoted: boolean };
export type ShellWord = readonly WordPart[];

export interface Redirection {
  readonly stream: 'stdin' | 'stdout' | 'stderr';
  /** A file, or the stream that this one joins. */
  readonly target: ShellWord | '&1' | '&2';
}

export interface SimpleCommand {
  readonly assignments: readonly { readonly name: string; readonly value: ShellWord }[];
  readonly words: readonly ShellWord[];
  readonly redirections: readonly Redirection[];
}

/** A command of a script: a pipeline, what follows on success or failure of another, a choice. */
export type ShellCommand =
  | {
      readonly type: 'pipeline';
      readonly commands: readonly SimpleCommand[];
      readonly negated: boolean;
      readonly line: string;
    }
  | {
      readonly type: 'and' | 'or';
      readonly left: ShellCommand;
      readonly right: ShellCommand;
      readonly line: string;
    }
  | {
      readonly type: 'if';
      readonly condition: readonly ShellCommand[];
      readonly then: readonly ShellCommand[];
      readonly else: readonly ShellCommand[];
      readonly line: string;
    };

/** A form of the shell that the tests' small interpreter does not know; `message` holds the line. */
export class ShellUnsupported extends Error {}

/** Parses a script of the forms that tests use: pipelines, `&&`, `||`, `if`, variables, `$(…)`, redirections. */
export function parseShellScript(script: string): readonly ShellCommand[] {
  const parser = new ShellParser(script);
  const list = parser.list([]);
  parser.expectEnd();
  return list;
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const RESERVED = new Set(['for', 'while', 'until', 'case', 'function', '{', '(']);

class ShellParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  expectEnd(): void {
    this.#blanks(true);
    if (this.#at < this.#text.length) this.#fail();
  }

  /** Commands until one of the words stands where a command would. */
  list(until: readonly string[]): readonly ShellCommand[] {
    const commands: ShellCommand[] = [];
    for (;;) {
      this.#blanks(true);
      if (this.#at >= this.#text.length || this.#peek() === ')' || until.includes(this.#peekWord()))
        return commands;
      commands.push(this.#andOr());
      this.#blanks(false);
      const next = this.#peek();
      if (next === ';' || next === '\n') this.#at += 1;
      else if (this.#at < this.#text.length && next !== ')') this.#fail();
    }
  }

  #andOr(): ShellCommand {
    let left = this.#command();
    for (;;) {
      this.#blanks(false);
      const operator = this.#text.slice(this.#at, this.#at + 2);
      if (operator !== '&&' && operator !== '||') return left;
      this.#at += 2;
      this.#blanks(true);
      left = { type: operator === '&&' ? 'and' : 'or', left, right: this.#command(), line: this.#line() };
    }
  }

  #command(): ShellCommand {
    const line = this.#line();
    const word = this.#peekWord();
    if (RESERVED.has(word)) this.#fail();
    if (word === 'if') return this.#if(line);
    const negated = word === '!';
    if (negated) this.#at += 1;
    const commands = [this.#simple()];
    for (;;) {
      this.#blanks(false);
      if (this.#peek() !== '|' || this.#text[this.#at + 1] === '|') break;
      this.#at += 1;
      this.#blanks(true);
      commands.push(this.#simple());
    }
    return { type: 'pipeline', commands, negated, line };
  }

  #if(line: string): ShellCommand {
    this.#at += 2;
    const condition = this.list(['then']);
    this.#keyword('then');
    const then = this.list(['else', 'elif', 'fi']);
    if (this.#peekWord() === 'elif') this.#fail();
    let otherwise: readonly ShellCommand[] = [];
    if (this.#peekWord() === 'else') {
      this.#keyword('else');
      otherwise = this.list(['fi']);
    }
    this.#keyword('fi');
    return { type: 'if', condition, then, else: otherwise, line };
  }

  #keyword(word: string): void {
    this.#blanks(true);
    if (this.#peekWord() !== word) this.#fail();
    this.#at += word.length;
  }

  #simple(): SimpleCommand {
    const words: ShellWord[] = [];
    const assignments: { name: string; value: ShellWord }[] = [];
    const redirections: Redirection[] = [];
    for (;;) {
      this.#blanks(false);
      const char = this.#peek();
      if (char === '' || '\n;|)'.includes(char) || this.#text.startsWith('&&', this.#at)) break;
      const redirection = /^([0-9]?)(<|>>|>)(&[12])?/.exec(this.#text.slice(this.#at, this.#at + 5));
      if (redirection !== null) {
        redirections.push(this.#redirection(redirection));
        continue;
      }
      if ('&(<>'.includes(char)) this.#fail();
      const assigned = words.length === 0 ? this.#assignedName() : undefined;
      if (assigned !== undefined) assignments.push({ name: assigned, value: this.#word() });
      else words.push(this.#word());
    }
    if (words.length + assignments.length === 0) this.#fail();
    return { assignments, words, redirections };
  }

  #redirection([all, number = '', sign = '', joined]: RegExpExecArray): Redirection {
    const isHere = sign === '<' && this.#text.startsWith('<<', this.#at);
    if (isHere || sign === '>>' || (number !== '' && !'12'.includes(number))) this.#fail();
    this.#at += all.length;
    const stream = sign === '<' ? 'stdin' : number === '2' ? 'stderr' : 'stdout';
    if (joined !== undefined) return { stream, target: joined as '&1' | '&2' };
    this.#blanks(false);
    return { stream, target: this.#word() };
  }

  #assignedName(): string | undefined {
    NAME.lastIndex = this.#at;
    const name = NAME.exec(this.#text)?.[0];
    if (name === undefined || this.#text[this.#at + name.length] !== '=') return undefined;
    this.#at += name.length + 1;
    return name;
  }

  #word(): ShellWord {
    const parts: WordPart[] = [];
    const text = (value: string, quoted: boolean): void => {
      parts.push({ type: 'text', text: value, quoted });
    };
    for (;;) {
      const char = this.#peek();
      if (char === '' || ' \t\n;|&<>)('.includes(char)) return parts;
      this.#at += 1;
      if (char === "'") {
        const end = this.#text.indexOf("'", this.#at);
        if (end < 0) this.#fail();
        text(this.#text.slice(this.#at, end), true);
        this.#at = end + 1;
      } else if (char === '"') this.#doubleQuoted(parts);
      else if (char === '\\') {
        const next = this.#text[this.#at] ?? '';
        this.#at += 1;
        if (next !== '\n') text(next, true);
      } else if (char === '$') parts.push(this.#expansion(false));
      else if (char === '`') this.#fail();
      else text(char, false);
    }
  }

  #doubleQuoted(parts: WordPart[]): void {
    parts.push({ type: 'text', text: '', quoted: true });
    for (;;) {
      const char = this.#peek();
      if (char === '') this.#fail();
      this.#at += 1;
      if (char === '"') return;
      const next = this.#peek();
      if (char === '\\' && next !== '' && '$`"\\\n'.includes(next)) {
        this.#at += 1;
        parts.push({ type: 'text', text: next === '\n' ? '' : next, quoted: true });
      } else if (char === '$') parts.push(this.#expansion(true));
      else if (char === '`') this.#fail();
      else parts.push({ type: 'text', text: char, quoted: true });
    }
  }

  /** What follows a dollar sign. */
  #expansion(quoted: boolean): WordPart {
    if (this.#text.startsWith('((', this.#at)) this.#fail();
    if (this.#peek() === '(') {
      this.#at += 1;
      const list = this.list([]);
      if (this.#peek() !== ')') this.#fail();
      this.#at += 1;
      return { type: 'output', list, quoted };
    }
    const braced = this.#peek() === '{';
    if (braced) this.#at += 1;
    NAME.lastIndex = this.#at;
    const name = this.#peek() === '?' ? '?' : NAME.exec(this.#text)?.[0];
    if (name === undefined) return braced ? this.#fail() : { type: 'text', text: '$', quoted };
    this.#at += name.length;
    if (braced) {
      if (this.#peek() !== '}') this.#fail();
      this.#at += 1;
    }
    return { type: 'variable', name, quoted };
  }

  #blanks(lines: boolean): void {
    for (;;) {
      const char = this.#peek();
      if (char === ' ' || char === '\t' || (lines && (char === '\n' || char === ';'))) this.#at += 1;
      else if (char === '\\' && this.#text[this.#at + 1] === '\n') this.#at += 2;
      else if (char === '#') {
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = end < 0 ? this.#text.length : end;
      } else return;
    }
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #peekWord(): string {
    return /^[^\s;|&<>)"']+/.exec(this.#text.slice(this.#at, this.#at + 32))?.[0] ?? '';
  }

  #line(): string {
    const begin = this.#text.lastIndexOf('\n', this.#at - 1) + 1;
    const end = this.#text.indexOf('\n', this.#at);
    return this.#text.slice(begin, end < 0 ? undefined : end).trim();
  }

  #fail(): never {
    throw new ShellUnsupported(this.#line());
  }
}
