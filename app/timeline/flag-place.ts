import type { Frame } from './layout.ts';

/** Whether the playhead's flag covers an x of the ruler: it hangs to the right, at the right edge to the left. */
export const flagWidth = (text: string): number => 12 + text.length * 6.4;

export function flagCovers({ playhead, width }: Frame, x: number): boolean {
  const w = flagWidth(playhead.text);
  const left = playhead.x + w > width ? playhead.x - w : playhead.x;
  return x >= left - 3 && x <= left + w + 3;
}
