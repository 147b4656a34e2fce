import { Dialog } from 'radix-ui';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { type Command, createCommands } from './commands.ts';
import { useStudio } from './stores/studio.ts';
import { timelineCommands } from './timeline/commands.ts';
import { Icon } from './ui/icons.tsx';
import './palette.css';

function useCommands(): readonly Command[] {
  const studio = useStudio();
  return useMemo(() => {
    const own = createCommands(studio);
    const seen = new Set<string>();
    const timeline = timelineCommands(studio).flatMap((command): readonly Command[] => {
      if (seen.has(command.label)) return [];
      seen.add(command.label);
      return [
        {
          id: command.id,
          label: command.label,
          group: groupOf(command.id),
          keys: command.keys,
          blocked: () => (studio.run.getState().trace === undefined ? 'nothing has run yet' : undefined),
          run: command.run,
        },
      ];
    });
    return [...timeline, ...own];
  }, [studio]);
}

function groupOf(id: string): Command['group'] {
  if (/pan|zoom|fit|scale|list|arrow/i.test(id)) return 'Move and zoom';
  return /along|clear|select/i.test(id) ? 'Select' : 'Play';
}

function close(page: { setState: (state: { dialog: undefined }) => void }): void {
  page.setState({ dialog: undefined });
}

/** Every command by name; one that cannot run stays and says why. */
export function Palette() {
  const { page } = useStudio();
  const commands = useCommands();
  const [text, setText] = useState('');
  const [chosen, choose] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = commands.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
  const at = Math.min(chosen, found.length - 1);

  const run = (command: Command | undefined) => {
    if (command === undefined || command.blocked?.() !== undefined) return;
    close(page);
    // After the dialog has given the focus back, so that what the command focuses stays focused.
    setTimeout(command.run);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const to = { ArrowUp: at - 1, ArrowDown: at + 1 }[event.key];
    if (to !== undefined) {
      const next = (to + found.length) % Math.max(1, found.length);
      choose(next);
      list.current?.children[next]?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') run(found[at]);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog.Root open onOpenChange={() => close(page)}>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-place">
          <Dialog.Content className="sheet palette" aria-describedby={undefined}>
            <Dialog.Title className="visually-hidden">Commands</Dialog.Title>
            <div className="palette-field">
              <Icon name="search" />
              <input
                type="text"
                role="combobox"
                aria-label="Find a command"
                aria-expanded="true"
                aria-controls="palette-list"
                aria-activedescendant={found[at] === undefined ? undefined : `command-${found[at].id}`}
                placeholder="Find a command"
                value={text}
                onChange={(event) => {
                  setText(event.target.value);
                  choose(0);
                }}
                onKeyDown={onKeyDown}
              />
              <span>
                {found.length} of {commands.length} commands
              </span>
            </div>
            <div id="palette-list" className="palette-list" role="listbox" aria-label="Commands" ref={list}>
              {found.map((command, index) => {
                const reason = command.blocked?.();
                return (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox has the keys
                  // biome-ignore lint/a11y/useFocusableInteractive: the combobox keeps the focus
                  <div
                    key={command.id}
                    id={`command-${command.id}`}
                    role="option"
                    aria-selected={index === at}
                    aria-disabled={reason !== undefined}
                    className="palette-row"
                    onPointerMove={() => choose(index)}
                    onClick={() => run(command)}
                  >
                    <span>
                      <Found text={command.label} words={words} />
                      {reason !== undefined && `: ${reason}`}
                    </span>
                    {command.keys[0] !== undefined && <Keys text={command.keys[0]} />}
                  </div>
                );
              })}
              {found.length === 0 && <p className="pane-empty">No command has this name.</p>}
            </div>
            <div className="palette-foot">
              <kbd className="kbd">Enter</kbd> run <kbd className="kbd">Esc</kbd> close
            </div>
          </Dialog.Content>
        </Dialog.Overlay>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** The letters that were typed, in thread. */
function Found({ text, words }: { readonly text: string; readonly words: readonly string[] }) {
  const [word] = words;
  const at = word === undefined ? -1 : text.toLowerCase().indexOf(word);
  if (word === undefined || at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <b>{text.slice(at, at + word.length)}</b>
      {text.slice(at + word.length)}
    </>
  );
}

const SIGNS: Readonly<Record<string, string>> = {
  Mod: /Mac/.test(navigator.userAgent) ? '⌘' : 'Ctrl',
  Escape: 'Esc',
  ArrowLeft: '←',
  ArrowRight: '→',
};

/** A key with its modifiers, each in its box. */
function Keys({ text }: { readonly text: string }) {
  const parts = text === '+' ? ['+'] : text.split('+');
  return (
    <span className="keys">
      {parts.map((part) => (
        <kbd key={part} className="kbd">
          {SIGNS[part] ?? (part.length === 1 ? part.toUpperCase() : part)}
        </kbd>
      ))}
    </span>
  );
}

/** Every key, by what it is for, and the switch for single letters. */
export function KeySheet() {
  const { page } = useStudio();
  const commands = useCommands();
  const singleKeys = useStore(page, (state) => state.singleKeys);
  const groups: readonly Command['group'][] = ['Play', 'Move and zoom', 'Select', 'Files', 'Studio'];
  return (
    <Dialog.Root open onOpenChange={() => close(page)}>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-place">
          <Dialog.Content className="sheet key-sheet" aria-describedby={undefined}>
            <div className="sheet-head">
              <Dialog.Title className="sheet-title">Keys</Dialog.Title>
              <label className="key-switch">
                <input
                  type="checkbox"
                  checked={singleKeys}
                  onChange={(event) => page.setState({ singleKeys: event.target.checked })}
                />
                single letters
              </label>
              <Dialog.Close className="kbd" aria-label="Close">
                Esc
              </Dialog.Close>
            </div>
            <div className="key-groups">
              {groups.map((group) => {
                const rows = commands.filter((one) => one.group === group && one.keys.length > 0);
                return (
                  <section key={group} aria-label={group}>
                    <h3>{group}</h3>
                    {rows.map((command) => (
                      <p key={command.id}>
                        {command.label}
                        <span className="key-list">
                          {command.keys.map((key) => (
                            <Keys key={key} text={key} />
                          ))}
                        </span>
                      </p>
                    ))}
                  </section>
                );
              })}
            </div>
            <p className="key-foot">
              Single letters rest while a text field or the editor has the focus. Escape, then Tab, leaves the
              editor.
            </p>
          </Dialog.Content>
        </Dialog.Overlay>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
