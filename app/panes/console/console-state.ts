import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Milliseconds } from '../../../src/index.ts';
import type { Studio } from '../../stores/studio.ts';

/** A command that was typed, with what it printed. */
export interface ConsoleEntry {
  readonly id: number;
  readonly line: string;
  /** The moment it was asked at, virtual time. */
  readonly at: Milliseconds;
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  readonly running: boolean;
  /** `-w`, `-f`: goes on with the playhead until the next command. */
  readonly follows: boolean;
  /** What the studio says of it: what it does not simulate, or that it became a step. */
  readonly note?: string;
  readonly action?: { readonly label: string; readonly run: () => void };
  /** `kubectl edit`: the object's YAML, open until it is saved or left. */
  readonly editing?: string;
}

export interface ConsoleState {
  readonly entries: readonly ConsoleEntry[];
  /** Lines typed before, the latest last. */
  readonly history: readonly string[];
  readonly draft: string;
}

const MOST_LINES = 200;

export type ConsoleStore = ReturnType<typeof createConsole>;

function createConsole() {
  const store: StoreApi<ConsoleState> = createStore(() => ({ entries: [], history: [], draft: '' }));
  let lastId = 0;
  return {
    ...store,
    begin(line: string, at: Milliseconds): number {
      lastId += 1;
      const entry: ConsoleEntry = {
        id: lastId,
        line,
        at,
        stdout: '',
        stderr: '',
        exitCode: 0,
        running: true,
        follows: false,
      };
      const { entries, history } = store.getState();
      store.setState({
        entries: [...entries.map((one) => (one.follows ? { ...one, follows: false } : one)), entry],
        history: [...history.filter((one) => one !== line), line].slice(-MOST_LINES),
        draft: '',
      });
      return lastId;
    },
    set(id: number, fields: Partial<ConsoleEntry>): void {
      store.setState({
        entries: store.getState().entries.map((one) => (one.id === id ? { ...one, ...fields } : one)),
      });
    },
    setDraft(draft: string): void {
      store.setState({ draft });
    },
    clear(): void {
      store.setState({ entries: [] });
    },
    /** Ends what goes on with the playhead; whether there was anything. */
    stopFollowing(): boolean {
      const { entries } = store.getState();
      if (!entries.some(({ follows }) => follows)) return false;
      store.setState({
        entries: entries.map((one) =>
          one.follows ? { ...one, follows: false, stdout: `${one.stdout}^C\n` } : one,
        ),
      });
      return true;
    },
  };
}

const consoles = new WeakMap<Studio, ConsoleStore>();

/** The studio's console: it keeps what was typed while other panes are shown. Another document begins with an empty one. */
export function consoleOf(studio: Studio): ConsoleStore {
  const known = consoles.get(studio);
  if (known !== undefined) return known;
  const store = createConsole();
  consoles.set(studio, store);
  studio.workspace.subscribe((state, before) => {
    if (state.document.origin !== before.document.origin) store.clear();
  });
  return store;
}
