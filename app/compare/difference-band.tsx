import { useStore } from 'zustand';
import { placeDifferences } from './band-layout.ts';
import type { CompareModel } from './compare-model.ts';
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

/** Between the runs: each difference at its place, numbered as in the table. */
export function DifferenceBand({ model, scale, window, chosen, onChoose }: BandProps) {
  const view = useStore(window);
  const zoom = zoomOf(scale.above, view);
  const scrollX = clampX(scale.above, view, zoom, view.scrollX);
  const placed = placeDifferences(model, scale, zoom, scrollX, view.width);
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
