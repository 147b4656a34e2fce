import { lazy, startTransition, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { orderOf } from '../src/index.ts';
import { collectKeys, type EarlyKeys } from './early-keys.ts';
import { useStudio } from './stores/studio.ts';
import { isEmpty } from './stores/workspace.ts';
import { Icon } from './ui/icons.tsx';
import { Brand, Mark } from './ui/marks.tsx';

const Menus = {
  Scenario: lazy(() => import('./header-menus.tsx').then((m) => ({ default: m.ScenarioMenu }))),
  Export: lazy(() => import('./header-menus.tsx').then((m) => ({ default: m.ExportMenu }))),
  Version: lazy(() => import('./header-menus.tsx').then((m) => ({ default: m.VersionMenu }))),
};

/** Top bar: what is open, how it ran, for which Kyverno, and what can be done with it. */
export function Header() {
  const { workspace, page, compare, services } = useStudio();
  const name = useStore(workspace, (state) => state.document.name);
  const version = useStore(workspace, (state) => state.document.version);
  const theme = useStore(page, (state) => state.theme);
  const compared = useStore(compare, (state) => state.result?.names);
  return (
    <header className="top-bar">
      <h1 className="brand">
        <Brand />
        <span>Admission Studio</span>
      </h1>
      <LazyMenu menu="Scenario" label={`Scenario: ${name}`}>
        <strong className="scenario-name">{name}</strong>
        <Icon name="chevron" size={14} />
      </LazyMenu>
      <span className="top-bar-end">
        <RunTime />
        <LazyMenu
          menu="Version"
          label={`Kyverno ${compared === undefined ? 'version' : 'versions'}: ${compared ?? version}`}
        >
          <span className="wide-only">Kyverno</span>{' '}
          {compared === undefined ? (
            <strong>{version}</strong>
          ) : (
            <>
              <strong className="wide-only">{compared}</strong>
              <strong className="phone-only">2 runs</strong>
            </>
          )}
          <Icon name="chevron" size={14} />
        </LazyMenu>
        <span className="rule wide-only" />
        <button
          type="button"
          className="plain-button wide-only"
          aria-label="Every command"
          onClick={() => page.setState({ dialog: 'palette' })}
        >
          <kbd className="kbd command-key">{isMac() ? '⌘ K' : 'Ctrl K'}</kbd>
        </button>
        <button
          type="button"
          className="icon-button wide-only"
          aria-label={theme === 'dark' ? 'Switch to light' : 'Switch to dark'}
          onClick={() => services.setTheme(theme === 'dark' ? 'light' : 'dark')}
        >
          <Icon name="theme" />
        </button>
        <span className="export-place">
          <LazyMenu menu="Export" label="Export">
            <Icon name="download" size={15} />
            Export
            <Icon name="chevron" size={14} />
          </LazyMenu>
        </span>
        <EditButton />
        <button type="button" className="button share" onClick={services.share}>
          Share
        </button>
      </span>
    </header>
  );
}

export const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.userAgent);

interface LazyMenuProps {
  readonly menu: keyof typeof Menus;
  readonly label: string;
  readonly children: React.ReactNode;
}

/** A menu whose code comes with the first press; until then its button stands there alone. */
function LazyMenu({ menu, label, children }: LazyMenuProps) {
  const [early, setEarly] = useState<EarlyKeys>();
  const asked = useRef(false);
  const Menu = Menus[menu];
  const ask = (byKeyboard: boolean): void => {
    if (asked.current) return;
    asked.current = true;
    const keys = collectKeys(byKeyboard);
    // The button stands there, and has the focus, until the menu can take its place.
    startTransition(() => setEarly(keys));
  };
  if (early !== undefined) {
    return (
      <Menu label={label} early={early}>
        {children}
      </Menu>
    );
  }
  return (
    <button
      type="button"
      className="plain-button"
      aria-label={label}
      aria-haspopup="menu"
      aria-expanded="false"
      onClick={(event) => ask(event.detail === 0)}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowDown') return;
        event.preventDefault();
        ask(true);
      }}
      onPointerEnter={() => void import('./header-menus.tsx')}
      onFocus={() => void import('./header-menus.tsx')}
    >
      {children}
    </button>
  );
}

/** How the run went. `data-run` counts good runs and `aria-busy` says whether a newer one is under way. */
function RunTime() {
  const { run } = useStudio();
  const pending = useStore(run, (state) => state.pending);
  const serial = useStore(run, (state) => state.serial);
  return (
    <span className="run-state" aria-busy={pending} data-run={serial}>
      <RunWords />
    </span>
  );
}

function RunWords() {
  const { run, workspace, compare } = useStudio();
  const status = useStore(run, (state) => state.status);
  const duration = useStore(run, (state) => state.duration);
  const both = useStore(compare, (state) => state.result?.duration);
  const broken = useStore(run, (state) => brokenFiles(state.diagnostics));
  const empty = useStore(workspace, (state) => isEmpty(state.document.files));
  const order = useStore(workspace, (state) => orderOf(state.document.seed));
  if (empty) return <span className="run-time wide-only">nothing to run yet</span>;
  if (status === 'stale' || status === 'failed')
    return (
      <span className="run-time broken">
        <Mark name="warned" size={15} />
        {broken === 0 ? 'could not run' : `${broken} ${broken === 1 ? 'file' : 'files'} cannot be read`}
      </span>
    );
  if (duration === undefined) return <span className="run-time wide-only">running</span>;
  const ran = both === undefined ? 'ran' : '2 runs';
  return (
    <span className="run-time wide-only">
      {ran} in {formatDuration(both ?? duration)}
      {order > 0 && <UsualOrder order={order} />}
    </span>
  );
}

/** Says that the run took another order than the usual one, and leads back. */
function UsualOrder({ order }: { readonly order: number }) {
  const { workspace } = useStudio();
  return (
    <>
      {' · '}
      <button
        type="button"
        className="link-button"
        title="Back to the usual order"
        onClick={() => workspace.setOrder(0)}
      >
        order {order}
      </button>
    </>
  );
}

const brokenFiles = (diagnostics: readonly { severity: string; location?: { file: string } }[]): number =>
  new Set(diagnostics.flatMap((one) => (one.severity === 'error' ? (one.location?.file ?? []) : []))).size;

const formatDuration = (ms: number): string =>
  ms < 1000 ? `${ms.toFixed(1)} ms` : `${(ms / 1000).toFixed(1)} s`;

/** On a phone editing stands behind this button. */
function EditButton() {
  const { page, compare } = useStudio();
  const comparing = useStore(compare, (state) => state.open);
  const tab = useStore(page, (state) => state.narrowTab);
  const editing = tab === 'files';
  // The comparison has its own way to the files and back.
  if (comparing) return undefined;
  return (
    <button
      type="button"
      className="button phone-only"
      aria-pressed={editing}
      onClick={() => page.setState({ narrowTab: editing ? 'trace' : 'files' })}
    >
      {editing ? 'Done' : 'Edit'}
    </button>
  );
}
