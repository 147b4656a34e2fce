import { useStore } from 'zustand';
import type { Diagnostic } from '../../src/index.ts';
import { useStudio } from '../stores/studio.ts';
import { Mark, type MarkName } from '../ui/marks.tsx';
import './problems.css';

const MARKS: Readonly<Record<Diagnostic['severity'], { readonly mark: MarkName; readonly word: string }>> = {
  error: { mark: 'error', word: 'stops the run' },
  refused: { mark: 'denied', word: 'the cluster would refuse it' },
  warning: { mark: 'warned', word: 'warning' },
  advice: { mark: 'warned', word: 'advice' },
};

/** What is wrong with the text, under the editor: the fact, what to do, a fix, the place. */
export function Problems() {
  const { run, workspace, services, page } = useStudio();
  const all = useStore(run, (state) => state.diagnostics);
  const reveal = useStore(workspace, (state) => state.reveal);
  const list = all.filter((one) => one.severity !== 'advice');
  if (list.length === 0) return null;
  return (
    <section className="problems" aria-label="Problems">
      <header>
        <h2>Problems</h2>
        <span>{summary(list)}</span>
        <span className="problems-key">
          <kbd className="kbd">F8</kbd> next
        </span>
      </header>
      <ol>
        {list.map((problem) => {
          const { location, severity, message, hint, fix, code } = problem;
          const { mark, word } = MARKS[severity];
          const isShown =
            location !== undefined &&
            reveal?.file === location.file &&
            reveal.line === location.line &&
            reveal.column === location.column;
          return (
            <li
              key={`${code}-${location?.file}-${location?.range.start}-${message}`}
              className={isShown ? 'problem shown' : 'problem'}
            >
              <Mark name={mark} size={14} label={word} />
              <p className={severity === 'refused' ? 'mono' : ''}>
                <strong>{message}</strong> {hint}
                {fix !== undefined && (
                  <button type="button" className="link-button" onClick={() => services.applyFix(fix)}>
                    {fix.title}
                  </button>
                )}
              </p>
              {location !== undefined && (
                <button
                  type="button"
                  className="problem-place mono"
                  onClick={() => {
                    workspace.revealPlace(location);
                    page.setState({ stepsView: 'yaml' });
                  }}
                >
                  {location.file} {location.line}:{location.column}
                </button>
              )}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function summary(list: readonly Diagnostic[]): string {
  const count = (severity: Diagnostic['severity'], one: string, many: string): readonly string[] => {
    const number = list.filter((problem) => problem.severity === severity).length;
    return number === 0 ? [] : [`${number} ${number === 1 ? one : many}`];
  };
  return [
    ...count('error', 'stops the run', 'stop the run'),
    ...count('refused', 'would be refused', 'would be refused'),
    ...count('warning', 'warning', 'warnings'),
  ].join(', ');
}
