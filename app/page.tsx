import { lazy, Suspense, useEffect, useRef } from 'react';
import { createRoot } from 'react-dom/client';
import { useStore } from 'zustand';
import { Header } from './header.tsx';
import { Layout } from './layout.tsx';
import { type Studio, StudioContext, useStudio } from './stores/studio.ts';
import { useListeners } from './use-listeners.ts';
import './ui/tokens.css';
import './ui/ui.css';
import './page.css';

const Gallery = lazy(() => import('./gallery/gallery.tsx').then((m) => ({ default: m.Gallery })));
const SortSheet = lazy(() => import('./gallery/sort-sheet.tsx').then((m) => ({ default: m.SortSheet })));
const Palette = lazy(() => import('./palette.tsx').then((m) => ({ default: m.Palette })));
const RenameDialog = lazy(() => import('./rename-dialog.tsx').then((m) => ({ default: m.RenameDialog })));
const PresenterPlace = lazy(() => import('./stage-place.tsx').then((m) => ({ default: m.PresenterPlace })));
const KeySheet = lazy(() => import('./palette.tsx').then((m) => ({ default: m.KeySheet })));

/** Draws the studio into the page. */
export function mountPage(studio: Studio): void {
  const root = document.getElementById('root');
  if (root === null) throw new Error('Assertion failed: the page has a root');
  createRoot(root).render(
    <StudioContext value={studio}>
      <Page />
    </StudioContext>,
  );
}

function Page() {
  const { page } = useStudio();
  useListeners();
  usePainted();
  const dialog = useStore(page, (state) => state.dialog);
  const incoming = useStore(page, (state) => state.incoming);
  const presenting = useStore(page, (state) => state.presenting);
  return (
    <>
      <a className="skip-link" href="#panes">
        Skip to the outcome
      </a>
      <Header />
      <Layout />
      <Suspense fallback={null}>
        {dialog === 'gallery' && <Gallery />}
        {dialog === 'palette' && <Palette />}
        {dialog === 'keys' && <KeySheet />}
        {dialog === 'rename' && <RenameDialog />}
        {presenting && <PresenterPlace />}
        {incoming !== undefined && <SortSheet incoming={incoming} />}
      </Suspense>
      <Notice />
    </>
  );
}

/** Tells the rest of the page when the first trace is on screen, so that the editor may load. */
function usePainted(): void {
  const { run, page } = useStudio();
  const status = useStore(run, (state) => state.status);
  const done = useRef(false);
  useEffect(() => {
    if (done.current || status === 'running') return undefined;
    // Two frames: the commit that holds the trace, and the paint after it.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        done.current = true;
        performance.mark('studio:painted');
        page.setState({ painted: true });
      });
    });
    return () => cancelAnimationFrame(frame);
  }, [status, page]);
}

/** What was just done, said once: beside the top bar and to screen readers. */
function Notice() {
  const { page } = useStudio();
  const notice = useStore(page, (state) => state.notice);
  useEffect(() => {
    if (notice === undefined) return undefined;
    const timer = setTimeout(() => page.setState({ notice: undefined }), 4000);
    return () => clearTimeout(timer);
  }, [notice, page]);
  return (
    <div className="notice" role="status">
      {notice !== undefined && <span className="sheet">{notice.text}</span>}
    </div>
  );
}
