import type { DifferenceKind } from '../../src/index.ts';

/** Upper half filled: only above; lower half: only below; ≠: other outcome; =: same. Always ink: a difference is no verdict. */
export function DifferenceMark({
  kind,
  size = 13,
}: {
  readonly kind: DifferenceKind | 'same';
  readonly size?: number;
}) {
  return (
    <svg className="difference-mark" width={size} height={size} viewBox="0 0 13 13" aria-hidden="true">
      <rect
        x=".65"
        y=".65"
        width="11.7"
        height="11.7"
        rx="1.5"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.3"
      />
      {kind === 'only above' && <rect x=".65" y=".65" width="11.7" height="6" rx="1" fill="currentColor" />}
      {kind === 'only below' && <rect x=".65" y="6.35" width="11.7" height="6" rx="1" fill="currentColor" />}
      {(kind === 'other outcome' || kind === 'same') && (
        <path
          d={kind === 'same' ? 'M3.6 5h5.8M3.6 8h5.8' : 'M3.6 5h5.8M3.6 8h5.8M8.2 3L4.8 10'}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.2"
          strokeLinecap="round"
        />
      )}
    </svg>
  );
}
