import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { Diagnostic } from '../../src/index.ts';
import { useStudio } from '../stores/studio.ts';
import { isEmpty, STEPS_FILE } from '../stores/workspace.ts';
import { Icon } from '../ui/icons.tsx';
import { Mark } from '../ui/marks.tsx';
import { Switch } from '../ui/switch.tsx';
import { TabList } from '../ui/tabs.tsx';
import { CodeEditor } from './code-editor.tsx';
import './workspace.css';

// The first run has files and no problems.
const FirstRun = lazy(() => import('./first-run.tsx').then((m) => ({ default: m.FirstRun })));
const Problems = lazy(() => import('./problems.tsx').then((m) => ({ default: m.Problems })));
const StepsForm = lazy(() => import('./steps-form.tsx').then((m) => ({ default: m.StepsForm })));
const FileMenu = lazy(() => import('./file-menu.tsx').then((m) => ({ default: m.FileMenu })));

const STEP_VIEWS = [
  { id: 'form', label: 'Form' },
  { id: 'yaml', label: 'YAML' },
] as const;

/** The person's files: tabs, editor or step list, problems. */
export function Workspace() {
  const { workspace, page, run } = useStudio();
  const wrong = useStore(run, (state) => state.diagnostics.some(({ severity }) => severity !== 'advice'));
  const files = useStore(workspace, (state) => state.document.files);
  const active = useStore(workspace, (state) => state.active);
  const stepsView = useStore(page, (state) => state.stepsView);
  const [writing, setWriting] = useState(false);
  const [renaming, setRenaming] = useState<string | undefined>(undefined);
  const empty = isEmpty(files) && !writing;
  const showsForm = active === STEPS_FILE && stepsView === 'form' && !empty;
  return (
    <section className="room workspace" aria-label="Workspace">
      <Tabs onRename={setRenaming} />
      {renaming !== undefined && <Rename path={renaming} onDone={() => setRenaming(undefined)} />}
      <div className="workspace-body" id="workspace-body" role="tabpanel" aria-label={active}>
        {empty ? (
          <Suspense fallback={null}>
            <FirstRun onWrite={() => setWriting(true)} />
          </Suspense>
        ) : showsForm ? (
          <Suspense fallback={<p className="pane-empty">Reading the steps</p>}>
            <StepsForm />
          </Suspense>
        ) : (
          <CodeEditor />
        )}
        {!empty && wrong && (
          <Suspense fallback={null}>
            <Problems />
          </Suspense>
        )}
      </div>
    </section>
  );
}

function Tabs({ onRename }: { readonly onRename: (path: string) => void }) {
  const { workspace, page, run } = useStudio();
  const files = useStore(workspace, (state) => state.document.files);
  const active = useStore(workspace, (state) => state.active);
  const diagnostics = useStore(run, (state) => state.diagnostics);
  const steps = useStore(run, (state) => state.trace?.steps.filter((step) => step.kind === 'command').length);
  const stepsView = useStore(page, (state) => state.stepsView);
  const [menu, setMenu] = useState(false);
  const isSteps = active === STEPS_FILE;
  return (
    <TabList
      label="Files"
      panelId="workspace-body"
      chosen={active}
      onChoose={(path) => workspace.setActive(path)}
      onRename={onRename}
      tabs={files.map(({ path }) => ({
        id: path,
        label: path === STEPS_FILE ? 'steps' : path,
        ...(path === STEPS_FILE ? { count: steps ?? 0 } : {}),
        mark: fileMark(path, diagnostics),
      }))}
    >
      <span className="tab-end">
        {isSteps ? (
          <Switch
            label="Steps as"
            options={STEP_VIEWS}
            chosen={stepsView}
            onChoose={(view) => page.setState({ stepsView: view })}
          />
        ) : (
          <Saved room={files.length < 4} />
        )}
        {menu ? (
          <Suspense fallback={<MoreButton onPress={() => undefined} />}>
            <FileMenu path={active} onRename={() => onRename(active)} />
          </Suspense>
        ) : (
          <MoreButton onPress={() => setMenu(true)} />
        )}
      </span>
    </TabList>
  );
}

function MoreButton({ onPress }: { readonly onPress: () => void }) {
  return (
    <button type="button" className="icon-button" aria-label="Files" aria-haspopup="menu" onClick={onPress}>
      <Icon name="more" />
    </button>
  );
}

/** Whether the work is kept. With many tabs only bad news has room. */
function Saved({ room }: { readonly room: boolean }) {
  const { page, run } = useStudio();
  const saved = useStore(page, (state) => state.saved);
  const broken = useStore(run, (state) => state.status === 'stale' || state.status === 'failed');
  if (saved === 'full') return <span className="saved warn">not saved</span>;
  if (!room) return null;
  return <span className="saved">{broken ? 'saved, broken as it is' : 'saved here · undo everywhere'}</span>;
}

function fileMark(path: string, diagnostics: readonly Diagnostic[]) {
  const own = diagnostics.filter((one) => one.location?.file === path);
  if (own.some((one) => one.severity === 'error'))
    return <Mark name="error" size={13} label="has a problem that stops the run" />;
  if (own.some((one) => one.severity === 'refused'))
    return <Mark name="denied" size={13} label="has something that the cluster would refuse" />;
  return undefined;
}

function Rename({ path, onDone }: { readonly path: string; readonly onDone: () => void }) {
  const { workspace } = useStudio();
  const [name, setName] = useState(path);
  const [error, setError] = useState<string | undefined>(undefined);
  const field = useRef<HTMLInputElement>(null);
  // After the menu that led here has let go of the focus.
  useEffect(() => {
    const timer = setTimeout(() => field.current?.focus());
    return () => clearTimeout(timer);
  }, []);
  const apply = (): void => {
    const problem = workspace.renameFile(path, name);
    if (problem === undefined) onDone();
    else setError(problem);
  };
  return (
    <form
      className="rename"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onDone();
      }}
    >
      <label>
        New name of {path}
        <input
          className="field"
          value={name}
          ref={field}
          onChange={(event) => setName(event.target.value)}
          onFocus={(event) => event.target.setSelectionRange(0, event.target.value.lastIndexOf('.'))}
        />
      </label>
      <button type="submit" className="button">
        Rename
      </button>
      <button type="button" className="link-button" onClick={onDone}>
        Leave it
      </button>
      {error !== undefined && <p role="alert">{error}</p>}
    </form>
  );
}
