import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react';

interface SplitProps {
  /** Key under which the share is remembered. */
  readonly id: string;
  /** `row`: side by side. `column`: one above the other. */
  readonly direction: 'row' | 'column';
  /** What the separator changes, for screen readers: `Width of the workspace`. */
  readonly label: string;
  /** Share of the first part, percent. */
  readonly initial: number;
  /** Smallest size of each part, pixels; dragged below half of it, the part folds away. */
  readonly least: readonly [number, number];
  /** Stands in the place of the first part, which stays as it is behind it. */
  readonly rail?: ReactNode;
  readonly children: readonly [ReactNode, ReactNode];
}

const KEY_STEP = 2;
const PAGE_STEP = 10;

/** Two parts with a separator between them: dragged by pointer, moved by keys, remembered. Enter or a double click folds. */
export function Split({ id, direction, label, initial, least, rail, children }: SplitProps) {
  // Until a person moves it the share is what is asked for, which may change with what stands there.
  const [own, setShare] = useState(() => readShare(id));
  const share = own ?? initial;
  const unfolded = useRef(initial);
  const place = useRef<HTMLDivElement>(null);
  const [first, second] = children;

  const set = (wanted: number): void => {
    const size = sizeOf(place.current, direction);
    if (size === 0) return;
    const pixels = (wanted / 100) * size;
    const settled =
      pixels < least[0] / 2
        ? 0
        : size - pixels < least[1] / 2
          ? 100
          : (Math.min(size - least[1], Math.max(least[0], pixels)) / size) * 100;
    if (settled > 0 && settled < 100) unfolded.current = settled;
    setShare(settled);
    saveShare(id, settled);
  };
  const toggle = (): void => set(share === 0 || share === 100 ? unfolded.current : 0);

  const drag = (event: PointerEvent<HTMLDivElement>): void => {
    const box = place.current?.getBoundingClientRect();
    if (!event.currentTarget.hasPointerCapture(event.pointerId) || box === undefined) return;
    const part =
      direction === 'row' ? (event.clientX - box.left) / box.width : (event.clientY - box.top) / box.height;
    set(part * 100);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const [back, on] = direction === 'row' ? ['ArrowLeft', 'ArrowRight'] : ['ArrowUp', 'ArrowDown'];
    const by = { [back]: -KEY_STEP, [on]: KEY_STEP, PageUp: -PAGE_STEP, PageDown: PAGE_STEP }[event.key];
    if (by !== undefined) set(share + by);
    else if (event.key === 'Home') set(0);
    else if (event.key === 'End') set(100);
    else if (event.key === 'Enter') toggle();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className={`split ${direction}`} ref={place}>
      {rail}
      <div className="split-part" hidden={share === 0 || rail !== undefined} style={{ flexGrow: share }}>
        {first}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a rule that can be moved is a separator with a value */}
      <div
        role="separator"
        className="separator"
        hidden={rail !== undefined}
        aria-orientation={direction === 'row' ? 'vertical' : 'horizontal'}
        aria-label={label}
        aria-valuenow={Math.round(share)}
        aria-valuemin={0}
        aria-valuemax={100}
        tabIndex={0}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={drag}
        onDoubleClick={toggle}
        onKeyDown={onKeyDown}
      />
      <div
        className="split-part"
        hidden={share === 100 && rail === undefined}
        style={{ flexGrow: share === 100 ? 100 : 100 - share }}
      >
        {second}
      </div>
    </div>
  );
}

function sizeOf(element: HTMLElement | null, direction: 'row' | 'column'): number {
  return (direction === 'row' ? element?.clientWidth : element?.clientHeight) ?? 0;
}

const keyOf = (id: string): string => `admission-studio/split/${id}`;

function readShare(id: string): number | undefined {
  try {
    const text = localStorage.getItem(keyOf(id));
    const share = text === null ? Number.NaN : Number(text);
    return share >= 0 && share <= 100 ? share : undefined;
  } catch {
    return undefined;
  }
}

function saveShare(id: string, share: number): void {
  try {
    localStorage.setItem(keyOf(id), String(share));
  } catch {
    // The sizes are then those of this visit.
  }
}
