import { useStore } from 'zustand';
import { Presenter } from './panes/stage/presenter.tsx';
import { StagePane } from './panes/stage/stage-pane.tsx';
import { useStudio } from './stores/studio.ts';
import { timelineOf } from './timeline/model.ts';
import { Announcer, usePlayDriver } from './timeline/timeline.tsx';

/** The Stage with what the timeline knows of its moments. `alone`: on a phone, where no timeline is mounted beside it. */
export function StagePlace({ alone }: { readonly alone: boolean }) {
  const trace = useStore(useStudio().run, (state) => state.trace);
  if (trace === undefined) return null;
  const { moments } = timelineOf(trace);
  return <StagePane trace={trace} moments={moments} alone={alone ? <Driver /> : undefined} />;
}

/** The Stage on the whole screen. */
export function PresenterPlace() {
  const trace = useStore(useStudio().run, (state) => state.trace);
  if (trace === undefined) return null;
  return <Presenter trace={trace} moments={timelineOf(trace).moments} announcer={<Driver />} />;
}

/** Moves the playhead while playing and says where it is, as the timeline does where it is in reach. */
function Driver() {
  const { run, playback } = useStudio();
  const trace = useStore(run, (state) => state.trace);
  usePlayDriver();
  return <Announcer model={trace === undefined ? undefined : timelineOf(trace)} playback={playback} />;
}
