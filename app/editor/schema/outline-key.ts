/** A key at the beginning of a text, with its colon. */
export interface KeyAt {
  readonly name: string;
  /** Length of the key as it is written. */
  readonly length: number;
  /** Length up to and with the colon. */
  readonly withColon: number;
}

/** What no plain key begins with. */
const NO_KEY = /^[\s#[\]{},|>@`&*!%]/;

/**
 * The key that a line's rest begins with, if it has a colon. By hand and in linear time: a person's text may hold any number
 * of blanks.
 */
export function keyAt(rest: string): KeyAt | undefined {
  const quote = rest[0];
  if (quote === '"' || quote === "'") return quotedKey(rest, quote);
  if (NO_KEY.test(rest) || /^-(?:\s|$|#)/.test(rest)) return undefined;
  const comment = rest.search(/\s#/);
  const limit = comment < 0 ? rest.length : comment;
  for (let colon = rest.indexOf(':'); colon >= 0 && colon < limit; colon = rest.indexOf(':', colon + 1)) {
    if (!isBlank(rest[colon + 1])) continue;
    const name = rest.slice(0, colon).trimEnd();
    return name === '' ? undefined : { name, length: name.length, withColon: colon + 1 };
  }
  return undefined;
}

function quotedKey(rest: string, quote: string): KeyAt | undefined {
  let close = 1;
  while (close < rest.length && rest[close] !== quote) close += quote === '"' && rest[close] === '\\' ? 2 : 1;
  let colon = close + 1;
  while (isBlank(rest[colon]) && colon < rest.length) colon += 1;
  if (rest[colon] !== ':' || !isBlank(rest[colon + 1])) return undefined;
  return { name: rest.slice(1, close), length: close + 1, withColon: colon + 1 };
}

const isBlank = (char: string | undefined): boolean => char === undefined || /\s/.test(char);
