import { createStore } from 'zustand/vanilla';
import {
  type DocumentPath,
  KYVERNO_VERSIONS,
  type KyvernoVersion,
  LATEST_KYVERNO,
  type TextFile,
  withOrder,
} from '../../src/index.ts';

/** Where the present files came from. */
export type Origin =
  | { readonly kind: 'story'; readonly id: string }
  | { readonly kind: 'own' }
  | { readonly kind: 'link' };

/** What a person works on: everything that a link carries save the view. */
export interface WorkspaceDocument {
  readonly name: string;
  readonly origin: Origin;
  readonly files: readonly TextFile[];
  readonly version: KyvernoVersion;
  readonly seed: number;
  /** Markdown shown beside the files: a story's or a sender's notes. */
  readonly notes?: string;
}

/** A place in the text to bring into view; `serial` makes the same place asked for twice two requests. */
export interface Reveal {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly serial: number;
}

interface Snapshot {
  readonly document: WorkspaceDocument;
  readonly active: string;
  /** What the step that led away from this snapshot did; typing in one file melts into one step. */
  readonly label: string;
  readonly at: number;
}

export interface WorkspaceState {
  readonly document: WorkspaceDocument;
  /** Path of the file in front. */
  readonly active: string;
  /** Whether the files differ from what was opened. */
  readonly edited: boolean;
  readonly past: readonly Snapshot[];
  readonly future: readonly Snapshot[];
  /** The last place that something asked to see. */
  readonly reveal: Reveal | undefined;
}

/** Typing in the same file within this time is one step of undo, in milliseconds. */
const TYPING_PAUSE = 900;
const HISTORY_LIMIT = 400;

export const POLICIES_FILE = 'policies.yaml';
export const CLUSTER_FILE = 'cluster.yaml';
export const STEPS_FILE = 'chainsaw-test.yaml';
export const ACTORS_FILE = 'actors.yaml';
export const MOCKS_FILE = 'mocks.yaml';

/** The tabs that every studio has, in their order; other files follow by name. */
const FIXED_ORDER: readonly string[] = [POLICIES_FILE, CLUSTER_FILE, STEPS_FILE, ACTORS_FILE, MOCKS_FILE];

export const EMPTY_DOCUMENT: WorkspaceDocument = {
  name: 'untitled',
  origin: { kind: 'own' },
  files: [POLICIES_FILE, CLUSTER_FILE, STEPS_FILE].map((path) => ({ path, text: '' })),
  version: LATEST_KYVERNO,
  seed: 1,
};

/** Files in the order of their tabs. */
export function sortFiles(files: readonly TextFile[]): readonly TextFile[] {
  const rank = (path: string): number => {
    const index = FIXED_ORDER.indexOf(path);
    return index < 0 ? FIXED_ORDER.length : index;
  };
  return [...files].sort(
    (a, b) => rank(a.path) - rank(b.path) || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0),
  );
}

/** Whether no file says anything: the first-run state. */
export const isEmpty = (files: readonly TextFile[]): boolean =>
  files.every((file) => file.text.trim() === '');

export const textOf = (files: readonly TextFile[], path: string): string =>
  files.find((file) => file.path === path)?.text ?? '';

/** A path for a new file that no file has yet. */
export function freePath(files: readonly TextFile[], wanted: string): string {
  const taken = new Set(files.map((file) => file.path));
  if (!taken.has(wanted)) return wanted;
  const dot = wanted.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [wanted.slice(0, dot), wanted.slice(dot)] : [wanted, ''];
  for (let n = 2; ; n += 1) {
    const path = `${stem}-${n}${extension}`;
    if (!taken.has(path)) return path;
  }
}

export type WorkspaceStore = ReturnType<typeof createWorkspaceStore>;

/** Creates the store of the person's files with one history of undo over all of them. */
export function createWorkspaceStore(now: () => number = () => Date.now()) {
  const store = createStore<WorkspaceState>(() => ({
    document: EMPTY_DOCUMENT,
    active: POLICIES_FILE,
    edited: false,
    past: [],
    future: [],
    reveal: undefined,
  }));

  function commit(document: WorkspaceDocument, label: string, active?: string): void {
    const state = store.getState();
    const last = state.past.at(-1);
    const time = now();
    const melts =
      label.startsWith('type ') &&
      last !== undefined &&
      last.label === label &&
      time - last.at < TYPING_PAUSE &&
      state.future.length === 0;
    const past = melts
      ? [...state.past.slice(0, -1), { ...last, at: time }]
      : [
          ...state.past.slice(-HISTORY_LIMIT + 1),
          { document: state.document, active: state.active, label, at: time },
        ];
    store.setState({ document, active: active ?? state.active, edited: true, past, future: [] });
  }

  function changeFiles(files: readonly TextFile[], label: string, active?: string): void {
    commit({ ...store.getState().document, files: sortFiles(files) }, label, active);
  }

  function travel(from: 'past' | 'future', to: 'past' | 'future'): boolean {
    const state = store.getState();
    const target = state[from].at(-1);
    if (target === undefined) return false;
    const here: Snapshot = {
      document: state.document,
      active: state.active,
      label: target.label,
      at: 0,
    };
    const changed = target.document.files.find(
      (file) => textOf(state.document.files, file.path) !== file.text,
    );
    store.setState({
      document: target.document,
      active: changed?.path ?? target.active,
      edited: true,
      [from]: state[from].slice(0, -1),
      [to]: [...state[to], here],
    });
    return true;
  }

  return {
    ...store,
    /** Replaces everything, as one step that can be undone unless `fresh`. */
    open(
      document: WorkspaceDocument,
      options: { readonly fresh?: boolean; readonly edited?: boolean; readonly active?: string } = {},
    ): void {
      const files = sortFiles(document.files);
      const active = options.active ?? files[0]?.path ?? POLICIES_FILE;
      if (options.fresh === true)
        store.setState({ document: { ...document, files }, active, past: [], future: [] });
      else commit({ ...document, files }, `open ${document.name}`, active);
      store.setState({ edited: options.edited ?? false });
    },
    setActive(path: string): void {
      store.setState({ active: path });
    },
    edit(path: string, text: string): void {
      const { files } = store.getState().document;
      if (textOf(files, path) === text) return;
      changeFiles(
        files.map((file) => (file.path === path ? { path, text } : file)),
        `type ${path}`,
      );
    },
    /** Several texts at once, as one step: a fix, pasted documents, a form's change. */
    editMany(changes: readonly TextFile[], label: string, active?: string): void {
      const { files } = store.getState().document;
      const changed = new Map(changes.map((file) => [file.path, file]));
      const kept = files.map((file) => changed.get(file.path) ?? file);
      const added = changes.filter((file) => !files.some((old) => old.path === file.path));
      changeFiles([...kept, ...added], label, active);
    },
    /** Puts back the files as they were, as one step that can be undone. */
    putBack(files: readonly TextFile[], label: string): void {
      changeFiles(files, label);
    },
    addFile(path: string, text = ''): void {
      const { files } = store.getState().document;
      const free = freePath(files, path);
      changeFiles([...files, { path: free, text }], `add ${free}`, free);
    },
    /** Returns why the name cannot be used, or undefined once it is done. */
    renameFile(path: string, wanted: string): string | undefined {
      const { files } = store.getState().document;
      const name = wanted.trim();
      if (name === path) return undefined;
      if (!/^[\w][\w./-]*\.(ya?ml|json)$/.test(name) || name.includes('..'))
        return 'A file name ends in .yaml, .yml or .json and has no spaces.';
      if (files.some((file) => file.path === name)) return `There is a ${name} already.`;
      changeFiles(
        files.map((file) => (file.path === path ? { path: name, text: file.text } : file)),
        `rename ${path}`,
        name,
      );
      return undefined;
    },
    removeFile(path: string): void {
      const { document, active } = store.getState();
      const files = document.files.filter((file) => file.path !== path);
      changeFiles(files, `remove ${path}`, active === path ? (files[0]?.path ?? POLICIES_FILE) : active);
    },
    setName(name: string): void {
      commit({ ...store.getState().document, name: name.trim() || 'untitled' }, 'rename');
    },
    setVersion(version: KyvernoVersion): void {
      store.setState({ document: { ...store.getState().document, version } });
    },
    /** Takes the same names in another order of what may come in any order; 0 is the usual one. */
    setOrder(order: number): void {
      const { document } = store.getState();
      store.setState({ document: { ...document, seed: withOrder(document.seed, order) } });
    },
    undo: (): boolean => travel('past', 'future'),
    redo: (): boolean => travel('future', 'past'),
    revealPlace(place: Omit<Reveal, 'serial'>): void {
      const { reveal, document } = store.getState();
      if (!document.files.some((file) => file.path === place.file)) return;
      store.setState({ active: place.file, reveal: { ...place, serial: (reveal?.serial ?? 0) + 1 } });
    },
  };
}

/** The version that a text names, or undefined if the studio does not know it. */
export const readVersion = (text: string): KyvernoVersion | undefined =>
  KYVERNO_VERSIONS.find((version) => version === text);

/** Resolves a path in a document to its place and brings it into view; injected by the page, which knows the worker. */
export type RevealDocument = (path: DocumentPath) => void;
