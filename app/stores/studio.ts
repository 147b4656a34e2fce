import { createContext, useContext } from 'react';
import type {
  Completions,
  ConsoleResult,
  DocumentPath,
  EditableStep,
  Edited,
  KyvernoVersion,
  Milliseconds,
  SortedDocument,
  SourceLocation,
  StepChange,
  TextFile,
  TextFix,
  Trace,
} from '../../src/index.ts';
import type { CompareStore } from './compare.ts';
import type { FindStore } from './find.ts';
import type { FlagsStore } from './flags.ts';
import type { PageStore } from './page.ts';
import type { PlaybackStore } from './playback.ts';
import type { RunStore } from './run.ts';
import type { SelectionStore } from './selection.ts';
import type { ViewportStore } from './viewport.ts';
import type { WorkspaceDocument, WorkspaceStore } from './workspace.ts';

/** A story of the gallery as `scenarios/index.json` lists it. */
export interface StoryEntry {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly files: readonly string[];
  readonly version?: KyvernoVersion;
  /** Its shelf in the gallery. */
  readonly group?: string;
  /** Further shelves that list it too. */
  readonly also?: readonly string[];
  readonly seed?: number;
  /** Sentences about where the telling and the source differ. */
  readonly notes?: readonly string[];
}

/** Earlier work that this browser keeps. */
export interface KeptWork {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly savedAt: number;
  readonly bytes: number;
}

/** A file to take along. */
export type ExportKind =
  | 'trace'
  | 'chrome-trace'
  | 'mermaid'
  | 'markdown'
  | 'stage-svg'
  | 'stage-png'
  | 'timeline-svg'
  | 'timeline-png';

/** The files that tell of two compared runs. */
export type ComparisonExport = 'compare-svg' | 'compare-png' | 'compare-markdown';

/** What views may ask of the page beyond the stores: the worker, the browser, storage. */
export interface StudioServices {
  /** Brings the place that a path names into view in the editor. */
  reveal(path: DocumentPath): void;
  locate(path: DocumentPath, part?: 'key' | 'value'): Promise<SourceLocation | undefined>;
  /** Runs other files than the present ones; the trace, or undefined if they cannot be run. */
  preview(files: readonly TextFile[], version: KyvernoVersion): Promise<Trace | undefined>;
  /** Runs the present text on another version, with the present seed; duration in milliseconds. */
  runOn(version: KyvernoVersion): Promise<{ readonly trace?: Trace; readonly duration: number }>;
  sort(files: readonly TextFile[]): Promise<readonly SortedDocument[]>;
  /** Merges sorted documents into files: the present ones, or new ones. */
  arrange(documents: readonly SortedDocument[], into: readonly TextFile[]): Promise<readonly TextFile[]>;
  /** Steps of a Chainsaw Test as a list; undefined if the file holds none. */
  readSteps(path: string): Promise<readonly EditableStep[] | undefined>;
  /**
   * Makes changes of the list of steps in the text, each of which sees what the one before it left, as one thing to undo.
   * `beside`: files that come with them unless they are there already.
   */
  changeSteps(
    path: string,
    change: StepChange | readonly StepChange[],
    beside?: readonly TextFile[],
  ): Promise<void>;
  /** Runs a line of the console at a moment of the last run; `until`: how far `-w` and `-f` have got. */
  console(line: string, at: Milliseconds, until: Milliseconds): Promise<ConsoleResult>;
  /** The command for what a person made of the object that `kubectl edit` opened. */
  editCommand(line: string, before: string, after: string): Promise<Edited>;
  /** How a line of the console may go on at its end. */
  complete(line: string, at: Milliseconds): Promise<Completions>;
  applyFix(fix: TextFix): void;
  /** Opens a document, keeping the present one among the kept work. */
  open(document: WorkspaceDocument): void;
  openEmpty(): void;
  stories(): Promise<readonly StoryEntry[]>;
  loadStory(story: StoryEntry): Promise<WorkspaceDocument>;
  keptWork(): readonly KeptWork[];
  openKept(id: string): void;
  /** Opens a link of a story or goes to a moment of the present run: `#story=…`, `#moment=…`. */
  follow(hash: string): void;
  deleteKept(id: string): void;
  /** Takes text in from a paste or a drop: a link, or documents to sort. */
  takeIn(source: string, files: readonly TextFile[]): void;
  /** Copies text and says so. */
  copy(text: string, said: string): void;
  share(): void;
  download(path?: string): void;
  /** The run's answers of the policies as a folder for `kyverno test`, zipped. */
  downloadTest(): void;
  /** Makes a file of the run as it is shown, and hands it to the person's downloads. */
  exportAs(kind: ExportKind | ComparisonExport): void;
  setTheme(theme: 'light' | 'dark'): void;
  /** Runs once more with a larger budget of events. */
  runLonger(): void;
  /** Ends the run under way; what it traced until then is shown, marked as a part. */
  cancelRun(): void;
  /** Runs the present text once more. */
  runAgain(): void;
}

/** Everything that the page's rooms share. */
export interface Studio {
  readonly workspace: WorkspaceStore;
  readonly run: RunStore;
  readonly playback: PlaybackStore;
  readonly viewport: ViewportStore;
  readonly selection: SelectionStore;
  readonly find: FindStore;
  readonly flags: FlagsStore;
  readonly compare: CompareStore;
  readonly page: PageStore;
  readonly services: StudioServices;
}

export const StudioContext = createContext<Studio | undefined>(undefined);

/** The studio that this part of the page belongs to. */
export function useStudio(): Studio {
  const studio = useContext(StudioContext);
  if (studio === undefined) throw new Error('Assertion failed: rendered inside a studio');
  return studio;
}
