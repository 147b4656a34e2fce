import { useStore } from 'zustand';
import { KYVERNO_VERSIONS } from '../../src/index.ts';
import type { ComparedRun } from '../stores/compare.ts';
import { closeComparison, compareRuns, pin, swapRuns } from '../stores/compare-actions.ts';
import { useStudio } from '../stores/studio.ts';
import { readVersion } from '../stores/workspace.ts';
import type { Side } from './compare-model.ts';
import { DifferenceMark } from './difference-mark.tsx';

const LEGEND = ['only above', 'only below', 'other outcome', 'same'] as const;

/** Which runs, what the marks mean, and the way back. */
export function CompareBar({ onEdit }: { readonly onEdit: (() => void) | undefined }) {
  const { compare, workspace, run } = useStudio();
  const version = useStore(workspace, (state) => state.document.version);
  const pinned = useStore(compare, (state) => state.pinned);
  const ran = useStore(run, (state) => state.trace !== undefined);
  return (
    <div className="compare-bar">
      <h2>Compare</h2>
      <RunSelect side="above" />
      <RunSelect side="below" />
      <button type="button" className="link-button" onClick={() => swapRuns(compare)}>
        Swap
      </button>
      <button
        type="button"
        className="link-button"
        disabled={!ran}
        onClick={() => {
          const { trace } = run.getState();
          if (trace !== undefined) pin(compare, { trace, version });
        }}
      >
        {pinned === undefined ? 'Pin this run instead' : 'Pin the present run'}
      </button>
      {onEdit !== undefined && (
        <button type="button" className="link-button" onClick={onEdit}>
          Edit the files
        </button>
      )}
      <ul className="compare-legend" aria-label="Marks of differences">
        {LEGEND.map((kind) => (
          <li key={kind}>
            <DifferenceMark kind={kind} />
            {kind}
          </li>
        ))}
      </ul>
      <span className="compare-key">
        <kbd className="kbd">N</kbd> next difference
      </span>
      <button
        type="button"
        className="link-button close"
        aria-label="Close the comparison"
        onClick={() => closeComparison(compare)}
      >
        Close
      </button>
    </div>
  );
}

function RunSelect({ side }: { readonly side: Side }) {
  const { compare } = useStudio();
  const chosen = useStore(compare, (state) => state[side]);
  const pinned = useStore(compare, (state) => state.pinned);
  return (
    <label className="compare-select">
      {side}
      <select
        value={chosen}
        onChange={({ target }) => {
          const run: ComparedRun | undefined =
            target.value === 'pinned' ? 'pinned' : readVersion(target.value);
          if (run === undefined) return;
          const { above, below } = compare.getState();
          compareRuns(compare, side === 'above' ? run : above, side === 'below' ? run : below);
        }}
      >
        {pinned !== undefined && <option value="pinned">Pinned run, {pinned.version}</option>}
        {KYVERNO_VERSIONS.toReversed().map((version) => (
          <option key={version} value={version}>
            Kyverno {version}
          </option>
        ))}
      </select>
    </label>
  );
}
