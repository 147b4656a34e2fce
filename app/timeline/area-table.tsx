import { useMemo } from 'react';
import { useStore } from 'zustand';
import type { Area } from '../stores/selection.ts';
import { useStudio } from '../stores/studio.ts';
import { Mark } from '../ui/marks.tsx';
import { formatSummary, summarize, VERDICT } from './area.ts';
import { MARK_OF } from './event-list.tsx';
import { LaneIcon } from './lane-icon.tsx';
import { type TimelineModel, timelineOf } from './model.ts';
import { fitStretch } from './navigate.ts';
import { playheadText } from './ticks.ts';
import './area-table.css';

/** A stretch of time as a table: what went on in each lane, how it was judged, and what took longest. */
export function AreaTable({ area }: { readonly area: Area }) {
  const { run } = useStudio();
  const trace = useStore(run, (state) => state.trace);
  return trace === undefined ? undefined : <Table area={area} model={timelineOf(trace)} />;
}

function Table({ area, model }: { readonly area: Area; readonly model: TimelineModel }) {
  const { viewport, playback, selection, services } = useStudio();
  const loop = useStore(playback, (state) => state.loop);
  const summary = useMemo(() => summarize(model, area), [model, area]);
  const { rows, events, length, attempts, waiting } = summary;
  return (
    <section className="area" aria-label="The measured stretch">
      <div className="area-head">
        <h3>{length} selected</h3>
        <span>
          from {playheadText(model.chapters, area.start)} to {playheadText(model.chapters, area.end)},{' '}
          {events} {events === 1 ? 'event' : 'events'}
        </span>
        <span className="area-links">
          <button
            type="button"
            className="link-button"
            onClick={() =>
              viewport.getState().setWindow(fitStretch(model, viewport.getState(), area.start, area.end))
            }
          >
            Zoom
          </button>
          <button
            type="button"
            className="link-button"
            aria-pressed={loop !== undefined}
            onClick={() => {
              playback.getState().setLoop(loop === undefined ? area : undefined);
              if (loop === undefined && !playback.getState().playing) playback.getState().play();
            }}
          >
            {loop === undefined ? 'Loop' : 'Stop the loop'}
          </button>
          <button
            type="button"
            className="link-button"
            onClick={() => services.copy(formatSummary(summary), 'Copied as a table')}
          >
            Copy as table
          </button>
          <button
            type="button"
            className="link-button"
            onClick={() => selection.getState().setArea(undefined)}
          >
            Clear
          </button>
        </span>
      </div>
      <table>
        <thead>
          <tr>
            {['Lane', 'What', 'Count', 'Verdicts', 'Longest'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ lane, label, what, count, verdicts, longest }) => (
            <tr key={lane}>
              <th scope="row">
                <LaneIcon lane={lane} />
                {label}
              </th>
              <td>{what}</td>
              <td className="count">{count.toLocaleString('en')}</td>
              <td>
                {verdicts.length === 0 && <span className="none">none</span>}
                {verdicts.map(({ tone, count: times }) => {
                  const mark = MARK_OF[tone];
                  return (
                    <span key={tone} className={`area-verdict tone-${tone}`}>
                      {mark !== undefined && <Mark name={mark} size={13} />}
                      {times} {VERDICT[tone]}
                    </span>
                  );
                })}
              </td>
              <td>
                {longest === undefined ? (
                  <span className="none">–</span>
                ) : (
                  <button
                    type="button"
                    className="link-button"
                    onClick={() => {
                      selection.getState().select(longest.event);
                      playback.getState().pause();
                      const time = model.trace.events[longest.event]?.time;
                      if (time !== undefined) playback.getState().seek(time);
                    }}
                  >
                    <b>{longest.time}</b> {longest.text}
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>
        {attempts.all === 0
          ? 'The background controller makes no attempt in it.'
          : `${attempts.all} ${attempts.all === 1 ? 'attempt' : 'attempts'} of the background controller, ${attempts.failed} failed.`}{' '}
        {Math.round(waiting * 100)} % of the time goes into waiting for answers of the API server.
      </p>
    </section>
  );
}
