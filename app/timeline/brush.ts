/** What of the minimap's frame a hand takes hold of. */
export type Grip = 'left' | 'right' | 'inside' | 'outside';

interface Span {
  readonly left: number;
  readonly right: number;
}

const REACH = 5;
const LEAST = 4;

/** What lies at a place of the minimap; a narrow frame keeps room inside to be dragged. */
export function brushAt({ left, right }: Span, x: number): Grip {
  const reach = Math.min(REACH, (right - left) / 4);
  if (Math.abs(x - left) <= reach) return 'left';
  if (Math.abs(x - right) <= reach) return 'right';
  return x > left && x < right ? 'inside' : 'outside';
}

/** The frame after a drag from one place to another: moved, resized at an edge, or drawn anew. */
export function moveBrush(grip: Grip, frame: Span, from: number, to: number, width: number): Span {
  const at = Math.max(0, Math.min(width, to));
  switch (grip) {
    case 'inside': {
      const by = Math.max(-frame.left, Math.min(width - frame.right, to - from));
      return { left: frame.left + by, right: frame.right + by };
    }
    case 'left':
      return { left: Math.min(at, frame.right - LEAST), right: frame.right };
    case 'right':
      return { left: frame.left, right: Math.max(at, frame.left + LEAST) };
    case 'outside': {
      const [a, b] = [Math.min(from, at), Math.max(from, at)];
      return { left: Math.max(0, a), right: Math.max(b, a + LEAST) };
    }
  }
}
