import {
  type CSSProperties,
  type KeyboardEvent,
  type RefObject,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react';
import { useStore } from 'zustand';
import type { Completion, Completions } from '../../../src/index.ts';
import { useStudio } from '../../stores/studio.ts';
import { consoleOf } from './console-state.ts';
import { runLine } from './run-line.ts';

/** Suggestions wait until typing rests for so long, milliseconds. */
const PAUSE = 70;

interface Offer {
  readonly line: string;
  readonly completions: Completions;
  /** Row in front. */
  readonly active: number;
  /** The person moved to a row: Enter takes it. */
  readonly entered: boolean;
}

/** The open line: history by the arrows, completion by Tab, Ctrl+L clears, Escape leaves. */
export function ConsolePrompt({ input }: { readonly input: RefObject<HTMLInputElement | null> }) {
  const studio = useStudio();
  const store = consoleOf(studio);
  const draft = useStore(store, (state) => state.draft);
  const history = useStore(store, (state) => state.history);
  const [offer, setOffer] = useState<Offer | undefined>(undefined);
  /** Place in the history, from its end; 0: the line being typed. */
  const [back, setBack] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const list = useId();
  const sheet = useRef<HTMLDivElement>(null);
  const open = offer !== undefined;
  useEffect(() => {
    if (open) sheet.current?.scrollIntoView({ block: 'nearest' });
  }, [open]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const suggest = async (line: string, wanted: 'typing' | 'tab'): Promise<void> => {
    const at = studio.playback.getState().playhead;
    const completions = await studio.services.complete(line, at).catch(() => undefined);
    if (completions === undefined || store.getState().draft !== line) return;
    const [only, another] = completions.items;
    if (wanted === 'tab' && only !== undefined && another === undefined) {
      take(line, completions, only);
      return;
    }
    const shown = completions.items.length > 0 && (wanted === 'tab' || line.slice(completions.from) !== '');
    setOffer(shown ? { line, completions, active: 0, entered: false } : undefined);
  };
  const type = (line: string): void => {
    store.setDraft(line);
    setBack(0);
    setOffer(undefined);
    clearTimeout(timer.current);
    if (line.trim() !== '') timer.current = setTimeout(() => void suggest(line, 'typing'), PAUSE);
  };
  const take = (line: string, { from }: Completions, { text }: Completion): void => {
    clearTimeout(timer.current);
    const goesOn = /[=/]$/.test(text);
    store.setDraft(`${line.slice(0, from)}${text}${goesOn ? '' : ' '}`);
    setOffer(undefined);
  };
  const submit = (): void => {
    clearTimeout(timer.current);
    setOffer(undefined);
    setBack(0);
    void runLine(studio, draft);
  };
  const travel = (by: number): void => {
    const place = Math.min(history.length, Math.max(0, back + by));
    setBack(place);
    setOffer(undefined);
    store.setDraft(place === 0 ? '' : (history[history.length - place] ?? ''));
  };
  const move = (shown: Offer, by: number): void => {
    const count = shown.completions.items.length;
    const active = (shown.active + by + count) % count;
    setOffer({ ...shown, active, entered: true });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.nativeEvent.isComposing) return;
    const chosen = offer?.completions.items[offer.active];
    const done = (): void => {
      event.preventDefault();
      event.stopPropagation();
    };
    if (event.ctrlKey && event.key.toLowerCase() === 'l') {
      done();
      store.clear();
    } else if (event.ctrlKey && event.key.toLowerCase() === 'c' && !hasSelection(event.currentTarget)) {
      done();
      setOffer(undefined);
      if (!store.stopFollowing()) type('');
    } else if (event.altKey || event.ctrlKey || event.metaKey) {
      return;
    } else if (event.key === 'Enter') {
      done();
      if (offer?.entered === true && chosen !== undefined) take(offer.line, offer.completions, chosen);
      else submit();
    } else if (event.key === 'Tab' && !event.shiftKey && draft.trim() !== '') {
      event.preventDefault();
      clearTimeout(timer.current);
      if (offer !== undefined && chosen !== undefined) take(offer.line, offer.completions, chosen);
      else void suggest(draft, 'tab');
    } else if (event.key === 'Escape') {
      done();
      if (offer !== undefined) setOffer(undefined);
      else event.currentTarget.closest<HTMLElement>('[role="tabpanel"]')?.focus();
    } else if (event.key === 'ArrowDown') {
      done();
      if (offer !== undefined) move(offer, 1);
      else travel(-1);
    } else if (event.key === 'ArrowUp') {
      done();
      if (offer?.entered === true) move(offer, -1);
      else travel(1);
    }
  };
  const option = (index: number): string => `${list}-${index}`;
  return (
    <div className="console-prompt">
      <span className="prompt-sign" aria-hidden="true">
        $
      </span>
      <input
        ref={input}
        className="prompt-input"
        aria-label="kubectl command"
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={open}
        aria-controls={list}
        aria-activedescendant={offer === undefined ? undefined : option(offer.active)}
        aria-describedby={`${list}-keys`}
        autoCapitalize="none"
        autoComplete="off"
        autoCorrect="off"
        spellCheck={false}
        placeholder="kubectl get updaterequests -A"
        value={draft}
        onChange={(event) => type(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={() => setOffer(undefined)}
      />
      <span id={`${list}-keys`} className="visually-hidden">
        Enter runs it at the playhead's time. Tab completes, up and down bring back earlier lines, Control L
        clears, Escape leaves.
      </span>
      <div
        className="suggestions"
        ref={sheet}
        hidden={!open}
        style={{ '--column': `${offer?.completions.from ?? 0}ch` } as CSSProperties}
      >
        <div role="listbox" id={list} aria-label="Ways to go on">
          {offer?.completions.items.map((item, index) => (
            <Suggestion
              key={item.text}
              id={option(index)}
              item={item}
              typed={offer.line.length - offer.completions.from}
              active={index === offer.active}
              shorts={offer.completions.items.some(({ short }) => short !== undefined)}
              onTake={() => {
                take(offer.line, offer.completions, item);
                input.current?.focus();
              }}
            />
          ))}
        </div>
        <p className="suggestions-foot">
          <span>read, apply, create, patch, label and delete work; a change becomes a step</span>
          <span>
            <span className="kbd">Tab</span> take it
          </span>
        </p>
      </div>
    </div>
  );
}

const hasSelection = ({ selectionStart, selectionEnd }: HTMLInputElement): boolean =>
  selectionStart !== selectionEnd;

interface SuggestionProps {
  readonly id: string;
  readonly item: Completion;
  /** How much of it is typed already. */
  readonly typed: number;
  readonly active: boolean;
  /** Some have a short name: it has a column. */
  readonly shorts: boolean;
  readonly onTake: () => void;
}

function Suggestion({ id, item, typed, active, shorts, onTake }: SuggestionProps) {
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active) row.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the field's, which keeps the focus
    <div
      ref={row}
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={active}
      className="suggestion"
      onMouseDown={(event) => event.preventDefault()}
      onClick={onTake}
    >
      <span>
        <b>{item.text.slice(0, typed)}</b>
        {item.text.slice(typed)}
      </span>
      {shorts && <span className="short">{item.short}</span>}
      {item.detail !== undefined && <span className="detail">{item.detail}</span>}
      {item.count !== undefined && <span className="count">{item.count} now</span>}
    </div>
  );
}
