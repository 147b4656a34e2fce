import { seedStory } from 'virtual:seed-story';
import type { Json, KyvernoTest, Milliseconds, SortedDocument, TextFile } from '../src/index.ts';
import {
  eventId,
  findMoment,
  formatState,
  isObject,
  milliseconds,
  readState,
  readStoryLink,
} from '../src/index.ts';
import type { AddressBar } from './storage/address.ts';
import type { Shelf } from './storage/local.ts';
import type { CompareStore } from './stores/compare.ts';
import type { FlagsStore } from './stores/flags.ts';
import type { PageStore, PaneName } from './stores/page.ts';
import type { PlaybackStore } from './stores/playback.ts';
import type { RunStore } from './stores/run.ts';
import type { SelectionStore } from './stores/selection.ts';
import type { StoryEntry, StudioServices } from './stores/studio.ts';
import type { ViewportStore } from './stores/viewport.ts';
import {
  EMPTY_DOCUMENT,
  isEmpty,
  readVersion,
  type WorkspaceDocument,
  type WorkspaceStore,
} from './stores/workspace.ts';

export interface DocumentParts {
  readonly workspace: WorkspaceStore;
  readonly run: RunStore;
  readonly page: PageStore;
  readonly playback: PlaybackStore;
  readonly selection: SelectionStore;
  readonly viewport: ViewportStore;
  readonly flags: FlagsStore;
  readonly compare: CompareStore;
  readonly shelf: Shelf;
  readonly address: AddressBar;
  readonly writeTest: () => Promise<KyvernoTest>;
  readonly sort: (files: readonly TextFile[]) => Promise<readonly SortedDocument[]>;
  readonly arrange: (
    documents: readonly SortedDocument[],
    into: readonly TextFile[],
  ) => Promise<readonly TextFile[]>;
}

type DocumentServices = Pick<
  StudioServices,
  | 'sort'
  | 'arrange'
  | 'open'
  | 'openEmpty'
  | 'stories'
  | 'loadStory'
  | 'keptWork'
  | 'openKept'
  | 'deleteKept'
  | 'takeIn'
  | 'share'
  | 'download'
  | 'downloadTest'
  | 'follow'
>;

/** What a link, a saved studio or a story asks to show once its trace is there. */
interface WantedView {
  readonly playhead?: number;
  readonly selected?: number;
  readonly moment?: string;
}

/** After the last change, milliseconds. */
const SAVE_PAUSE = 400;
const LINK = () => import('./storage/link-codec.ts');
const FILES = () => import('./storage/files.ts');
const PANES: readonly string[] = ['outcome', 'stage', 'details', 'cluster', 'console', 'notes'];

export const storyDocument = (story: StoryEntry, files: readonly TextFile[]): WorkspaceDocument => ({
  name: story.id,
  origin: { kind: 'story', id: story.id },
  files,
  version: story.version ?? EMPTY_DOCUMENT.version,
  seed: story.seed ?? 1,
  ...(story.notes === undefined ? {} : { notes: story.notes.join('\n\n') }),
});

/** Opening, saving and sharing what a person works on: address bar, browser storage, stories, files. */
export function createDocuments(parts: DocumentParts) {
  const { workspace, run, page, playback, selection, viewport, flags, compare, shelf, address } = parts;
  let wanted: WantedView = {};
  let saving: ReturnType<typeof setTimeout> | undefined;
  let touched = false;
  let ownHash = address.read();
  let linkLength = 0;

  // --- State as links and storage carry it ---

  function stateOf(
    document: WorkspaceDocument,
  ): Parameters<Awaited<ReturnType<typeof LINK>>['encodeLink']>[0] {
    const present = document === workspace.getState().document;
    const { selected } = selection.getState();
    const { scale, zoom, scrollX, list } = viewport.getState();
    return {
      name: document.name,
      files: document.files,
      version: document.version,
      seed: document.seed,
      view: {
        ...(document.notes === undefined ? {} : { notes: document.notes }),
        panes: {
          active: workspace.getState().active,
          pane: page.getState().pane,
          ...(document.origin.kind === 'story' ? { story: document.origin.id } : {}),
        },
        ...(present ? { playhead: round(playback.getState().playhead) } : {}),
        ...(present && selected !== undefined ? { selection: selected } : {}),
        ...(present && flags.getState().flags.length > 0
          ? { flags: flags.getState().flags.map(({ time, note }) => [round(time), note]) }
          : {}),
        ...(present ? comparedView() : {}),
        viewport: {
          scale,
          list,
          ...(zoom === undefined ? {} : { zoom: round(zoom), scrollX: round(scrollX) }),
        },
      },
    };
  }

  /** The versions that are compared. A pinned run is no text: no link can hold it. */
  function comparedView() {
    const { open, above, below, chosen } = compare.getState();
    if (!open || above === 'pinned' || below === 'pinned') return {};
    return { compare: { above, below, ...(chosen === undefined ? {} : { chosen }) } };
  }

  function documentOf(value: Json, fallback: WorkspaceDocument['origin']) {
    const read = readState(value);
    if (!('state' in read)) return undefined;
    const { state } = read;
    const panes = isObject(state.view.panes) ? state.view.panes : {};
    const story = panes['story'];
    const document: WorkspaceDocument = {
      name: state.name || 'untitled',
      origin: typeof story === 'string' ? { kind: 'story', id: story } : fallback,
      files: state.files,
      version: state.version,
      seed: state.seed,
      ...(state.view.notes === undefined ? {} : { notes: state.view.notes }),
    };
    return { document, view: state.view, panes, edited: isObject(value) && value['edited'] === true };
  }

  function show(opened: NonNullable<ReturnType<typeof documentOf>>, fresh: boolean): void {
    const { document, view, panes, edited } = opened;
    const { active, pane } = panes;
    wanted = {
      ...(view.playhead === undefined ? {} : { playhead: view.playhead }),
      ...(typeof view.selection === 'number' ? { selected: view.selection } : {}),
    };
    if (typeof pane === 'string' && PANES.includes(pane)) page.setState({ pane: pane as PaneName });
    if (isObject(view.viewport)) {
      const { scale, list, zoom, scrollX } = view.viewport;
      if (scale === 'chapters' || scale === 'clock') viewport.getState().setScale(scale);
      if (typeof list === 'boolean') viewport.getState().setList(list);
      if (typeof zoom === 'number')
        viewport.getState().setWindow({ zoom, ...(typeof scrollX === 'number' ? { scrollX } : {}) });
    }
    replace(document, fresh, typeof active === 'string' ? active : undefined, edited);
    flags.getState().replace(view.flags?.map(([time, note]) => ({ time, note })) ?? []);
    if (view.compare !== undefined) {
      const { above, below, chosen } = view.compare;
      compare.setState({ open: true, above, below, chosen });
    }
  }

  function replace(document: WorkspaceDocument, fresh: boolean, active?: string, edited = false): void {
    run.clear();
    compare.setState({ open: false, chosen: undefined, result: undefined, pinned: undefined });
    selection.getState().select(undefined);
    selection.getState().setArea(undefined);
    flags.getState().replace([]);
    playback.getState().pause();
    if (!fresh) viewport.getState().setWindow({ zoom: undefined, scrollX: 0, scrollY: 0 });
    viewport.setState({ openFolds: [], groups: [], hidden: [] });
    workspace.open(document, { fresh, edited, ...(active === undefined ? {} : { active }) });
  }

  // --- Saving ---

  function touch(): void {
    touched = true;
    clearTimeout(saving);
    saving = setTimeout(save, SAVE_PAUSE);
  }

  async function save(): Promise<void> {
    if (playback.getState().playing) {
      touch();
      return;
    }
    const { document, edited } = workspace.getState();
    const state = stateOf(document);
    const kept = shelf.saveCurrent({ ...formatState(state), edited } as Json);
    if (!kept && page.getState().saved !== 'full') {
      page.raise({
        id: 'storage',
        mark: 'warned',
        title: 'Not saved: this browser’s storage is full or switched off',
        reason: 'The last edits live only in this tab. Download them, or make room under the scenario menu.',
        action: { label: 'Download this scenario', run: () => services.download() },
        ...(shelf.list().length === 0 ? {} : { link: { label: 'Forget the recent work', run: makeRoom } }),
      });
    }
    if (kept) page.lower('storage');
    page.setState({ saved: kept ? 'yes' : 'full' });
    if (isEmpty(document.files)) {
      setHash('');
      return;
    }
    const { encodeLink, MAX_LINK_LENGTH } = await LINK();
    const hash = encodeLink(state);
    linkLength = hash.length;
    setHash(hash.length <= MAX_LINK_LENGTH ? hash : '');
  }

  function makeRoom(): void {
    for (const item of shelf.list()) shelf.remove(item.id);
    void save();
  }

  function setHash(hash: string): void {
    ownHash = hash;
    address.replace(hash);
  }

  /** Keeps the present work before something else takes its place. */
  function keepPresent(): void {
    const { document, edited } = workspace.getState();
    if (!edited || isEmpty(document.files)) return;
    shelf.keep(document.name, { ...formatState(stateOf(document)), edited });
  }

  // --- Links ---

  async function openHash(hash: string, atStart: boolean): Promise<boolean> {
    const story = readStoryLink(hash);
    if (story !== undefined) return openStoryLink(story, atStart);
    const { decodeLink, isStateLink } = await LINK();
    if (!isStateLink(hash)) return false;
    const decoded = decodeLink(hash);
    if ('problem' in decoded) {
      const { title, message, hint } = decoded.problem;
      page.raise({
        id: 'link',
        mark: 'error',
        title,
        reason: `${message} ${hint}`,
        excerpt: hash.length > 90 ? `${hash.slice(0, 90)}…` : hash,
        action: {
          label: 'Paste the whole link',
          run: () => {
            page.lower('link');
            void navigator.clipboard.readText().then(
              (text) => services.takeIn('the clipboard', [{ path: 'pasted.yaml', text }]),
              () => page.say('The browser did not allow reading the clipboard: paste with Ctrl+V instead.'),
            );
          },
        },
      });
      setHash('');
      return false;
    }
    const opened = documentOf(formatState(decoded.state), { kind: 'link' });
    if (opened === undefined) return false;
    page.lower('link');
    if (atStart) show({ ...opened, edited: setAside(opened.document) === 'same' }, true);
    else {
      keepPresent();
      show({ ...opened, edited: false }, false);
    }
    return true;
  }

  /** What this browser had before a link was opened goes to the kept work, unless it is the same. */
  function setAside(document: WorkspaceDocument): 'same' | 'kept' | undefined {
    const current = shelf.readCurrent();
    const had = current === undefined ? undefined : documentOf(current, { kind: 'own' });
    if (current === undefined || had === undefined || !isObject(current) || current['edited'] !== true)
      return undefined;
    if (JSON.stringify(had.document.files) === JSON.stringify(document.files)) return 'same';
    if (!shelf.keep(had.document.name, current)) return undefined;
    const id = shelf.list()[0]?.id ?? '';
    page.raise({
      id: 'aside',
      mark: 'noise',
      title: `Opened from a link. What you had is kept: ${had.document.name}`,
      reason: 'It stands under the scenario menu, too.',
      action: {
        label: 'Restore what I had',
        run: () => {
          page.lower('aside');
          services.openKept(id);
        },
      },
    });
    return 'kept';
  }

  async function openStoryLink(
    link: NonNullable<ReturnType<typeof readStoryLink>>,
    atStart: boolean,
  ): Promise<boolean> {
    const story =
      link.story === undefined ? undefined : (await services.stories()).find((one) => one.id === link.story);
    if (link.story !== undefined && story === undefined) {
      page.raise({
        id: 'link',
        mark: 'error',
        title: `There is no story ${link.story}. Your work is untouched.`,
        reason: 'The link may be from another studio. All stories stand under the scenario menu.',
        action: { label: 'All stories', run: () => page.setState({ dialog: 'gallery' }) },
      });
      return false;
    }
    const moment = link.moment === undefined ? {} : { moment: JSON.stringify(link.moment) };
    if (story === undefined) {
      wanted = moment;
      applyWanted();
      return true;
    }
    const document = await services.loadStory(story);
    if (atStart) setAside(document);
    else keepPresent();
    wanted = moment;
    replace({ ...document, version: readVersion(link.version ?? '') ?? document.version }, atStart);
    page.setState({ pane: 'notes' });
    return true;
  }

  /** Puts playhead and selection where the link or the saved studio had them. */
  function applyWanted(): Milliseconds | undefined {
    const { trace } = run.getState();
    if (trace === undefined) return undefined;
    const { playhead, selected, moment } = wanted;
    wanted = {};
    if (moment !== undefined) {
      const id = findMoment(trace, JSON.parse(moment));
      const event = id === undefined ? undefined : trace.events[id];
      if (event !== undefined) {
        selection.getState().select(event.id);
        playback.getState().seek(event.end);
        return event.end;
      }
    }
    if (selected !== undefined && trace.events[selected] !== undefined)
      selection.getState().select(eventId(selected));
    return playhead === undefined ? undefined : milliseconds(playhead);
  }

  let entries: Promise<readonly StoryEntry[]> | undefined;
  const services: DocumentServices = {
    sort: parts.sort,
    arrange: parts.arrange,
    open: (document) => {
      keepPresent();
      wanted = {};
      replace(document, false);
    },
    openEmpty: () => services.open(EMPTY_DOCUMENT),
    stories: () => {
      entries ??= fetch(new URL('scenarios/index.json', globalThis.document.baseURI)).then((answer) => {
        if (!answer.ok) throw new Error(`The stories could not be loaded (${answer.status}).`);
        return answer.json() as Promise<readonly StoryEntry[]>;
      });
      entries.catch(() => {
        entries = undefined;
      });
      return entries;
    },
    loadStory: async (story) => {
      const files = await Promise.all(
        story.files.map(async (path) => {
          const url = new URL(`scenarios/${story.id}/${path}`, globalThis.document.baseURI);
          const answer = await fetch(url);
          if (!answer.ok) throw new Error(`${path} could not be loaded (${answer.status}).`);
          return { path, text: await answer.text() };
        }),
      );
      return storyDocument(story, files);
    },
    keptWork: () => shelf.list(),
    openKept: (id) => {
      const state = shelf.read(id);
      const opened = state === undefined ? undefined : documentOf(state, { kind: 'own' });
      if (opened === undefined) {
        page.say('It could not be read any more.');
        return;
      }
      keepPresent();
      show(opened, false);
    },
    deleteKept: (id) => shelf.remove(id),
    takeIn: (source, files) => {
      const readable = files.filter((file) => file.text.trim() !== '');
      const [only] = readable;
      const link = readable.length === 1 ? /#(\d+\.\S+|story=\S+)\s*$/.exec(only?.text.trim() ?? '') : null;
      if (link !== null && only !== undefined && !only.text.trim().includes('\n'))
        void openHash(`#${link[1]}`, false);
      else if (readable.length > 0) page.setState({ incoming: { source, files: readable } });
      else page.say('There was no YAML in it.');
    },
    share: () => void share(),
    download: (path) => {
      const { document } = workspace.getState();
      const file = document.files.find((one) => one.path === path);
      void FILES().then(({ saveText, saveZip }) =>
        file === undefined ? saveZip(document.name, document.files) : saveText(file),
      );
    },
    downloadTest: () => void downloadTest(),
    follow: (hash) => void openHash(hash, false),
  };

  async function downloadTest(): Promise<void> {
    const { status, pending } = run.getState();
    if (pending || status === 'running' || status === 'stale' || status === 'failed') {
      page.say('A test is written of a run of the present text: there is none yet.');
      return;
    }
    const { files, left } = status === 'ok' ? await parts.writeTest() : { files: [], left: [] };
    const [reason] = left as readonly string[];
    if (files.length === 0) {
      page.raise({
        id: 'no-test',
        mark: 'warned',
        title: 'There is nothing for the Kyverno CLI to test',
        reason:
          reason === undefined
            ? 'No step of this run puts an object before a policy.'
            : `The CLI has neither time nor cluster. ${reason}.`,
      });
      return;
    }
    const { saveZip } = await FILES();
    await saveZip(`${workspace.getState().document.name}-kyverno-test`, files);
    page.say(
      left.length === 0
        ? 'kyverno-test.yaml and its files downloaded'
        : `kyverno-test.yaml and its files downloaded; ${left.length} ${left.length === 1 ? 'thing' : 'things'} of the run cannot be tested by the CLI, its head says which`,
    );
  }

  async function share(): Promise<void> {
    clearTimeout(saving);
    await save();
    const { MAX_LINK_LENGTH } = await LINK();
    if (linkLength > MAX_LINK_LENGTH) {
      page.raise({
        id: 'too-long',
        mark: 'warned',
        title: 'Too long for a link',
        reason: `It would have ${count(linkLength)} characters, the limit is ${count(MAX_LINK_LENGTH)}. Send it as a file; it opens here by dropping it.`,
        action: { label: 'Download this scenario', run: () => services.download() },
      });
      return;
    }
    await navigator.clipboard.writeText(address.whole()).then(
      () => {
        const { open, above, below } = compare.getState();
        const left =
          open && (above === 'pinned' || below === 'pinned') ? '. The pinned run is not in it' : '';
        page.say(`Link copied, ${count(linkLength)} characters${left}`);
      },
      () => page.say('Copy it from the address bar: the browser did not allow it.'),
    );
  }

  function watch(): void {
    workspace.subscribe((state, before) => {
      if (state.document !== before.document || state.active !== before.active) touch();
    });
    playback.subscribe((state, before) => {
      if (state.playhead !== before.playhead && touched) touch();
      else if (state.playing !== before.playing) touch();
    });
    selection.subscribe((state, before) => {
      if (state.selected !== before.selected) touch();
    });
    flags.subscribe((state, before) => {
      if (state.flags !== before.flags) touch();
    });
    compare.subscribe((state, before) => {
      if (state.open !== before.open || state.above !== before.above || state.below !== before.below) touch();
      else if (state.chosen !== before.chosen) touch();
    });
    address.onChange((hash) => {
      if (hash === ownHash) return;
      void openHash(hash, false);
    });
    addEventListener('pagehide', () => {
      if (touched) void save();
    });
  }

  return {
    services,
    /** Playhead that the opened link or saved studio asks for; asked once, when its first trace is there. */
    firstPlayhead: applyWanted,
    /** Opens the first document: a link, what was there last time, or the first story. */
    openFirst: (): void => {
      const hash = address.read();
      const startPlain = (): void => {
        const current = shelf.readCurrent();
        const had = current === undefined ? undefined : documentOf(current, { kind: 'own' });
        if (had !== undefined) show(had, true);
        else if (seedStory !== undefined) replace(storyDocument(seedStory.story, seedStory.texts), true);
        else replace(EMPTY_DOCUMENT, true);
      };
      if (hash.length < 2) {
        startPlain();
        watch();
        return;
      }
      void openHash(hash, true)
        .then((opened) => {
          if (!opened) startPlain();
        }, startPlain)
        .then(watch);
    },
  };
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
const count = (value: number): string => value.toLocaleString('en');
