import { orderOf } from '../src/index.ts';
import { closeComparison, compareBeside, pin, stepDifference, swapRuns } from './stores/compare-actions.ts';
import type { DialogName, PaneName } from './stores/page.ts';
import type { ComparisonExport, ExportKind, Studio } from './stores/studio.ts';

/** Something that the studio can be told to do: palette, menus and keys all read this. */
export interface Command {
  readonly id: string;
  readonly label: string;
  readonly group: 'Play' | 'Move and zoom' | 'Select' | 'Find and note' | 'Files' | 'Studio';
  /** `Space`, `Shift+.`, `Mod+k` (Ctrl, or ⌘ on a Mac). The first one is shown. */
  readonly keys: readonly string[];
  /** Why it cannot run now, or undefined if it can. */
  readonly blocked?: () => string | undefined;
  /** What it would do now, in a few words. */
  readonly hint?: () => string | undefined;
  readonly run: () => void;
}

const PANES: readonly (readonly [PaneName, string])[] = [
  ['outcome', 'Outcome'],
  ['stage', 'the Stage'],
  ['details', 'Details'],
  ['cluster', 'Cluster'],
  ['console', 'the Console'],
];

/** What can be taken along, as the menu and the palette name it. */
export const EXPORTS: readonly (readonly [ExportKind, string])[] = [
  ['stage-svg', 'Stage as SVG'],
  ['stage-png', 'Stage as PNG'],
  ['timeline-svg', 'Timeline as SVG'],
  ['timeline-png', 'Timeline as PNG'],
  ['mermaid', 'Chain as Mermaid diagram'],
  ['markdown', 'Chain as Markdown report'],
  ['trace', 'Trace as JSON'],
  ['chrome-trace', 'Chrome trace, for Perfetto'],
];

/** What can be taken along of two runs, while they are compared. */
export const COMPARISON_EXPORTS: readonly (readonly [ComparisonExport, string])[] = [
  ['compare-svg', 'Comparison as SVG'],
  ['compare-png', 'Comparison as PNG'],
  ['compare-markdown', 'Comparison as Markdown report'],
];

/** The commands of the page itself; the timeline adds its own. */
export function createCommands(studio: Studio): readonly Command[] {
  const { workspace, page, run, compare, services } = studio;
  const comparing = compare.getState().open;
  const order = orderOf(workspace.getState().document.seed);
  const withTrace = (): string | undefined =>
    run.getState().trace === undefined ? 'nothing has run yet' : undefined;
  const dialog = (name: DialogName) => () => page.setState({ dialog: name });
  return [
    {
      id: 'studio.palette',
      label: 'Every command',
      group: 'Studio',
      keys: ['Mod+k', 'Mod+Shift+p'],
      run: dialog('palette'),
    },
    { id: 'studio.keys', label: 'Show the keys', group: 'Studio', keys: ['?'], run: dialog('keys') },
    {
      id: 'studio.stories',
      label: 'Open a story: all stories of the gallery',
      group: 'Studio',
      keys: [],
      run: dialog('gallery'),
    },
    {
      id: 'studio.order',
      label: 'Run with another order: what a real cluster could also have done',
      group: 'Studio',
      keys: ['o'],
      blocked: withTrace,
      hint: () => (order === 0 ? 'the usual order now' : `order ${order} now`),
      run: () => {
        workspace.setOrder(order + 1);
        page.say(`Order ${order + 1}`);
      },
    },
    {
      id: 'studio.compare-order',
      label: 'Compare with another order',
      group: 'Studio',
      keys: [],
      blocked: withTrace,
      run: () => {
        pinRun(studio);
        workspace.setOrder(order + 1);
      },
    },
    {
      id: 'studio.usual-order',
      label: 'Run with the usual order',
      group: 'Studio',
      keys: ['Shift+o'],
      blocked: () => (order === 0 ? 'this is the usual order' : undefined),
      run: () => {
        workspace.setOrder(0);
        page.say('The usual order');
      },
    },
    {
      id: 'studio.empty',
      label: 'Start an empty studio',
      group: 'Studio',
      keys: [],
      run: services.openEmpty,
    },
    { id: 'studio.share', label: 'Copy a link to this', group: 'Studio', keys: [], run: services.share },
    { id: 'studio.rename', label: 'Rename this scenario', group: 'Studio', keys: [], run: dialog('rename') },
    {
      id: 'studio.theme',
      label: 'Switch between light and dark',
      group: 'Studio',
      keys: [],
      run: () => services.setTheme(page.getState().theme === 'dark' ? 'light' : 'dark'),
    },
    {
      id: 'compare.versions',
      label: 'Compare with another version',
      group: 'Studio',
      keys: [],
      blocked: withTrace,
      run: () => compareBeside(compare, workspace.getState().document.version),
    },
    {
      id: 'compare.pin',
      label: 'Pin this run, to compare it with every later one',
      group: 'Studio',
      keys: [],
      blocked: withTrace,
      run: () => pinRun(studio),
    },
    {
      id: 'compare.close',
      label: 'Close the comparison',
      group: 'Studio',
      keys: [],
      blocked: () => (comparing ? undefined : 'nothing is compared'),
      run: () => closeComparison(compare),
    },
    ...(comparing ? compareCommands(studio) : []),
    {
      id: 'files.undo',
      label: 'Undo, across files',
      group: 'Files',
      keys: ['Mod+z'],
      blocked: () => (workspace.getState().past.length === 0 ? 'nothing was changed' : undefined),
      run: () => void workspace.undo(),
    },
    {
      id: 'files.redo',
      label: 'Redo',
      group: 'Files',
      keys: ['Mod+Shift+z', 'Mod+y'],
      blocked: () => (workspace.getState().future.length === 0 ? 'nothing was undone' : undefined),
      run: () => void workspace.redo(),
    },
    {
      id: 'files.download',
      label: 'Download all files',
      group: 'Files',
      keys: [],
      run: () => services.download(),
    },
    {
      id: 'files.download-test',
      label: 'Download as a test of the Kyverno CLI',
      group: 'Files',
      keys: [],
      run: () => services.downloadTest(),
    },
    ...[...(comparing ? COMPARISON_EXPORTS : []), ...EXPORTS].map(
      ([kind, name]): Command => ({
        id: `export.${kind}`,
        label: `Export: ${name}`,
        group: 'Files',
        keys: [],
        blocked: withTrace,
        run: () => services.exportAs(kind),
      }),
    ),
    {
      id: 'files.add',
      label: 'Add a file',
      group: 'Files',
      keys: [],
      run: () => workspace.addFile('more.yaml'),
    },
    {
      id: 'files.problem',
      label: 'Next problem',
      group: 'Files',
      keys: ['F8'],
      blocked: () => (problems(studio).length === 0 ? 'there is none' : undefined),
      run: () => nextProblem(studio),
    },
    {
      id: 'stage.present',
      label: 'Present the Stage, full screen',
      group: 'Studio',
      keys: ['Mod+Shift+f'],
      blocked: withTrace,
      run: () => page.setState({ presenting: true }),
    },
    ...PANES.map(
      ([pane, name]): Command => ({
        id: `pane.${pane}`,
        label: `Show ${name}`,
        group: 'Studio',
        keys: [],
        blocked: withTrace,
        run: () => page.showPane(pane),
      }),
    ),
    ...workspace.getState().document.files.map(
      (file): Command => ({
        id: `file.${file.path}`,
        label: `Go to ${file.path}`,
        group: 'Files',
        keys: [],
        run: () => {
          workspace.setActive(file.path);
          page.setState({ narrowTab: 'files' });
        },
      }),
    ),
  ];
}

/** What there is to do while two runs are compared. */
const compareCommands = ({ compare }: Studio): readonly Command[] => [
  {
    id: 'compare.next',
    label: 'Next difference',
    group: 'Select',
    keys: ['n'],
    blocked: () => (compare.getState().result?.differences === 0 ? 'there is none' : undefined),
    run: () => stepDifference(compare, 1),
  },
  {
    id: 'compare.swap',
    label: 'Swap the compared runs',
    group: 'Studio',
    keys: [],
    run: () => swapRuns(compare),
  },
];

/** Keeps the present run; what is typed from now on is held against it. */
export function pinRun({ run, compare }: Studio): void {
  const { trace } = run.getState();
  if (trace !== undefined) pin(compare, { trace, version: trace.kyverno });
}

const problems = ({ run }: Studio) => run.getState().diagnostics.filter((one) => one.location !== undefined);

/** Goes to the problem after the one shown last, round and round. */
export function nextProblem(studio: Studio): void {
  const { workspace, page } = studio;
  const list = problems(studio);
  const { reveal } = workspace.getState();
  const at = list.findIndex(
    ({ location }) =>
      location?.file === reveal?.file &&
      location?.line === reveal?.line &&
      location?.column === reveal?.column,
  );
  const location = list[(at + 1) % list.length]?.location;
  if (location === undefined) return;
  workspace.revealPlace(location);
  page.setState({ narrowTab: 'files', stepsView: 'yaml' });
}

/** Whether a keyboard event is a key of a command of the page: `Mod` is Ctrl, or ⌘. */
export function isModKey(event: KeyboardEvent, key: string): boolean {
  const parts = key.split('+');
  const name = parts.at(-1) ?? '';
  if (!parts.includes('Mod')) return event.key === name && !event.ctrlKey && !event.metaKey && !event.altKey;
  return (
    (event.ctrlKey || event.metaKey) &&
    !event.altKey &&
    event.shiftKey === parts.includes('Shift') &&
    event.key.toLowerCase() === name
  );
}
