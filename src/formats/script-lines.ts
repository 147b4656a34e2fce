/** A word of a shell command: its value, and where it stands in the script. */
export interface ScriptWord {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** One command of a script. `error` says why it is not a plain command. */
export interface ScriptCommand {
  readonly start: number;
  readonly end: number;
  readonly words: readonly ScriptWord[];
  readonly error?: string;
}

/** Characters that mean more than themselves outside quotes. */
const OPERATORS = '|&;<>()`';
const EXPANDS = 'variables and command substitution are not simulated';

/**
 * Splits a script into commands, one a line as a POSIX shell sees lines (quotes and backslashes may carry a command on),
 * keeping the place of every word so that a word can be edited. Comments and blank lines are no commands.
 */
export function readScript(script: string): readonly ScriptCommand[] {
  const commands: ScriptCommand[] = [];
  for (let at = 0; at < script.length; ) {
    const command = readCommand(script, at);
    if (command.words.length > 0 || command.error !== undefined) commands.push(command);
    at = Math.max(command.end, at) + 1;
  }
  return commands;
}

function readCommand(script: string, begin: number): ScriptCommand {
  const words: ScriptWord[] = [];
  let word: { text: string; start: number } | undefined;
  let error: string | undefined;
  let at = begin;
  const add = (text: string, start: number): void => {
    word = word === undefined ? { text, start } : { text: word.text + text, start: word.start };
  };
  const close = (): void => {
    if (word !== undefined) words.push({ ...word, end: at });
    word = undefined;
  };
  for (; at < script.length && script[at] !== '\n'; at += 1) {
    const char = script[at] ?? '';
    if (char === '\\' && script[at + 1] === '\n') {
      close();
      at += 1;
    } else if (char === '\\') {
      add(script[at + 1] ?? '', at);
      at += 1;
    } else if (char === "'" || char === '"') {
      const quoted = readQuoted(script, at, char);
      add(quoted.text, at);
      at = quoted.end;
      error ??= quoted.error;
    } else if (/\s/.test(char)) {
      close();
    } else if (char === '#' && word === undefined) {
      const end = script.indexOf('\n', at);
      at = (end < 0 ? script.length : end) - 1;
    } else {
      if (OPERATORS.includes(char)) error ??= `\`${char}\` is not simulated`;
      if (char === '$') error ??= EXPANDS;
      add(char, at);
    }
  }
  close();
  const command = { start: words[0]?.start ?? begin, end: at, words };
  return error === undefined ? command : { ...command, error };
}

/** A quoted stretch that begins at `start`; `end` is its closing quote. */
function readQuoted(
  script: string,
  start: number,
  quote: string,
): { readonly text: string; readonly end: number; readonly error?: string } {
  let text = '';
  let error: string | undefined;
  for (let at = start + 1; at < script.length; at += 1) {
    const char = script[at] ?? '';
    if (char === quote) return error === undefined ? { text, end: at } : { text, end: at, error };
    if (quote === '"' && (char === '$' || char === '`')) error ??= EXPANDS;
    const next = script[at + 1] ?? '';
    if (quote === '"' && char === '\\' && next !== '' && '$`"\\\n'.includes(next)) {
      if (next !== '\n') text += next;
      at += 1;
    } else text += char;
  }
  return { text, end: script.length, error: 'a quote is not closed' };
}

/** A word as a shell reads it back: quoted only where it must be. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
