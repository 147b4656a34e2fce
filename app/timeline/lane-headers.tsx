import { useStore } from 'zustand';
import { useStudio } from '../stores/studio.ts';
import { LaneIcon } from './lane-icon.tsx';
import { contentHeight, densityFor, layoutLanes } from './layout.ts';
import type { TimelineModel } from './model.ts';

/** Names of the lanes with their switches, and the rail that says whose time it is. */
export function LaneHeaders({ model }: { readonly model: TimelineModel }) {
  const { viewport, run } = useStudio();
  const height = useStore(viewport, (state) => state.height);
  const collapsed = useStore(viewport, (state) => state.collapsed);
  const scrollY = useStore(viewport, (state) => state.scrollY);
  const stale = useStore(run, (state) => state.status === 'stale');
  const density = densityFor(model.lanes, height, collapsed);
  const scroll = Math.min(scrollY, Math.max(0, contentHeight(model.lanes, density, collapsed) - height));
  const { boxes, shore } = layoutLanes(model.lanes, density, collapsed, scroll);
  const rails = (['admission', 'background'] as const).map((phase) => {
    const of = boxes.filter(({ lane }) => lane.phase === phase);
    const first = of[0];
    const last = of.at(-1);
    if (first === undefined || last === undefined) return undefined;
    const bottom = phase === 'background' ? Math.max(height, last.y + last.height) : last.y + last.height;
    return { phase, y: first.y, height: bottom - first.y };
  });

  return (
    <div className="lane-headers" style={{ fontSize: density.name === 'compact' ? 11.4 : 12 }}>
      <div className="lane-corner" style={{ height: density.ruler }}>
        {stale && 'last good run'}
      </div>
      <div
        className={shore === undefined ? 'lane-scroll' : 'lane-scroll with-background'}
        style={{ top: density.ruler }}
      >
        {rails.map(
          (rail) =>
            rail !== undefined && (
              <div
                key={rail.phase}
                className={`phase-rail ${rail.phase}`}
                style={{ top: rail.y - density.ruler, height: rail.height }}
              >
                <span>{railText(rail.phase, rail.height)}</span>
              </div>
            ),
        )}
        {shore !== undefined && (
          <div className="shore" style={{ top: shore.y - density.ruler, height: shore.height }} />
        )}
        {boxes.map(({ lane, y, height: h, collapsed: isCollapsed, rows }) => (
          <div
            key={lane.id}
            className={`lane-header ${lane.phase}`}
            style={{ top: y - density.ruler, height: h }}
          >
            <button
              type="button"
              aria-expanded={!isCollapsed}
              title={isCollapsed ? `Open ${lane.label}` : `Fold ${lane.label}`}
              style={{ top: (rows[0] ?? y) - y - 2, height: density.bar + 4 }}
              onClick={() => viewport.getState().toggleLane(lane.id)}
            >
              <LaneIcon lane={lane.id} />
              <span>{lane.label}</span>
              {isCollapsed && <em>{lane.rows.reduce((sum, { marks }) => sum + marks.length, 0)}</em>}
            </button>
            {!isCollapsed &&
              lane.rows.map(
                ({ label }, row) =>
                  row > 0 &&
                  label !== undefined && (
                    <small
                      // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name
                      key={row}
                      style={{
                        top: (rows[row] ?? y) - y,
                        height: density.bar,
                        lineHeight: `${density.bar}px`,
                      }}
                    >
                      {label}
                    </small>
                  ),
              )}
          </div>
        ))}
      </div>
    </div>
  );
}

function railText(phase: 'admission' | 'background', height: number): string {
  if (phase === 'admission')
    return height > 128 ? 'Admission · caller waits' : height > 62 ? 'Admission' : 'Adm.';
  return height > 150 ? 'Background · nobody waits' : height > 76 ? 'Background' : 'Backgr.';
}
