import type { EventId } from '../../src/index.ts';
import { presentAt } from '../stores/present.ts';
import type { Studio } from '../stores/studio.ts';
import { type RuleLine, ruleLinesAt } from './rule-lines.ts';

type Monaco = typeof import('./monaco.ts');

const COMMAND = 'studio.rule-events';
/** Between a change and the look at it, milliseconds. */
const PAUSE = 100;

/** Above each rule what became of it until the playhead; a press selects the events that say so, one after the other. */
export function startRuleLenses(
  monaco: Monaco,
  {
    run,
    playback,
    selection,
    services,
    page,
  }: Pick<Studio, 'run' | 'playback' | 'selection' | 'services' | 'page'>,
): () => void {
  const changed = new monaco.Emitter<void>();
  const linesNow = (): readonly RuleLine[] => {
    const { trace } = run.getState();
    return trace === undefined ? [] : ruleLinesAt(trace, playback.getState().playhead);
  };
  let told = '';
  let seen: number | undefined;
  const look = (): void => {
    const now = linesNow()
      .map(({ text }) => text)
      .join('\n');
    if (now === told) return;
    told = now;
    changed.fire();
  };
  let waiting: ReturnType<typeof setTimeout> | undefined;
  // After the trace of a key press is painted: nobody waits for a count.
  const lookSoon = (): void => {
    waiting ??= setTimeout(() => {
      waiting = undefined;
      look();
    }, PAUSE);
  };
  const stops = [
    run.subscribe((state, before) => {
      if (state.trace === before.trace) return;
      told = '';
      lookSoon();
    }),
    playback.subscribe(({ playhead }) => {
      const { trace } = run.getState();
      const present = trace && presentAt(trace, playhead);
      if (present === seen) return;
      seen = present;
      lookSoon();
    }),
  ];
  const command = monaco.editor.registerCommand(COMMAND, (_: unknown, events: readonly EventId[]) => {
    const at = events.indexOf(selection.getState().selected ?? (-1 as EventId));
    const next = events[(at + 1) % events.length];
    if (next === undefined) return;
    selection.getState().select(next);
    page.showPane('details');
  });
  const provider = monaco.languages.registerCodeLensProvider('yaml', {
    onDidChange: changed.event as never,
    provideCodeLenses: async (model) => {
      const file = model.uri.path.slice(1);
      const lenses = await Promise.all(
        linesNow()
          .filter(({ at }) => at.file === file)
          .map(async (line) => {
            const place = await services.locate(line.at, 'value').catch(() => undefined);
            return place === undefined ? [] : [lensOf(line, place.line)];
          }),
      );
      return { lenses: lenses.flat(), dispose: () => undefined };
    },
  });
  return () => {
    clearTimeout(waiting);
    for (const stop of stops) stop();
    provider.dispose();
    command.dispose();
    changed.dispose();
  };
}

const lensOf = ({ text, events }: RuleLine, line: number) => ({
  range: { startLineNumber: line, startColumn: 1, endLineNumber: line, endColumn: 1 },
  command:
    events.length === 0
      ? { id: '', title: text }
      : { id: COMMAND, title: text, tooltip: 'Select these events one after the other', arguments: [events] },
});
