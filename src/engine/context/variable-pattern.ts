/** A variable as it stands in a text. */
export interface FoundVariable {
  /** The character in front of the braces, which the pattern takes along; empty at the start of the text. */
  readonly prefix: string;
  /** `{{ … }}`. */
  readonly text: string;
  /** Where the braces begin. */
  readonly start: number;
}

/**
 * End of the variable that starts at `at`, or undefined: `{{`, then anything but braces or groups `{…}` without braces
 * inside, then `}}`.
 */
function endOfVariable(text: string, at: number): number | undefined {
  if (!text.startsWith('{{', at)) return undefined;
  for (let i = at + 2; i < text.length; i += 1) {
    const character = text[i];
    if (character === '}') return text[i + 1] === '}' ? i + 2 : undefined;
    if (character !== '{') continue;
    i += 1;
    while (i < text.length && text[i] !== '{' && text[i] !== '}') i += 1;
    if (text[i] !== '}') return undefined;
  }
  return undefined;
}

/** Whether the whole text is one variable. */
export const isVariable = (text: string): boolean => endOfVariable(text, 0) === text.length;

/** The character that ends before `at`, both halves of it. */
function characterBefore(text: string, at: number): string {
  const pair = text.slice(Math.max(0, at - 2), at);
  return (pair.codePointAt(0) ?? 0) > 0xffff ? pair : pair.slice(-1);
}

/**
 * All variables in a text that no backslash escapes, from left to right, as Kyverno's pattern finds them: neighbours
 * without a character between them are found one at a time (variables/regex/vars.go).
 */
export function findVariables(text: string): readonly FoundVariable[] {
  const found: FoundVariable[] = [];
  let from = 0;
  for (let at = text.indexOf('{{'); at >= 0; at = text.indexOf('{{', at + 1)) {
    const prefix = characterBefore(text, at);
    const start = at - prefix.length;
    if (at > 0 && (prefix === '\\' || start < from)) continue;
    const end = endOfVariable(text, at);
    if (end === undefined) continue;
    found.push({ prefix, text: text.slice(at, end), start: at });
    from = end;
    at = end - 1;
  }
  return found;
}

/** A reference as it stands in a text. */
export interface FoundReference {
  readonly prefix: string;
  /** `$( … )`. */
  readonly text: string;
}

/** A reference reaches to the last bracket in front of the next blank. */
function endOfReference(text: string, at: number): number | undefined {
  if (at + 2 >= text.length || text[at + 2] === '\n') return undefined;
  const blank = text.indexOf(' ', at + 3);
  const last = text.slice(at + 3, blank < 0 ? text.length : blank).lastIndexOf(')');
  return last < 0 ? undefined : at + 3 + last + 1;
}

/** All `$(…)` that no backslash escapes. */
export function findReferences(text: string): readonly FoundReference[] {
  const found: FoundReference[] = [];
  let from = 0;
  for (let at = text.indexOf('$('); at >= 0; at = text.indexOf('$(', at + 1)) {
    const prefix = characterBefore(text, at);
    if (at > 0 && (prefix === '\\' || at - prefix.length < from)) continue;
    const end = endOfReference(text, at);
    if (end === undefined) {
      // No bracket in front of the next blank: nothing there can be a reference.
      const blank = text.indexOf(' ', at);
      if (blank < 0) break;
      at = blank;
      continue;
    }
    found.push({ prefix, text: text.slice(at, end) });
    from = end;
    at = end - 1;
  }
  return found;
}

const ESCAPED_REFERENCE = /\\\$\([^\n][^ )]*\)/g;

/** Takes the backslash from `\$(…)`. */
export const unescapeReferences = (text: string): string =>
  text.includes('\\$(') ? text.replace(ESCAPED_REFERENCE, (escaped) => escaped.slice(1)) : text;

/** Bytes of the character in UTF-8. */
const byteLength = (character: string): number => {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
};

/**
 * Kyverno cuts one byte, not one character, from the front: what is left of a character beyond ASCII then belongs to the
 * variable, and makes its expression invalid.
 */
export const leftoverOf = (prefix: string): string =>
  prefix === '' ? '' : '\ufffd'.repeat(byteLength(prefix) - 1);
