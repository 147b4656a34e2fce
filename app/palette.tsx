import { Dialog } from 'radix-ui';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { TraceEvent } from '../src/index.ts';
import { durationText, milliseconds, refText, stepNumber, verdictOf } from '../src/index.ts';
import { type Command, createCommands } from './commands.ts';
import type { Announce } from './stores/page.ts';
import { type Studio, useStudio } from './stores/studio.ts';
import { timelineCommands } from './timeline/commands.ts';
import { timelineOf } from './timeline/model.ts';
import { chapterAt } from './timeline/scale.ts';
import { playheadText } from './timeline/ticks.ts';
import { Icon } from './ui/icons.tsx';
import { Mark } from './ui/marks.tsx';
import './palette.css';

function useCommands(): readonly Command[] {
  const studio = useStudio();
  return useMemo(() => {
    const own = createCommands(studio);
    const seen = new Set<string>();
    const timeline = timelineCommands(studio).flatMap((command): readonly Command[] => {
      if (seen.has(command.label)) return [];
      seen.add(command.label);
      const { id, label, keys, run, hint, blocked } = command;
      return [
        {
          id,
          label,
          group: groupOf(id),
          keys,
          run,
          ...(hint === undefined ? {} : { hint }),
          blocked: () => {
            if (studio.run.getState().trace === undefined) return 'nothing has run yet';
            return studio.compare.getState().open ? 'two runs are compared' : blocked?.();
          },
        },
      ];
    });
    return [...timeline, ...laneCommands(studio), ...settingCommands(studio), ...own];
  }, [studio]);
}

/** Folding, pinning and hiding each lane by name. */
function laneCommands({ run, viewport }: Studio): readonly Command[] {
  const { trace } = run.getState();
  if (trace === undefined) return [];
  const { collapsed, pinned, hidden, toggleLane, togglePinned, setHidden } = viewport.getState();
  const entry = (id: string, label: string, act: () => void): Command => ({
    id,
    label,
    group: 'Move and zoom',
    keys: [],
    run: act,
  });
  return timelineOf(trace).lanes.flatMap(({ id, label }) => [
    entry(`lane.fold.${id}`, `${collapsed.includes(id) ? 'Open' : 'Fold'} the lane ${label}`, () =>
      toggleLane(id),
    ),
    entry(`lane.pin.${id}`, `${pinned.includes(id) ? 'Unpin' : 'Pin'} the lane ${label}`, () =>
      togglePinned(id),
    ),
    entry(`lane.hide.${id}`, `${hidden.includes(id) ? 'Show' : 'Hide'} the lane ${label}`, () =>
      setHidden(hidden.includes(id) ? hidden.filter((one) => one !== id) : [...hidden, id]),
    ),
  ]);
}

const ANNOUNCE: Readonly<Record<Announce, string>> = {
  full: 'whole sentences',
  brief: 'in brief',
  silent: 'nothing',
};

function settingCommands({ page }: Studio): readonly Command[] {
  const { announce, singleKeys } = page.getState();
  return [
    ...(Object.keys(ANNOUNCE) as Announce[]).map(
      (how): Command => ({
        id: `settings.announce.${how}`,
        label: `While stepping, tell screen readers ${ANNOUNCE[how]}`,
        group: 'Studio',
        keys: [],
        blocked: () => (how === announce ? 'that is how it is' : undefined),
        run: () => page.setState({ announce: how }),
      }),
    ),
    {
      id: 'settings.singleKeys',
      label: singleKeys ? 'Switch single-letter keys off' : 'Switch single-letter keys on',
      group: 'Studio',
      keys: [],
      run: () => page.setState({ singleKeys: !singleKeys }),
    },
  ];
}

function groupOf(id: string): Command['group'] {
  if (/pan|zoom|fit|scale|\.list|arrow|\.fold/i.test(id)) return 'Move and zoom';
  if (/find|flag/i.test(id)) return 'Find and note';
  return /along|clear|select|measure/i.test(id) ? 'Select' : 'Play';
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
  const studio = useStudio();
  const sign = SIGNS_OF_THINGS.find(({ key }) => text.startsWith(key));
  const words = (sign === undefined ? text : text.slice(1)).toLowerCase().split(/\s+/).filter(Boolean);
  const things = useMemo(
    () => (sign === undefined ? undefined : readThings(studio, sign.key)),
    [studio, sign],
  );
  const found: readonly Command[] =
    sign?.key === ':'
      ? timesOf(studio, text.slice(1))
      : (things ?? commands)
          .filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)))
          .slice(0, MOST);
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
                spellCheck={false}
                value={text}
                onChange={(event) => {
                  setText(event.target.value);
                  choose(0);
                }}
                onKeyDown={onKeyDown}
              />
              <span>
                {sign === undefined
                  ? `${found.length} of ${commands.length} commands`
                  : `${found.length}${found.length === MOST ? ' and more' : ''} ${sign.noun}`}
              </span>
            </div>
            <div id="palette-list" className="palette-list" role="listbox" aria-label="Commands" ref={list}>
              {found.map((command, index) => {
                const reason = command.blocked?.();
                const hint = reason === undefined ? command.hint?.() : undefined;
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
                    <CommandMark id={command.id} />
                    <span>
                      <Found text={command.label} words={words} />
                      {reason !== undefined && `: ${reason}`}
                    </span>
                    {hint !== undefined && <small className="palette-hint">{hint}</small>}
                    {command.keys[0] !== undefined && <Keys text={command.keys[0]} />}
                  </div>
                );
              })}
              {found.length === 0 && (
                <p className="pane-empty">
                  {sign === undefined ? 'No command has this name.' : `No ${sign.noun} like this.`}
                </p>
              )}
            </div>
            <div className="palette-foot">
              <span className="palette-signs">
                {SIGNS_OF_THINGS.map(({ key, noun }) => (
                  <span key={key}>
                    <kbd className="kbd">{key}</kbd> {noun}
                  </span>
                ))}
              </span>
              <kbd className="kbd">Enter</kbd> run <kbd className="kbd">Esc</kbd> close
            </div>
          </Dialog.Content>
        </Dialog.Overlay>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

const MOST = 200;

/** A sign in front looks for things of the run instead of commands. */
const SIGNS_OF_THINGS = [
  { key: '@', noun: 'objects' },
  { key: '#', noun: 'rules' },
  { key: ':', noun: 'times' },
] as const;

/** Goes to an event: selects it and brings the playhead. */
function goTo({ playback, selection }: Studio, event: TraceEvent): void {
  selection.getState().select(event.id);
  playback.getState().pause();
  playback.getState().seek(event.time);
}

/** Objects or rules of the run by name; each leads to the first event about it. */
function readThings(studio: Studio, sign: '@' | '#' | ':'): readonly Command[] {
  const { trace } = studio.run.getState();
  const first = new Map<string, TraceEvent>();
  for (const event of trace?.events ?? []) {
    const name = thingOf(event, sign);
    if (name !== undefined && event.step > 0 && !first.has(name)) first.set(name, event);
  }
  return [...first].map(([label, event]) => ({
    id: `thing.${event.id}`,
    label,
    group: 'Select',
    keys: [],
    ...(trace === undefined
      ? {}
      : { hint: () => `${playheadText(timelineOf(trace).chapters, event.time)}, ${verdictOf(event).word}` }),
    run: () => goTo(studio, event),
  }));
}

function thingOf(event: TraceEvent, sign: '@' | '#' | ':'): string | undefined {
  if (sign === '#') return event.kind === 'rule' ? `${event.policy} / ${event.rule}` : undefined;
  switch (event.kind) {
    case 'stored':
    case 'never-stored':
      return refText(event.object);
    case 'target':
      return refText(event.target);
    case 'report':
      return refText(event.report);
    default:
      return undefined;
  }
}

/** `7.4` is a time of the present step, `2:7.4` one of step 2; `ms`, `s` and `min` may follow. */
function timesOf(studio: Studio, text: string): readonly Command[] {
  const { trace } = studio.run.getState();
  const match = /^\s*(?:(\d+)\s*:)?\s*\+?(\d+(?:\.\d+)?)\s*(ms|s|min|h)?\s*$/.exec(text);
  if (trace === undefined || match === null) return [];
  const factor = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 }[match[3] ?? 'ms'] ?? 1;
  const offset = Number(match[2]) * factor;
  const { chapters } = timelineOf(trace);
  const { playhead } = studio.playback.getState();
  const inStep =
    match[1] === undefined
      ? chapterAt(chapters.chapters, playhead)
      : chapters.chapters.find(({ step }) => stepNumber(trace, step) === Number(match[1]));
  const start = chapters.chapters[0]?.start ?? 0;
  const go = (id: string, label: string, time: number): Command => ({
    id,
    label,
    group: 'Play',
    keys: [],
    run: () => {
      studio.playback.getState().pause();
      studio.playback.getState().seek(milliseconds(time));
    },
  });
  const said = durationText(offset);
  return [
    ...(inStep === undefined
      ? []
      : [
          go('time.step', `${said} into step ${stepNumber(trace, inStep.step) ?? ''}`, inStep.start + offset),
        ]),
    ...(match[1] === undefined ? [go('time.run', `${said} into the run`, start + offset)] : []),
  ];
}

/** The mark of what a command plays to. */
function CommandMark({ id }: { readonly id: string }) {
  const name = (
    {
      'timeline.play.denial': 'denied',
      'timeline.play.failure': 'error',
      'timeline.play.object': 'stored',
    } as const
  )[id];
  return <i className="palette-mark">{name !== undefined && <Mark name={name} size={14} />}</i>;
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

/** Letters that are places on the keyboard: what they are called depends on the layout. */
const PLACES: Readonly<Record<string, string>> = { w: 'KeyW', a: 'KeyA', s: 'KeyS', d: 'KeyD' };

interface LayoutMap {
  get(code: string): string | undefined;
}

/** What the person's keyboard prints on each key; undefined where the browser does not tell. */
function useLayout(): LayoutMap | undefined {
  const [layout, setLayout] = useState<LayoutMap>();
  useEffect(() => {
    const { keyboard } = navigator as Navigator & {
      readonly keyboard?: { getLayoutMap?: () => Promise<LayoutMap> };
    };
    keyboard?.getLayoutMap?.().then(setLayout, () => undefined);
  }, []);
  return layout;
}

/** The layout's common name, by the letters that tell layouts apart. */
function layoutName(layout: LayoutMap): string {
  const [q, y, w] = ['KeyQ', 'KeyY', 'KeyW'].map((code) => layout.get(code));
  if (q === 'a') return 'AZERTY';
  if (q === "'") return 'Dvorak';
  if (y === 'z') return 'QWERTZ';
  return q === 'q' && w === 'w' ? (y === 'j' ? 'Colemak' : 'QWERTY') : 'own';
}

/** A key with its modifiers, each in its box. */
function Keys({ text, layout }: { readonly text: string; readonly layout?: LayoutMap | undefined }) {
  const parts = text === '+' ? ['+'] : text.split('+');
  return (
    <span className="keys">
      {parts.map((part) => (
        <kbd key={part} className="kbd">
          {SIGNS[part] ?? letterOf(part, layout)}
        </kbd>
      ))}
    </span>
  );
}

function letterOf(part: string, layout: LayoutMap | undefined): string {
  const printed = layout?.get(PLACES[part] ?? '') ?? part;
  return printed.length === 1 ? printed.toUpperCase() : printed;
}

/** Every key, by what it is for, and the switch for single letters. */
export function KeySheet() {
  const { page } = useStudio();
  const commands = useCommands();
  const singleKeys = useStore(page, (state) => state.singleKeys);
  const announce = useStore(page, (state) => state.announce);
  const layout = useLayout();
  const groups: readonly Command['group'][] = [
    'Play',
    'Move and zoom',
    'Select',
    'Find and note',
    'Files',
    'Studio',
  ];
  return (
    <Dialog.Root open onOpenChange={() => close(page)}>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-place">
          <Dialog.Content className="sheet key-sheet" aria-describedby={undefined}>
            <div className="sheet-head">
              <Dialog.Title className="sheet-title">Keys</Dialog.Title>
              {layout !== undefined && (
                <span className="key-layout">for a {layoutName(layout)} keyboard</span>
              )}
              <label className="key-switch">
                screen readers hear
                <select
                  value={announce}
                  onChange={({ target }) => page.setState({ announce: target.value as Announce })}
                >
                  {(Object.keys(ANNOUNCE) as Announce[]).map((how) => (
                    <option key={how} value={how}>
                      {ANNOUNCE[how]}
                    </option>
                  ))}
                </select>
              </label>
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
                            <Keys key={key} text={key} layout={layout} />
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
