/** The words of a command line, or why a shell would not take it as one command. */
export type ShellWords = { readonly words: readonly string[] } | { readonly error: string };

/** Characters that mean more than themselves outside quotes: a step is one command, without pipes or substitution. */
const OPERATORS = '|&;<>()`';

/** Splits a command line as a POSIX shell does: quotes, backslashes, comments; no expansion of any kind. */
export function splitShell(line: string): ShellWords {
  const words: string[] = [];
  let word: string | undefined;
  for (let i = 0; i < line.length; i += 1) {
    const char = line[i] ?? '';
    if (char === "'") {
      const end = line.indexOf("'", i + 1);
      if (end < 0) return { error: 'a single quote is not closed' };
      word = (word ?? '') + line.slice(i + 1, end);
      i = end;
    } else if (char === '"') {
      const quoted = readDoubleQuoted(line, i + 1);
      if (quoted === undefined) return { error: 'a double quote is not closed' };
      if (quoted.expands) return { error: 'variables and command substitution are not supported' };
      word = (word ?? '') + quoted.text;
      i = quoted.end;
    } else if (char === '\\') {
      const next = line[i + 1];
      if (next === undefined) return { error: 'the line ends in a backslash' };
      if (next !== '\n') word = (word ?? '') + next;
      i += 1;
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === '#' && word === undefined) {
      const end = line.indexOf('\n', i);
      i = end < 0 ? line.length : end;
    } else if (OPERATORS.includes(char)) {
      return { error: `\`${char}\` is not supported: a step is one command` };
    } else if (char === '$') {
      return { error: 'variables and command substitution are not supported' };
    } else word = (word ?? '') + char;
  }
  if (word !== undefined) words.push(word);
  return { words };
}

function readDoubleQuoted(
  line: string,
  start: number,
): { readonly text: string; readonly end: number; readonly expands: boolean } | undefined {
  let [text, expands] = ['', false];
  for (let i = start; i < line.length; i += 1) {
    const char = line[i] ?? '';
    if (char === '"') return { text, end: i, expands };
    if (char === '$' || char === '`') expands = true;
    const next = line[i + 1] ?? '';
    if (char === '\\' && '$`"\\\n'.includes(next) && next !== '') {
      if (next !== '\n') text += next;
      i += 1;
    } else text += char;
  }
  return undefined;
}
