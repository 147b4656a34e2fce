import { lazy, Suspense, useState } from 'react';
import { useStore } from 'zustand';
import { useStudio } from '../stores/studio.ts';
import { arrange } from './arrange.ts';
import { type LaneBox, rowY } from './geometry.ts';
import { LaneIcon } from './lane-icon.tsx';
import { contentHeight, densityFor, layoutLanes } from './layout.ts';
import type { TimelineModel } from './model.ts';
import { OtherTime } from './other-time.tsx';

const LaneFilter = lazy(() => import('./lane-filter.tsx').then((m) => ({ default: m.LaneFilter })));

/** Names of the lanes with their switches, and the rail that says whose time it is. Only what can be seen is there. */
export function LaneHeaders({ model }: { readonly model: TimelineModel }) {
  const { viewport } = useStudio();
  const height = useStore(viewport, (state) => state.height);
  const collapsed = useStore(viewport, (state) => state.collapsed);
  const pinned = useStore(viewport, (state) => state.pinned);
  const hidden = useStore(viewport, (state) => state.hidden);
  const groups = useStore(viewport, (state) => state.groups);
  const scrollY = useStore(viewport, (state) => state.scrollY);
  const arranged = arrange(model, { collapsed, pinned, hidden, groups });
  const density = densityFor(arranged, height);
  const scroll = Math.min(scrollY, Math.max(0, contentHeight(arranged, density) - height));
  const { boxes, shore, pinnedBottom } = layoutLanes(arranged, density, scroll);
  const rails = (['admission', 'background'] as const).map((phase) => {
    const of = boxes.filter(({ lane }) => lane.phase === phase && !lane.pinned);
    const first = of[0];
    const last = of.at(-1);
    if (first === undefined || last === undefined) return undefined;
    const bottom = phase === 'background' ? Math.max(height, last.y + last.height) : last.y + last.height;
    const y = Math.max(first.y, pinnedBottom - 1);
    return { phase, y, height: Math.max(0, bottom - y) };
  });
  const below = { top: pinnedBottom, offset: pinnedBottom };

  return (
    <div className="lane-headers" style={{ fontSize: density.name === 'compact' ? 11.4 : 12 }}>
      <Corner height={density.ruler} hidden={hidden.length} model={model} />
      {boxes
        .filter(({ lane }) => lane.pinned)
        .map((box) => (
          <LaneHeader key={box.lane.id} box={box} bar={density.bar} offset={0} height={height} />
        ))}
      <div
        className={shore === undefined ? 'lane-scroll' : 'lane-scroll with-background'}
        style={{ top: below.top }}
      >
        {rails.map(
          (rail) =>
            rail !== undefined && (
              <div
                key={rail.phase}
                className={`phase-rail ${rail.phase}`}
                style={{ top: rail.y - below.offset, height: rail.height }}
              >
                <span>{railText(rail.phase, rail.height)}</span>
              </div>
            ),
        )}
        {shore !== undefined && (
          <div className="shore" style={{ top: shore.y - below.offset, height: shore.height }} />
        )}
        {boxes
          .filter(({ lane }) => !lane.pinned)
          .map((box) => (
            <LaneHeader key={box.lane.id} box={box} bar={density.bar} offset={below.offset} height={height} />
          ))}
      </div>
    </div>
  );
}

/** Above the names: the playhead's time on the other scale, and what lanes are shown. */
function Corner({
  height,
  hidden,
  model,
}: {
  readonly height: number;
  readonly hidden: number;
  readonly model: TimelineModel;
}) {
  const { run } = useStudio();
  const stale = useStore(run, (state) => state.status === 'stale');
  const [open, setOpen] = useState(false);
  return (
    <div className="lane-corner" style={{ height }}>
      {stale ? <span className="lane-stale">last good run</span> : <OtherTime model={model} />}
      <button
        type="button"
        aria-expanded={open}
        aria-haspopup="dialog"
        className={hidden > 0 ? 'lane-filter-button on' : 'lane-filter-button'}
        title="Which lanes are shown"
        onClick={() => setOpen(!open)}
      >
        {hidden > 0 ? `${hidden} hidden` : 'Lanes'}
      </button>
      {open && (
        <Suspense fallback={null}>
          <LaneFilter model={model} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </div>
  );
}

function LaneHeader({
  box,
  bar,
  offset,
  height,
}: {
  readonly box: LaneBox;
  readonly bar: number;
  readonly offset: number;
  readonly height: number;
}) {
  const { viewport } = useStudio();
  const { lane, y, top, pitch } = box;
  if (y > height || y + box.height < 0) return undefined;
  // Only names of rows in the picture are there.
  const first = Math.max(0, Math.floor(-top / pitch));
  const last = Math.min(lane.rows.length, Math.ceil((height - top) / pitch) + 1);
  const many = lane.whole.rows.length > 12;
  return (
    <div
      className={`lane-header ${lane.phase}${lane.pinned ? ' pinned' : ''}`}
      style={{ top: y - offset, height: box.height }}
    >
      <button
        type="button"
        className="lane-name"
        aria-expanded={!lane.collapsed}
        title={lane.collapsed ? `Open ${lane.label}` : `Fold ${lane.label}`}
        style={{ top: top - y - 2, height: bar + 4 }}
        onClick={() => viewport.getState().toggleLane(lane.id)}
      >
        <LaneIcon lane={lane.id} />
        <span>{lane.label}</span>
        {lane.collapsed ? (
          <em>{lane.whole.rows.reduce((sum, { marks }) => sum + marks.length, 0).toLocaleString('en')}</em>
        ) : (
          many && <em>{lane.whole.rows.length.toLocaleString('en')}</em>
        )}
      </button>
      <button
        type="button"
        className="lane-pin"
        aria-pressed={lane.pinned}
        aria-label={`Pin ${lane.label}`}
        title={lane.pinned ? `Let ${lane.label} scroll` : `Keep ${lane.label} in view`}
        style={{ top: top - y - 2, height: bar + 4 }}
        onClick={() => viewport.getState().togglePinned(lane.id)}
      >
        <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
          <path
            d="M4 1.5h4M4.6 1.5v3.3L3 7h6L7.4 4.8V1.5M6 7v3.6"
            fill={lane.pinned ? 'currentColor' : 'none'}
            stroke="currentColor"
            strokeWidth="1.2"
            strokeLinejoin="round"
          />
        </svg>
      </button>
      {!lane.collapsed &&
        lane.rows.slice(first, last).map((row, i) => {
          const index = first + i;
          const place = { top: rowY(box, index) - y, height: bar, lineHeight: `${bar}px` };
          if (row.header !== undefined) {
            const { group, open } = row.header;
            return (
              <button
                key={group.key}
                type="button"
                className="lane-group"
                aria-expanded={open}
                style={index === 0 ? { ...place, top: top - y } : place}
                onClick={() => viewport.getState().toggleGroup(group.key)}
              >
                <i aria-hidden="true">{open ? '▾' : '▸'}</i>
                <span>{group.label}</span>
                <em>{group.members.length.toLocaleString('en')}</em>
              </button>
            );
          }
          if (index === 0 || row.label === undefined) return undefined;
          return (
            <small key={index} className={row.member === true ? 'member' : undefined} style={place}>
              {row.label}
            </small>
          );
        })}
    </div>
  );
}

function railText(phase: 'admission' | 'background', height: number): string {
  if (phase === 'admission')
    return height > 128 ? 'Admission · caller waits' : height > 62 ? 'Admission' : height > 30 ? 'Adm.' : '';
  return height > 150
    ? 'Background · nobody waits'
    : height > 76
      ? 'Background'
      : height > 44
        ? 'Backgr.'
        : '';
}
