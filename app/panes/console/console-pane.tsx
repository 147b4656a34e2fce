import { useEffect, useRef } from 'react';
import { useStore } from 'zustand';
import type { Trace } from '../../../src/index.ts';
import { useStudio } from '../../stores/studio.ts';
import { Icon } from '../../ui/icons.tsx';
import { momentText } from '../moment-text.ts';
import { ConsoleEditor } from './console-editor.tsx';
import { ConsoleOutput } from './console-output.tsx';
import { ConsolePrompt } from './console-prompt.tsx';
import { type ConsoleEntry, consoleOf } from './console-state.ts';
import { followLines } from './run-line.ts';
import './console.css';

/** kubectl against the simulated cluster as it is at the playhead's time. */
export function ConsolePane() {
  const studio = useStudio();
  const store = consoleOf(studio);
  const trace = useStore(studio.run, (state) => state.trace);
  const entries = useStore(store, (state) => state.entries);
  const playhead = useStore(studio.playback, (state) => state.playhead);
  const input = useRef<HTMLInputElement>(null);
  const end = useRef<HTMLDivElement>(null);
  useFollowing();
  const last = entries.at(-1);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is new is brought into view
  useEffect(() => {
    if (last !== undefined) end.current?.scrollIntoView({ block: 'nearest' });
  }, [last?.id, last?.running, last?.stdout]);
  if (trace === undefined) return <p className="pane-empty">Nothing has run yet.</p>;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a press beside the text leads to the line, as in a terminal
    // biome-ignore lint/a11y/useKeyWithClickEvents: the line is reached by Tab
    <div
      className="console-pane"
      onClick={(event) => {
        const selects = getSelection()?.isCollapsed === false;
        if (!selects && event.target === event.currentTarget) input.current?.focus();
      }}
    >
      <div role="log" aria-label="Console output" aria-live="polite">
        {entries.map((entry) => (
          <Entry
            key={entry.id}
            entry={entry}
            trace={trace}
            now={entry.at === playhead}
            onDone={() => input.current?.focus()}
          />
        ))}
      </div>
      <div className="console-entry open">
        <Now trace={trace} at={playhead} />
        <ConsolePrompt input={input} />
      </div>
      <div ref={end} />
    </div>
  );
}

/** The moment that the open line asks at; where no header says it, with its step. */
function Now({ trace, at }: { readonly trace: Trace; readonly at: number }) {
  const { time, step } = momentText(trace, at);
  return (
    <span className="console-time now">
      {time}
      <span className="console-step"> {step === 0 ? 'before the first step' : `in step ${step}`}</span>
    </span>
  );
}

/** `-w` and `-f` go on while the playhead moves; one question at a time. */
function useFollowing(): void {
  const studio = useStudio();
  useEffect(() => {
    let busy = false;
    const follow = async (): Promise<void> => {
      const store = consoleOf(studio);
      if (busy || !store.getState().entries.some(({ follows }) => follows)) return;
      busy = true;
      try {
        for (;;) {
          const until = studio.playback.getState().playhead;
          await followLines(studio, until);
          if (until === studio.playback.getState().playhead) break;
        }
      } catch {
        store.stopFollowing();
      } finally {
        busy = false;
      }
    };
    return studio.playback.subscribe((state, before) => {
      if (state.playhead !== before.playhead) void follow();
    });
  }, [studio]);
}

interface EntryProps {
  readonly entry: ConsoleEntry;
  readonly trace: Trace;
  /** It was asked at the playhead's time. */
  readonly now: boolean;
  /** What it opened is closed. */
  readonly onDone: () => void;
}

function Entry({ entry, trace, now, onDone }: EntryProps) {
  const { playback, services } = useStudio();
  const { line, at, stdout, stderr, note, action, running, follows } = entry;
  const output = `${stdout}${stderr}`;
  const { time, step } = momentText(trace, at);
  return (
    <div className="console-entry">
      <button
        type="button"
        className={now ? 'console-time now' : 'console-time'}
        title={step === 0 ? `Go to ${time} before the first step` : `Go to ${time} in step ${step}`}
        onClick={() => playback.getState().seek(at)}
      >
        {time}
      </button>
      <div className="console-said" aria-busy={running}>
        <div className="console-command">
          <span className="prompt-sign" aria-hidden="true">
            $
          </span>
          <span>{line}</span>
        </div>
        {output !== '' && <ConsoleOutput text={output} trace={trace} at={playbackEnd(follows, at, trace)} />}
        {entry.editing !== undefined && <ConsoleEditor entry={entry} onDone={onDone} />}
        {note !== undefined && (
          <p className="console-note">
            {note}
            {action !== undefined && (
              <button type="button" className="link-button" onClick={action.run}>
                {action.label}
              </button>
            )}
          </p>
        )}
        {follows && <p className="console-note">goes on with the playhead; Ctrl+C ends it</p>}
      </div>
      {output !== '' && (
        <button
          type="button"
          className="icon-button console-copy"
          aria-label={`Copy the output of ${line}`}
          title="Copy the output"
          onClick={() => services.copy(output, 'Output copied')}
        >
          <Icon name="clipboard" size={14} />
        </button>
      )}
    </div>
  );
}

/** Until when names in an output are known: what goes on may tell of later ones. */
const playbackEnd = (follows: boolean, at: ConsoleEntry['at'], trace: Trace): ConsoleEntry['at'] =>
  follows ? trace.end : at;
