/** The word that was probably meant, if one is near enough: two changes, one for short words. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const limit = word.length <= 4 ? 1 : 2;
  const near = words
    .map((known) => ({ known, distance: changes(word.toLowerCase(), known.toLowerCase(), limit) }))
    .filter(({ distance }) => distance <= limit)
    .toSorted((left, right) => left.distance - right.distance);
  return near[0]?.known;
}

/** How many letters to insert, remove, replace or swap to get from one word to the other; beyond the limit any larger number. */
function changes(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) > limit || from.length > 100) return limit + 1;
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      const swap =
        i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
          ? (before[j - 2] ?? limit) + 1
          : limit + 1;
      row.push(Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same, swap));
    }
    before = last;
    last = row;
  }
  return last[to.length] ?? limit + 1;
}
