import { createCommands, isModKey } from './commands.ts';
import type { Studio } from './stores/studio.ts';
import { isKey, timelineCommands } from './timeline/commands.ts';
import { pressKey } from './timeline/hold.ts';
import { takesSpace, takesText } from './timeline/typing.ts';

/** The keys of all commands. Single letters rest while a text field or the editor has the focus. */
export function installKeys(studio: Studio): () => void {
  const onTimeline = timelineCommands(studio);
  const run = (event: KeyboardEvent, isMeant: (key: string) => boolean): boolean => {
    const command = createCommands(studio).find(({ keys }) =>
      keys.some((key) => isMeant(key) && isModKey(event, key)),
    );
    if (command === undefined) return false;
    event.preventDefault();
    event.stopPropagation();
    if (command.blocked?.() === undefined) command.run();
    return true;
  };
  // Before the editor sees them: it has meanings of its own for some.
  const chords = (event: KeyboardEvent): void => {
    const ownUndo = event.target instanceof HTMLInputElement && /^[yz]$/i.test(event.key);
    if (!event.isComposing && !ownUndo) run(event, isChord);
  };
  const letters = (event: KeyboardEvent): void => {
    const { singleKeys, dialog, incoming } = studio.page.getState();
    if (event.defaultPrevented || dialog !== undefined || incoming !== undefined) return;
    // Switched off, what types a sign does nothing; Space and Escape type none.
    const isMeant = (key: string) => singleKeys || !typesSign(key);
    if (takesText(event.target) || run(event, (key) => !isChord(key) && isMeant(key))) return;
    // Two runs have keys of their own; the timeline of one is not there.
    if (studio.compare.getState().open) return;
    const found = onTimeline.find(
      ({ keys, scope }) =>
        isThere(scope, event.target) && keys.some((key) => isMeant(key) && isKey(event, key)),
    );
    if (found === undefined || (takesSpace(event.target) && event.key === ' ')) return;
    event.preventDefault();
    if (found.blocked?.() === undefined) pressKey(found, event);
  };
  addEventListener('keydown', chords, { capture: true });
  addEventListener('keydown', letters);
  return () => {
    removeEventListener('keydown', chords, { capture: true });
    removeEventListener('keydown', letters);
  };
}

/** Some keys mean something else outside of the timeline. */
const isThere = (scope: 'page' | 'timeline', target: EventTarget | null): boolean =>
  scope === 'page' || (target instanceof HTMLElement && target.closest('.timeline') !== null);

/** Whether a key types a letter or a sign (WCAG 2.1.4). */
const typesSign = (key: string): boolean => key.replace(/^Shift\+/, '').length === 1;

const isChord = (key: string): boolean => key.startsWith('Mod+') || /^F\d/.test(key);
