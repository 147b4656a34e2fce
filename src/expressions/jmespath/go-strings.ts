/** Orders texts by code point, which is Go's order of UTF-8 bytes; JavaScript's own order differs beyond U+FFFF. */
export function compareText(left: string, right: string): -1 | 0 | 1 {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i += 1) {
    const a = left.charCodeAt(i);
    const b = right.charCodeAt(i);
    if (a === b) continue;
    const aSurrogate = a >= 0xd800 && a <= 0xdfff;
    const bSurrogate = b >= 0xd800 && b <= 0xdfff;
    if (aSurrogate !== bSurrogate) return aSurrogate ? 1 : -1;
    return a < b ? -1 : 1;
  }
  return left.length === right.length ? 0 : left.length < right.length ? -1 : 1;
}

const single = (mapped: string, character: string): string => ([...mapped].length === 1 ? mapped : character);

function mapRunes(text: string, map: (character: string) => string): string {
  let result = '';
  for (const character of text) result += map(character);
  return result;
}

/** strings.ToUpper: one character for one, so `ß` stays. */
export const toUpper = (text: string): string =>
  mapRunes(text, (character) => single(character.toUpperCase(), character));

/** strings.ToLower: one character for one. */
export const toLower = (text: string): string =>
  mapRunes(text, (character) => (character === 'İ' ? 'i' : single(character.toLowerCase(), character)));

/** Simple case folding; the dotless i has no partner. */
const foldRune = (character: string): string =>
  character === 'ı' ? character : single(single(character.toUpperCase(), character).toLowerCase(), character);

/** strings.EqualFold. */
export const equalFold = (left: string, right: string): boolean =>
  mapRunes(left, foldRune) === mapRunes(right, foldRune);

/** strings.Replace: the first `count` occurrences, all if negative; an empty `old` stands between all characters. */
export function replace(text: string, old: string, replacement: string, count: number): string {
  if (old === replacement || count === 0) return text;
  const pieces = old === '' ? splitRunes(text) : text.split(old);
  const cuts = count < 0 ? pieces.length - 1 : Math.min(count, pieces.length - 1);
  const behind = pieces.slice(cuts + 1).map((piece) => old + piece);
  return pieces.slice(0, cuts + 1).join(replacement) + behind.join('');
}

/** Pieces between which an empty text stands: before, between and behind all characters. */
const splitRunes = (text: string): readonly string[] => ['', ...text, ''];

/** strings.Trim: takes characters of `cutset` from both ends. */
export function trim(text: string, cutset: string): string {
  const runes = [...text];
  const cut = new Set(cutset);
  let start = 0;
  let end = runes.length;
  while (start < end && cut.has(runes[start] ?? '')) start += 1;
  while (end > start && cut.has(runes[end - 1] ?? '')) end -= 1;
  return runes.slice(start, end).join('');
}

/** path.Clean of a slash-separated path. */
export function cleanPath(path: string): string {
  const rooted = path.startsWith('/');
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!rooted) kept.push(part);
  }
  return (rooted ? '/' : '') + kept.join('/') || '.';
}

const LONE_SURROGATE = /[\ud800-\udfff]/gu;

/** The text with U+FFFD for lone surrogates, as Go decodes them. */
export const wellFormed = (text: string): string => text.replace(LONE_SURROGATE, '\ufffd');
