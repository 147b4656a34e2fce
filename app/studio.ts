import type {
  DocumentPath,
  KyvernoVersion,
  Milliseconds,
  StoppedEvent,
  TextFile,
  Trace,
} from '../src/index.ts';
import { LATEST_KYVERNO, milliseconds } from '../src/index.ts';
import { createDocuments } from './documents.ts';
import { browserAddress } from './storage/address.ts';
import { browserKeyValue, createShelf } from './storage/local.ts';
import { createCompare } from './stores/compare.ts';
import { createFind } from './stores/find.ts';
import { createFlags } from './stores/flags.ts';
import { createPageStore, type Theme } from './stores/page.ts';
import { createPlayback } from './stores/playback.ts';
import { createRunStore, type RunResult } from './stores/run.ts';
import { createSelection } from './stores/selection.ts';
import type { Studio } from './stores/studio.ts';
import { createViewport } from './stores/viewport.ts';
import { createWorkspaceStore, isEmpty, textOf } from './stores/workspace.ts';
import { applyEdits } from './text-edits.ts';
import { playTrack, travelTime } from './timeline/model.ts';
import { createEngineClient, type LostRun, type WorkerPort } from './worker/client.ts';
import type { RunOutcome, RunRequest } from './worker/protocol.ts';

/**
 * Wall-clock budget of a run, milliseconds. It is for what never ends, not for what is slow: a busy or slow machine takes
 * seconds over a small scenario, and who watches sees how far it is and may cancel.
 */
const BUDGET = 20_000;
/** Advice waits until the typing rests for so long, milliseconds. */
const ADVICE_PAUSE = 180;
const MORE_EVENTS = 10_000;
const THEME_KEY = 'admission-studio/theme';
const SINGLE_KEYS_KEY = 'admission-studio/single-keys';
const ANNOUNCE_KEY = 'admission-studio/announce';

/** Makes stores, worker and storage, wires them, and starts the first run. The only wiring beside the page's rendering. */
export function createStudio(): Studio {
  const store = browserKeyValue();
  const shelf = createShelf(store);
  const address = browserAddress();
  const workspace = createWorkspaceStore();
  const run = createRunStore();
  const page = createPageStore(document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light');
  const announce = store.get(ANNOUNCE_KEY);
  page.setState({
    singleKeys: store.get(SINGLE_KEYS_KEY) !== 'off',
    announce: announce === 'brief' || announce === 'silent' ? announce : 'full',
  });
  const selection = createSelection();
  const viewport = createViewport();
  const find = createFind();
  const flags = createFlags();
  const compare = createCompare();
  const playback = createPlayback(
    () => playTrack(run.getState().trace),
    (from, to, fraction) => travelTime(run.getState().trace, from, to, fraction),
  );
  let maxEvents: number | undefined;

  const client = createEngineClient({
    createWorker: () =>
      new Worker(new URL('./worker/entry.ts', import.meta.url), {
        type: 'module',
        name: 'simulation',
      }) as unknown as WorkerPort,
    loadBase: async (version) => {
      const answer = await fetch(new URL(`cluster/base-${version}.json`, document.baseURI));
      if (!answer.ok)
        throw new Error(`The cluster of Kyverno ${version} could not be loaded (${answer.status}).`);
      return answer.text();
    },
    onOutcome: (outcome, { files }) => {
      run.finished(withProblem(outcome), files);
      if (client.isWaiting()) run.started();
    },
    onProgress: (progress) => run.progressed(progress),
    onLost: (lost) => run.finished(lostRun(lost)),
  });

  const request = (files: readonly TextFile[], version: KyvernoVersion, name: string): RunRequest => ({
    files,
    version,
    seed: workspace.getState().document.seed,
    name,
    budget: BUDGET,
    ...(maxEvents === undefined ? {} : { maxEvents }),
  });

  function rerun(): void {
    const { files, version, name } = workspace.getState().document;
    if (isEmpty(files)) {
      run.clear();
      return;
    }
    run.started();
    client.run(request(files, version, name));
  }

  const documents = createDocuments({
    workspace,
    run,
    page,
    playback,
    selection,
    viewport,
    flags,
    compare,
    shelf,
    address,
    writeTest: () => client.ask({ type: 'write-kyverno-test' }),
    sort: (incoming) => client.ask({ type: 'sort', incoming, files: workspace.getState().document.files }),
    arrange: (sorted, into) =>
      client.ask({ type: 'arrange', documents: sorted, into, name: workspace.getState().document.name }),
  });

  const locate = (path: DocumentPath, part: 'key' | 'value' = 'value') =>
    client.ask({
      type: 'locate',
      path,
      part,
      text: textOf(workspace.getState().document.files, path.file),
    });

  const studio: Studio = {
    workspace,
    run,
    playback,
    viewport,
    selection,
    find,
    flags,
    compare,
    page,
    services: {
      ...documents.services,
      locate,
      reveal: (path) => {
        locate(path).then(
          (place) => {
            if (place === undefined) return;
            workspace.revealPlace(place);
            page.setState({ narrowTab: 'files', stepsView: 'yaml' });
          },
          () => undefined,
        );
      },
      preview: async (files, version) => {
        const outcome = await client.ask({ type: 'preview', request: request(files, version, 'preview') });
        return outcome.trace;
      },
      runOn: (version) => {
        const { files, name } = workspace.getState().document;
        return client.ask({ type: 'preview', request: request(files, version, name) });
      },
      readSteps: (path) =>
        client.ask({ type: 'read-steps', path, files: workspace.getState().document.files }),
      changeSteps: async (path, change, beside = []) => {
        const changes = 'type' in change ? [change] : change;
        const { files } = workspace.getState().document;
        const needed = beside.filter((file) => !files.some((old) => old.path === file.path));
        let changed: readonly TextFile[] = [...files, ...needed];
        for (const one of changes) {
          const { edits, files: added } = await client.ask({
            type: 'write-step',
            path,
            files: changed,
            change: one,
          });
          const edited = new Map(applyEdits(changed, edits).map((file) => [file.path, file]));
          changed = [...changed.map((file) => edited.get(file.path) ?? file), ...added];
        }
        const before = new Map(files.map((file) => [file.path, file.text]));
        const different = changed.filter((file) => before.get(file.path) !== file.text);
        workspace.editMany(different, `steps: ${changes[0]?.type ?? ''}`);
      },
      editCommand: (line, before, after) => client.ask({ type: 'edit', line, before, after }),
      console: (line, at, until) =>
        client.ask({ type: 'console', line, at, until, schemas: new URL('schemas/', document.baseURI).href }),
      complete: (line, at) => client.ask({ type: 'complete', line, at }),
      applyFix: (fix) => {
        const { status, pending, diagnostics } = run.getState();
        // Places in an advice are those of the last good run's text.
        if (pending || (status === 'stale' && !diagnostics.some((one) => one.fix === fix))) {
          page.say('The text has changed since: mend it first, then apply this.');
          return;
        }
        const { files } = workspace.getState().document;
        workspace.editMany(applyEdits(files, fix.edits), `fix: ${fix.title}`, fix.edits[0]?.file);
        page.say(`Applied: ${fix.title}`);
      },
      copy: (text, said) => {
        navigator.clipboard.writeText(text).then(
          () => page.say(said),
          () => page.say('The browser did not allow copying.'),
        );
      },
      exportAs: (kind) => {
        import('./export/export.tsx')
          .then(({ exportAs }) => exportAs(studio, kind))
          .catch((error: unknown) =>
            page.say(`It could not be exported: ${error instanceof Error ? error.message : String(error)}`),
          );
      },
      setTheme: (theme: Theme) => {
        document.documentElement.dataset['theme'] = theme;
        store.set(THEME_KEY, theme);
        page.setState({ theme });
      },
      runLonger: () => {
        maxEvents = (maxEvents ?? MORE_EVENTS) + MORE_EVENTS;
        rerun();
      },
      cancelRun: () => client.cancel(),
      runAgain: rerun,
    },
  };

  workspace.subscribe((state, before) => {
    const [now, then] = [state.document, before.document];
    if (now.files === then.files && now.version === then.version && now.seed === then.seed) return;
    if (now.origin !== then.origin) maxEvents = undefined;
    rerun();
  });
  let adviceTimer: ReturnType<typeof setTimeout> | undefined;
  function askForAdvice(): void {
    clearTimeout(adviceTimer);
    adviceTimer = setTimeout(() => {
      const { serial, trace, pending } = run.getState();
      if (trace === undefined || pending || !page.getState().painted) return;
      client.ask({ type: 'advise' }).then(
        ({ advice, diagnostics }) => {
          run.judged(diagnostics, serial);
          run.advised(advice, serial);
        },
        () => undefined,
      );
    }, ADVICE_PAUSE);
  }
  page.subscribe((state, before) => {
    if (state.singleKeys !== before.singleKeys) store.set(SINGLE_KEYS_KEY, state.singleKeys ? 'on' : 'off');
    if (state.announce !== before.announce) store.set(ANNOUNCE_KEY, state.announce);
    if (state.painted !== before.painted) askForAdvice();
  });
  run.subscribe((state, before) => {
    if (state.serial !== before.serial) askForAdvice();
    if (state.serial === before.serial || state.trace === undefined) return;
    const { events } = state.trace;
    selection.getState().keep((id) => sameEvent(events[id], before.trace?.events[id]));
    const { playhead, seek } = playback.getState();
    // A shorter run may end before the playhead: `seek` keeps it within.
    seek(
      before.trace === undefined
        ? (documents.firstPlayhead() ?? startOf(playback.getState().playhead))
        : playhead,
    );
  });

  client.warm(workspace.getState().document.version ?? LATEST_KYVERNO);
  documents.openFirst();
  return studio;

  function startOf(fallback: Milliseconds): Milliseconds {
    const { trace } = run.getState();
    return trace === undefined ? fallback : milliseconds(playTrack(trace).start);
  }
}

function sameEvent(
  now: { readonly kind: string } | undefined,
  before: { readonly kind: string } | undefined,
): boolean {
  return now !== undefined && (before === undefined || now.kind === before.kind);
}

/** A run that its budget stopped says so; its trace is whole until then. */
function withProblem(outcome: RunOutcome): RunResult {
  const stopped = outcome.trace?.events.findLast((event) => event.kind === 'stopped');
  if (stopped === undefined) return outcome;
  const title = {
    'event-budget': `Stopped after ${outcome.trace?.events.length.toLocaleString('en')} events`,
    'time-budget': 'Stopped: the run took too long',
    loop: 'Stopped: these rules keep each other running',
    cancelled: `You stopped the run in step ${((outcome.trace?.steps.length ?? 1) - 1).toLocaleString('en')}`,
  }[stopped.reason];
  const reason = stopped.message;
  const kind = stopped.reason === 'cancelled' ? 'cancelled' : 'budget';
  const at = outcome.trace && loopPlace(outcome.trace, stopped);
  return { ...outcome, problem: { kind, title, reason, ...(at === undefined ? {} : { at }) } };
}

/** Where the first rule of a loop is written. */
function loopPlace(trace: Trace, stopped: StoppedEvent): DocumentPath | undefined {
  const [first] = stopped.loop ?? [];
  const evaluation = trace.evaluations.find(
    (one) => one.policy === first?.policy && one.rule === first.rule && one.source !== undefined,
  );
  const path = evaluation?.tree.find((node) => node.path !== undefined)?.path?.slice(0, 3);
  return evaluation?.source && { ...evaluation.source, path: [...evaluation.source.path, ...(path ?? [])] };
}

function lostRun(lost: LostRun): RunResult {
  const problem =
    lost.kind === 'budget'
      ? {
          kind: lost.kind,
          title: 'The run was stopped',
          reason: `${lost.message} The last good run stays; make the scenario smaller, or undo the last change.`,
        }
      : {
          kind: lost.kind,
          title: 'The simulation failed',
          reason: `This is a fault of the studio, not of your text: ${lost.message}`,
        };
  return { diagnostics: [], duration: 0, problem };
}
