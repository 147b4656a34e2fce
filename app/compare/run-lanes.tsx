import { type Arrangement, arrange } from '../timeline/arrange.ts';
import { type LaneBox, rowY } from '../timeline/geometry.ts';
import { LaneIcon } from '../timeline/lane-icon.tsx';
import { densityFor, layoutLanes } from '../timeline/layout.ts';
import type { TimelineModel } from '../timeline/model.ts';

interface RunLanesProps {
  readonly model: TimelineModel;
  readonly arrangement: Arrangement;
  readonly height: number;
  /** The run's own name, in the corner. */
  readonly name: string;
  /** On a phone: the signs of the lanes alone. */
  readonly narrow: boolean;
}

/** Names of the lanes beside a run's picture, and whose time it is. */
export function RunLanes({ model, arrangement, height, name, narrow }: RunLanesProps) {
  const arranged = arrange(model, arrangement);
  const density = densityFor(arranged, height);
  const { boxes, shore } = layoutLanes(arranged, density, 0);
  return (
    <div
      className={['compare-lanes', narrow && 'narrow', shore !== undefined && 'with-background']
        .filter(Boolean)
        .join(' ')}
    >
      <h3 style={{ height: density.ruler - 1, lineHeight: `${density.ruler - 2}px` }}>{name}</h3>
      {(['admission', 'background'] as const).map((phase) => {
        const of = boxes.filter(({ lane }) => lane.phase === phase);
        const [first, last] = [of[0], of.at(-1)];
        if (first === undefined || last === undefined) return undefined;
        const bottom = phase === 'background' ? Math.max(height, last.y + last.height) : last.y + last.height;
        return (
          <div
            key={phase}
            className={`phase-rail ${phase}`}
            style={{ top: first.y, height: bottom - first.y }}
          >
            <span>{railText(phase, bottom - first.y)}</span>
          </div>
        );
      })}
      {shore !== undefined && <div className="shore" style={{ top: shore.y, height: shore.height }} />}
      {boxes.map((box) => (
        <LaneName key={box.lane.id} box={box} bar={density.bar} />
      ))}
    </div>
  );
}

function LaneName({ box, bar }: { readonly box: LaneBox; readonly bar: number }) {
  const { lane, y, top, height } = box;
  return (
    <div className={`compare-lane ${lane.phase}`} style={{ top: y, height }}>
      <b style={{ top: top - y, height: bar }}>
        <LaneIcon lane={lane.id} />
        <span>{lane.label}</span>
      </b>
      {lane.rows.map((row, index) => {
        if (index === 0 || row.label === undefined) return undefined;
        const place = { top: rowY(box, index) - y, height: bar, lineHeight: `${bar}px` };
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name of their own
          <small key={index} style={place}>
            {row.label}
          </small>
        );
      })}
    </div>
  );
}

const railText = (phase: 'admission' | 'background', height: number): string =>
  phase === 'admission' ? (height > 62 ? 'Admission' : 'Adm.') : height > 76 ? 'Background' : 'Backgr.';
