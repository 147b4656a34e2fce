/**
 * A shorter input with the same defect: stretches are taken out, halves first, then ever smaller ones, as long as the
 * defect stays. `attempts` bounds the work.
 */
export function reduceInput(input: string, fails: (input: string) => boolean, attempts = 2000): string {
  let best = input;
  let left = attempts;
  for (
    let size = Math.ceil(best.length / 2);
    size > 0 && left > 0;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < best.length && left > 0; ) {
      const shorter = best.slice(0, at) + best.slice(at + size);
      left -= 1;
      if (fails(shorter)) best = shorter;
      else at += size;
    }
  }
  return best;
}
