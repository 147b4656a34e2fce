import { useStore } from 'zustand';
import { type CompareModel, extentOf, type NumberedDifference } from './compare-model.ts';
import { type CompareWindowStore, clampX, zoomOf } from './compare-state.ts';
import { DifferenceMark } from './difference-mark.tsx';
import { differenceName } from './difference-table.tsx';
import type { SharedScale } from './matched-scale.ts';

interface BandProps {
  readonly model: CompareModel;
  readonly scale: SharedScale;
  readonly window: CompareWindowStore;
  readonly chosen: number | undefined;
  readonly onChoose: (index: number) => void;
}

interface Placed {
  readonly difference: NumberedDifference;
  readonly x: number;
  readonly words: number;
  readonly bracket: { readonly from: number; readonly to: number } | undefined;
}

/** Between the runs: each difference at its place, numbered as in the table. */
export function DifferenceBand({ model, scale, window, chosen, onChoose }: BandProps) {
  const view = useStore(window);
  const zoom = zoomOf(scale.above, view);
  const scrollX = clampX(scale.above, view, zoom, view.scrollX);
  const placed = place(model, scale, zoom, scrollX, view.width);
  return (
    <div className="compare-band">
      <p>
        <b>Differences</b> {chosen === undefined ? '' : `${chosen + 1} of `}
        {model.differences.length}
      </p>
      <div className="compare-band-track">
        {placed.map(({ difference, x, words, bracket }) => (
          <span key={difference.number}>
            {bracket !== undefined && (
              <i
                className="compare-bracket"
                style={{ left: bracket.from, width: bracket.to - bracket.from }}
              />
            )}
            <button
              type="button"
              tabIndex={-1}
              style={{ left: x, maxWidth: words }}
              className={difference.number - 1 === chosen ? 'chosen' : undefined}
              aria-label={differenceName(difference, model.differences.length)}
              title={difference.title}
              onClick={() => onChoose(difference.number - 1)}
            >
              <DifferenceMark kind={difference.kind} />
              <b>{difference.number}</b>
              {words > 70 && <span>{difference.title}</span>}
            </button>
          </span>
        ))}
      </div>
    </div>
  );
}

/** Room of a mark with its number, pixels. */
const LEAST = 40;
/** A run of differences that is so wide has a bracket, pixels. */
const BRACKET = 130;

/** From left to right, none over another; those far off the picture are left out. */
function place(
  model: CompareModel,
  scale: SharedScale,
  zoom: number,
  scrollX: number,
  width: number,
): readonly Placed[] {
  const wanted = model.differences
    .map((difference) => {
      const { x, from, to } = extentOf(difference, model, scale, zoom);
      const spans = difference.kind !== 'other outcome' && to - from > BRACKET;
      const bracket = spans ? { from: from - scrollX, to: to - scrollX } : undefined;
      const at =
        bracket === undefined ? x : (Math.max(from, scrollX) + Math.min(to, scrollX + width)) / 2 - 40;
      return { difference, x: at - scrollX, bracket };
    })
    .filter(({ x, bracket }) => (bracket?.to ?? x) > -60 && (bracket?.from ?? x) < width + 10)
    .sort((left, right) => left.x - right.x);
  let free = 2;
  const placed = wanted.map((one) => {
    const x = Math.max(one.x, free);
    free = x + LEAST;
    return { ...one, x };
  });
  return placed.map((one, i) => ({
    ...one,
    words: Math.max(LEAST - 2, Math.min(190, (placed[i + 1]?.x ?? width) - one.x - 6)),
  }));
}
