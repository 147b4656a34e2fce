import { useStore } from 'zustand';
import { CompareRoom } from './compare/compare-room.tsx';
import { Workspace } from './editor/workspace.tsx';
import { useStudio } from './stores/studio.ts';

/** The comparison of two runs; beside a pinned run the files stay in reach, so that an edit shows what it changes. */
export function ComparePlace({ narrow, phone }: { readonly narrow: boolean; readonly phone: boolean }) {
  const { compare, page } = useStudio();
  const pinned = useStore(compare, ({ above, below }) => above === 'pinned' || below === 'pinned');
  const editing = useStore(page, (state) => state.narrowTab === 'files');
  const edit = (on: boolean): void => page.setState({ narrowTab: on ? 'files' : 'trace' });
  if (narrow && editing)
    return (
      <div className="narrow">
        <p className="compare-back">
          <button type="button" className="link-button" onClick={() => edit(false)}>
            Back to the comparison
          </button>
        </p>
        <div className="narrow-pane">
          <Workspace />
        </div>
      </div>
    );
  return (
    <CompareRoom
      phone={phone}
      editor={
        pinned && !narrow ? (
          <div className="compare-editor">
            <Workspace />
          </div>
        ) : undefined
      }
      onEdit={narrow ? () => edit(true) : undefined}
    />
  );
}
