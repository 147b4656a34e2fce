import { PART_PATHS } from '../ui/part-paths.ts';
import type { LaneId } from './marks.ts';

export function LaneIcon({ lane }: { readonly lane: LaneId }) {
  return (
    <svg
      width="15"
      height="15"
      viewBox="0 0 15 15"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PART_PATHS[lane]} />
    </svg>
  );
}
