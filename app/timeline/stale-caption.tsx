import { type ReactNode, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { useStudio } from '../stores/studio.ts';
import { Mark } from '../ui/marks.tsx';
import { agoText } from './ago-text.ts';
import './stale-caption.css';

/**
 * What is shown is the last good run: since when, what keeps it from running again, and the ways out. Once the person moves
 * in it, that is once `at` is another one, the moment's own words (`children`) come back.
 */
export function StaleCaption({ at, children }: { readonly at: string; readonly children: ReactNode }) {
  const { run, workspace, page } = useStudio();
  const [began] = useState(at);
  const goodAt = useStore(run, (state) => state.goodAt);
  const files = useStore(run, (state) => state.goodFiles);
  const problem = useStore(
    run,
    (state) => state.diagnostics.find((one) => one.severity === 'error')?.location,
  );
  const undo = () => {
    if (files === undefined) return;
    workspace.putBack(files, 'back to the last good run');
    page.say('The text is that of the last good run again. Undo brings back what you had.');
  };
  return (
    <div className="caption stale-caption">
      <span className="chip warn">
        <Mark name="warned" size={13} />
        Stale
      </span>
      {at === began ? (
        <p className="stale-words">
          <b>
            The last good run, <Ago since={goodAt} />.
          </b>{' '}
          <span>
            It can be played; it runs again when {problem === undefined ? 'the text' : `line ${problem.line}`}{' '}
            can be read.
          </span>
        </p>
      ) : (
        <p className="stale-words">{children}</p>
      )}
      <span className="stale-links">
        {problem !== undefined && (
          <button
            type="button"
            className="link-button"
            onClick={() => {
              workspace.revealPlace(problem);
              page.setState({ narrowTab: 'files' });
            }}
          >
            Go to line {problem.line}
          </button>
        )}
        {files !== undefined && (
          <button type="button" className="link-button" onClick={undo}>
            Undo to this run
          </button>
        )}
      </span>
    </div>
  );
}

/** `6 seconds ago`; goes on while it is looked at, slower the longer it has been. */
function Ago({ since }: { readonly since: number | undefined }) {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setTimeout(() => setNow(Date.now()), now - (since ?? now) < 60_000 ? 1000 : 30_000);
    return () => clearTimeout(timer);
  }, [now, since]);
  return <>{agoText(now - (since ?? now))}</>;
}
