/** Surrogates: characters of two UTF-16 units, which `?` must take as one. */
const SURROGATE = /[\ud800-\udfff]/;

function matchUnits(pattern: ArrayLike<string>, text: ArrayLike<string>): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    if (pattern[p] === '*' && p < pattern.length) {
      star = p;
      resume = t;
      p += 1;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      // Only the last star need give way: an earlier one could not do better. So no exponential search.
      p = star + 1;
      resume += 1;
      t = resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}

/**
 * Whether the whole text matches: `*` is any number of characters, `?` exactly one, all else itself; the empty pattern
 * matches the empty text only (lifecycle A.5; ext/wildcard). Time is at most pattern × text.
 */
export function matchWildcard(pattern: string, text: string): boolean {
  if (pattern === '*') return true;
  if (!containsWildcard(pattern)) return pattern === text;
  if (SURROGATE.test(pattern) || SURROGATE.test(text)) return matchUnits([...pattern], [...text]);
  return matchUnits(pattern, text);
}

/** Whether the text holds `*` or `?`. */
export function containsWildcard(text: string): boolean {
  return text.includes('*') || text.includes('?');
}
