import {
  type Milliseconds,
  milliseconds,
  openForEdit,
  type StepEvent,
  type Trace,
  type TraceStep,
} from '../../../src/index.ts';
import type { Studio } from '../../stores/studio.ts';
import { STEPS_FILE } from '../../stores/workspace.ts';
import { type ConsoleEntry, type ConsoleStore, consoleOf } from './console-state.ts';

/** How long the run of a new step may take before the console stops to wait for it, milliseconds. */
const PATIENCE = 15_000;
/** What kubectl says when an edited text is as it was. */
const UNCHANGED = 'Edit cancelled, no changes made.';

/** Runs a line at the playhead's time; one that writes becomes a step. */
export async function runLine(studio: Studio, line: string): Promise<void> {
  const { playback, run, services } = studio;
  const store = consoleOf(studio);
  const trace = run.getState().trace;
  const at = playback.getState().playhead;
  if (line.trim() === '' || trace === undefined) return;
  if (line.trim() === 'clear') {
    store.clear();
    store.setDraft('');
    return;
  }
  const id = store.begin(line, at);
  try {
    const opens = openForEdit(line);
    if (opens !== undefined) {
      const { stdout, stderr, exitCode } = await services.console(opens, at, at);
      store.set(id, {
        running: false,
        stderr,
        exitCode,
        ...(exitCode === 0 ? { editing: stdout } : {}),
      });
      return;
    }
    const result = await services.console(line, at, at);
    if (result.writes === true) {
      write(studio, store, id, line, at);
      return;
    }
    const { stdout, stderr, exitCode, unsupported, follows = false } = result;
    store.set(id, {
      stdout,
      stderr,
      exitCode,
      running: false,
      follows: follows && unsupported === undefined,
      ...(unsupported === undefined ? {} : { note: notSimulated(unsupported) }),
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    store.set(id, { running: false, note: `The console got no answer: ${why}` });
  }
}

/** Saves what `kubectl edit` opened: the difference becomes a step. A text that gives no command stays open, with the reason. */
export async function saveEdit(
  studio: Studio,
  entry: ConsoleEntry,
  text: string,
): Promise<string | undefined> {
  const store = consoleOf(studio);
  const edited = await studio.services.editCommand(entry.line, entry.editing ?? '', text);
  if ('error' in edited && edited.error !== UNCHANGED) return edited.error;
  closeEdit(store, entry.id);
  if ('error' in edited) store.set(entry.id, { stdout: `${edited.error}\n` });
  else write(studio, store, entry.id, edited.command, entry.at);
  return undefined;
}

/** Leaves what `kubectl edit` opened as it was. */
export function leaveEdit(studio: Studio, entry: ConsoleEntry): void {
  const store = consoleOf(studio);
  closeEdit(store, entry.id);
  store.set(entry.id, { stdout: `${UNCHANGED}\n` });
}

function closeEdit(store: ConsoleStore, id: number): void {
  without(store, id, 'editing');
}

const notSimulated = (what: string): string =>
  what.includes(': ') || what.includes(' opens ') ? what : `${what} is not simulated.`;

/**
 * Where a moment stands among the steps: after which of them a new one would go, and whether that one has come to rest. At the
 * moment at which a step begins nothing of it has happened: a new one goes before it.
 */
export function placeOfStep(
  trace: Trace,
  at: Milliseconds,
): { readonly step: TraceStep; readonly atEnd: boolean } | undefined {
  const step = trace.steps.findLast((one) => one.time < at) ?? trace.steps[0];
  if (step === undefined) return undefined;
  const next = trace.steps[step.index + 1];
  const last = trace.events.reduce(
    (latest, event) =>
      event.step === step.index && (next === undefined || event.time < next.time)
        ? Math.max(latest, event.time)
        : latest,
    step.time as number,
  );
  return { step, atEnd: at >= Math.min(step.settled, last) };
}

function write(studio: Studio, store: ConsoleStore, id: number, line: string, at: Milliseconds): void {
  const { trace } = studio.run.getState();
  const place = trace && placeOfStep(trace, at);
  if (place === undefined) return;
  const { step, atEnd } = place;
  const playing = studio.playback.getState().playing;
  if (atEnd && !playing) {
    addStep(studio, store, id, line, step);
    return;
  }
  const name = step.kind === 'before' ? 'what was before' : `“${step.title}”`;
  store.set(id, {
    running: false,
    exitCode: 1,
    note: `A change becomes a step of the scenario: it goes in once ${name} has come to rest.`,
    action: { label: 'Add it there', run: () => addStep(studio, store, id, line, step) },
  });
}

/** Puts the line after a step, waits for the run and shows what the step answered. */
function addStep(studio: Studio, store: ConsoleStore, id: number, line: string, after: TraceStep): void {
  const { workspace, page, run, playback, services } = studio;
  const files = workspace.getState().document.files;
  const command = line.trim().replace(/^k\s/, 'kubectl ');
  store.set(id, { running: true, note: 'Adding it as a step' });
  const serial = run.getState().serial;
  services.changeSteps(STEPS_FILE, { type: 'add', at: after.index, step: { kind: 'kubectl', command } }).then(
    async () => {
      const added = workspace.getState().document.files;
      if (added === files || JSON.stringify(added) === JSON.stringify(files)) {
        store.set(id, {
          running: false,
          exitCode: 1,
          note: 'There is no Chainsaw Test that it could be added to.',
        });
        return;
      }
      const undo = (): void => {
        if (workspace.getState().document.files !== added) {
          page.say('The text has changed since: undo in the editor.');
          return;
        }
        workspace.undo();
        store.set(id, { note: 'Taken back: the step is gone.', stdout: '', stderr: '' });
        without(store, id, 'action');
        page.say('The step was taken back');
      };
      const trace = await nextRun(studio, serial);
      const step = trace?.steps[after.index + 1];
      const number = trace?.steps.filter(
        (one) => one.kind === 'command' && one.index <= after.index + 1,
      ).length;
      const told = trace?.events.find(
        (event): event is StepEvent => event.kind === 'step' && event.step === step?.index,
      );
      const note = `Added to the scenario as step ${number ?? ''}`.trim();
      store.set(id, {
        running: false,
        stdout: told?.stdout ?? '',
        stderr: told?.stderr ?? '',
        exitCode: told?.exitCode ?? 0,
        note,
        action: { label: 'Undo', run: undo },
        ...(step === undefined ? {} : { at: step.time }),
      });
      page.say(`${note}. Undo is in the Console.`);
      if (step !== undefined) playback.getState().seek(milliseconds(Math.max(step.settled, step.time)));
    },
    () => store.set(id, { running: false, exitCode: 1, note: 'The step could not be added; edit its YAML.' }),
  );
}

function without(store: ConsoleStore, id: number, field: 'action' | 'editing'): void {
  store.setState({
    entries: store.getState().entries.map((one) => {
      if (one.id !== id) return one;
      const { [field]: _, ...rest } = one;
      return rest;
    }),
  });
}

/** The trace of the next good run; undefined if there is none before long. */
function nextRun({ run }: Studio, serial: number): Promise<Trace | undefined> {
  return new Promise((done) => {
    const settle = (): boolean => {
      const state = run.getState();
      if (state.pending || (state.serial === serial && state.status === 'ok')) return false;
      stop();
      clearTimeout(timer);
      done(state.serial === serial ? undefined : state.trace);
      return true;
    };
    const stop = run.subscribe(() => void settle());
    const timer = setTimeout(() => {
      stop();
      done(undefined);
    }, PATIENCE);
  });
}

/** Prints again what goes on with the playhead. */
export async function followLines(studio: Studio, until: Milliseconds): Promise<void> {
  const store = consoleOf(studio);
  for (const entry of store.getState().entries) {
    if (!entry.follows) continue;
    const { stdout, stderr } = await studio.services.console(entry.line, entry.at, until);
    const now = store.getState().entries.find((one) => one.id === entry.id);
    if (now?.follows === true && (now.stdout !== stdout || now.stderr !== stderr))
      store.set(entry.id, { stdout, stderr });
  }
}
