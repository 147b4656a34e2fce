import { lazy, Suspense, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { Workspace } from './editor/workspace.tsx';
import { momentText } from './panes/moment-text.ts';
import type { NarrowTab, PaneName } from './stores/page.ts';
import type { RunProblem } from './stores/run.ts';
import { useStudio } from './stores/studio.ts';
import { isEmpty } from './stores/workspace.ts';
import { TimelineRoom } from './timeline/timeline.tsx';
import { Banner } from './ui/banner.tsx';
import { Mark } from './ui/marks.tsx';
import { TabPanel } from './ui/panel.tsx';
import { Split } from './ui/split.tsx';
import { TabList } from './ui/tabs.tsx';

// Only what the first picture shows comes with the page.
const OutcomePane = lazy(() => import('./panes/outcome.tsx').then((m) => ({ default: m.OutcomePane })));
const DetailsPane = lazy(() => import('./panes/details.tsx').then((m) => ({ default: m.DetailsPane })));
const StagePlace = lazy(() => import('./stage-place.tsx').then((m) => ({ default: m.StagePlace })));
const AreaTable = lazy(() => import('./timeline/area-table.tsx').then((m) => ({ default: m.AreaTable })));
const ClusterPane = lazy(() => import('./panes/cluster.tsx').then((m) => ({ default: m.ClusterPane })));
const CompareRoom = lazy(() =>
  import('./compare/compare-room.tsx').then((m) => ({ default: m.CompareRoom })),
);
const ConsolePane = lazy(() =>
  import('./panes/console/console-pane.tsx').then((m) => ({ default: m.ConsolePane })),
);
const NotesPane = lazy(() => import('./panes/notes.tsx').then((m) => ({ default: m.NotesPane })));
const RunStrip = lazy(() => import('./run-strip.tsx').then((m) => ({ default: m.RunStrip })));
const FirstRunStories = lazy(() =>
  import('./first-run-stories.tsx').then((m) => ({ default: m.FirstRunStories })),
);

const NARROW = '(max-width: 899px)';

/** Workspace, panes and timeline; below 900 pixels the panes become tabs. */
export function Layout() {
  const narrow = useMedia(NARROW);
  const comparing = useStore(useStudio().compare, (state) => state.open);
  return (
    <main className="studio">
      <Banners />
      {comparing ? <Comparing narrow={narrow} /> : narrow ? <NarrowLayout /> : <WideLayout />}
    </main>
  );
}

/** Two runs take the place of everything that shows one. */
function Comparing({ narrow }: { readonly narrow: boolean }) {
  const phone = useMedia('(max-width: 599px)');
  return (
    <Suspense fallback={null}>
      <CompareRoom narrow={narrow} phone={phone} editor={<Workspace />} />
    </Suspense>
  );
}

function WideLayout() {
  const { workspace, page } = useStudio();
  const empty = useStore(workspace, (state) => isEmpty(state.document.files));
  const roomy = useStore(page, (state) => state.pane === 'stage' || state.pane === 'console');
  // Stage and Console take the width: the workspace folds to a rail until a person opens it.
  const [opened, open] = useState(false);
  if (!roomy && opened) open(false);
  return (
    <Split
      id="rows"
      direction="column"
      label="Height of the timeline"
      initial={empty ? 68 : roomy ? 60 : 54}
      least={[120, 100]}
    >
      <Split
        id="columns"
        direction="row"
        label="Width of the workspace"
        initial={39}
        least={[220, 320]}
        rail={roomy && !opened && !empty ? <WorkspaceRail onOpen={() => open(true)} /> : undefined}
      >
        <Workspace />
        <Panes />
      </Split>
      <TimelinePlace empty={empty} />
    </Split>
  );
}

function WorkspaceRail({ onOpen }: { readonly onOpen: () => void }) {
  const { workspace } = useStudio();
  const active = useStore(workspace, (state) => state.active);
  return (
    <section className="workspace-rail" aria-label="Files, folded">
      <button type="button" className="plain-button" onClick={onOpen} title="Open the workspace">
        {active}
      </button>
    </section>
  );
}

function NarrowLayout() {
  const { page, workspace } = useStudio();
  const tab = useStore(page, (state) => state.narrowTab);
  const notes = useStore(workspace, (state) => state.document.notes !== undefined);
  const empty = useStore(workspace, (state) => isEmpty(state.document.files));
  const phone = useMedia('(max-width: 599px)');
  const tabs: readonly { id: NarrowTab; label: string }[] = [
    ...(phone ? [{ id: 'trace', label: 'Trace' } as const] : []),
    { id: 'outcome', label: 'Outcome' },
    { id: 'stage', label: 'Stage' },
    { id: 'details', label: 'Details' },
    { id: 'cluster', label: 'Cluster' },
    { id: 'console', label: 'Console' },
    ...(notes ? [{ id: 'notes', label: 'Notes' } as const] : []),
    ...(phone ? [] : [{ id: 'files', label: 'Files' } as const]),
  ];
  const shown = !phone && tab === 'trace' ? 'outcome' : tab;
  const timeline = <TimelinePlace empty={empty} />;
  return (
    <div className="narrow">
      <TabList
        label="Views"
        tabs={tabs}
        chosen={shown}
        panelId="panes"
        onChoose={(id, byPointer) => {
          page.setState({ narrowTab: id });
          if (id === 'console' && byPointer && !phone) focusPrompt();
        }}
      />
      <TabPanel
        className="narrow-pane"
        id="panes"
        label={tabs.find((one) => one.id === shown)?.label ?? 'Files'}
      >
        <h2 className="visually-hidden">{tabs.find((one) => one.id === shown)?.label ?? 'Files'}</h2>
        {shown === 'trace' ? (
          timeline
        ) : shown === 'files' ? (
          <Workspace />
        ) : (
          <PaneBody pane={shown} alone={phone} />
        )}
      </TabPanel>
      {!phone && <div className="narrow-timeline">{timeline}</div>}
    </div>
  );
}

/** The timeline, or what stands in its place while there is nothing to run. */
function TimelinePlace({ empty }: { readonly empty: boolean }) {
  if (!empty) return <TimelineRoom />;
  return (
    <Suspense fallback={null}>
      <FirstRunStories />
    </Suspense>
  );
}

function Panes() {
  const { page, workspace, run } = useStudio();
  const pane = useStore(page, (state) => state.pane);
  const notes = useStore(workspace, (state) => state.document.notes !== undefined);
  const stale = useStore(run, (state) => state.status === 'stale');
  const tabs: readonly { id: PaneName; label: string }[] = [
    { id: 'outcome', label: 'Outcome' },
    { id: 'stage', label: 'Stage' },
    { id: 'details', label: 'Details' },
    { id: 'cluster', label: 'Cluster' },
    { id: 'console', label: 'Console' },
    ...(notes ? [{ id: 'notes', label: 'Notes' } as const] : []),
  ];
  const shown = pane === 'notes' && !notes ? 'outcome' : pane;
  return (
    <section className={stale ? 'room stale' : 'room'} aria-label="Panes">
      <TabList
        label="Panes"
        tabs={tabs}
        chosen={shown}
        panelId="panes"
        onChoose={(id, byPointer) => {
          page.showPane(id);
          if (id === 'console' && byPointer) focusPrompt();
        }}
      >
        <PaneTime />
      </TabList>
      <h2 className="visually-hidden">{tabs.find((one) => one.id === shown)?.label}</h2>
      <TabPanel className="pane-body" id="panes" label={tabs.find((one) => one.id === shown)?.label ?? shown}>
        <PaneBody pane={shown} />
      </TabPanel>
    </section>
  );
}

/** `alone`: no timeline stands beside the pane. */
function PaneBody({ pane, alone = false }: { readonly pane: PaneName; readonly alone?: boolean }) {
  return (
    <Suspense fallback={null}>
      {pane === 'notes' ? <NotesPane /> : <PaneOf pane={pane} alone={alone} />}
    </Suspense>
  );
}

/** Says why there is nothing to show, and what to do. */
function NoRun() {
  const { run, workspace } = useStudio();
  const status = useStore(run, (state) => state.status);
  const problem = useStore(
    run,
    (state) => state.diagnostics.find((one) => one.severity === 'error')?.location,
  );
  if (status === 'running') return <p className="pane-empty">Running</p>;
  if (status === 'idle')
    return <p className="pane-empty">What happens stands here as soon as there is a step.</p>;
  return (
    <div className="pane-empty">
      <p>It cannot run as it is written, and there is no run before it to show.</p>
      {problem !== undefined && (
        <button type="button" className="link-button" onClick={() => workspace.revealPlace(problem)}>
          Go to {problem.file} line {problem.line}
        </button>
      )}
    </div>
  );
}

interface PaneOfProps {
  readonly pane: Exclude<PaneName, 'notes'>;
  readonly alone: boolean;
}

function PaneOf({ pane, alone }: PaneOfProps) {
  const { page, run, selection } = useStudio();
  const ran = useStore(run, (state) => state.trace !== undefined);
  const painted = useStore(page, (state) => state.painted);
  const area = useStore(selection, (state) => state.area);
  if (!ran) return <NoRun />;
  switch (pane) {
    case 'outcome':
      // The picture of the trace comes first; what is asked of it next loads behind it.
      return painted ? <OutcomePane /> : null;
    case 'stage':
      return <StagePlace alone={alone} />;
    case 'details':
      return area === undefined ? <DetailsPane /> : <AreaTable area={area} />;
    case 'cluster':
      return <ClusterPane />;
    case 'console':
      return <ConsolePane />;
  }
}

/** A press on the Console's tab leads to its open line, as soon as that is there. */
function focusPrompt(): void {
  void import('./panes/console/focus-prompt.ts').then((m) => m.focusPrompt());
}

/** When the panes' moment is: within the step that it belongs to. */
function PaneTime() {
  const { playback, run, page } = useStudio();
  const playhead = useStore(playback, (state) => state.playhead);
  const console = useStore(page, (state) => state.pane === 'console');
  const trace = useStore(run, (state) => state.trace);
  const stale = useStore(run, (state) => state.status === 'stale');
  if (trace === undefined) return null;
  const { time, step } = momentText(trace, playhead);
  return (
    <span className="tab-end">
      {stale && (
        <span className="chip warn">
          <Mark name="warned" size={13} />
          stale
        </span>
      )}
      <span>
        {console && 'the simulated cluster '}at <span className="mono pane-time">{time}</span>{' '}
        {step === 0 ? 'before the first step' : `in step ${step}`}
        {stale && ' of the last good run'}
      </span>
    </span>
  );
}

function Banners() {
  const { page, run } = useStudio();
  const banners = useStore(page, (state) => state.banners);
  const problem = useStore(run, (state) => state.problem);
  const progress = useStore(run, (state) => state.progress);
  return (
    <>
      {progress !== undefined && (
        <Suspense fallback={null}>
          <RunStrip progress={progress} />
        </Suspense>
      )}
      {problem !== undefined && <RunBanner problem={problem} />}
      {banners.map((banner) => (
        <Banner key={banner.id} {...banner} onClose={() => page.lower(banner.id)} />
      ))}
    </>
  );
}

/** A run over its budget or lost: why, and what to do next. */
function RunBanner({ problem }: { readonly problem: RunProblem }) {
  const { run, services } = useStudio();
  const { kind, title, reason, at } = problem;
  const more = { label: 'Run 10,000 more', run: services.runLonger };
  const go = at && { label: 'Go to the rule', run: () => services.reveal(at) };
  if (kind === 'cancelled') {
    const again = { label: 'Run again', run: services.runAgain };
    return <Banner mark="warned" title={title} reason={reason} action={again} onClose={run.dismissProblem} />;
  }
  const next = kind === 'crash' ? {} : go === undefined ? { action: more } : { action: go, link: more };
  return <Banner mark="error" title={title} reason={reason} onClose={run.dismissProblem} {...next} />;
}

/** Whether a media query holds now. */
export function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const read = (): void => setMatches(media.matches);
    read();
    media.addEventListener('change', read);
    return () => media.removeEventListener('change', read);
  }, [query]);
  return matches;
}
