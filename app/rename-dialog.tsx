import { Dialog } from 'radix-ui';
import { useState } from 'react';
import { useStudio } from './stores/studio.ts';

/** A new name for what is open. */
export function RenameDialog() {
  const { workspace, page } = useStudio();
  const [name, setName] = useState(workspace.getState().document.name);
  const close = (): void => page.setState({ dialog: undefined });
  return (
    <Dialog.Root open onOpenChange={close}>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-place">
          <Dialog.Content className="sheet rename-sheet" aria-describedby={undefined}>
            <form
              onSubmit={(event) => {
                event.preventDefault();
                workspace.setName(name);
                close();
              }}
            >
              <Dialog.Title asChild>
                <label htmlFor="scenario-name">Name of this scenario</label>
              </Dialog.Title>
              <input
                id="scenario-name"
                className="field"
                value={name}
                maxLength={80}
                onChange={(event) => setName(event.target.value)}
                onFocus={(event) => event.target.select()}
              />
              <button type="submit" className="button filled">
                Rename
              </button>
            </form>
          </Dialog.Content>
        </Dialog.Overlay>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
