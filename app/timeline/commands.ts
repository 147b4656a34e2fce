import type { EventId } from '../../src/index.ts';
import { alongFlow } from './flow.ts';
import { GOAL, nextGoal } from './goals.ts';
import { presentEvent, type TimelineModel, timelineOf } from './model.ts';
import { clampScroll, fitEvent, scaleOf, zoomAt, zoomOf } from './navigate.ts';
import { type TimelineCommand, type TimelineStores, transportCommands } from './transport-commands.ts';

export { presentEvent } from './model.ts';
export { takesSpace, takesText } from './typing.ts';

const PAN = 0.18;
const ZOOM = 1.35;
/** Widths of the picture a second, after a key has been held so long: it gathers speed for a second. */
const speedAfter = (held: number): number => 0.9 + Math.min(1, held / 1000) * 2.6;
/** Letters that stand for a place on the keyboard, whatever the layout prints there. */
const PLACES: Readonly<Record<string, string>> = { w: 'KeyW', a: 'KeyA', s: 'KeyS', d: 'KeyD' };

/** The commands of the timeline, for the one registry of the page. */
export function timelineCommands(stores: TimelineStores): readonly TimelineCommand[] {
  const { run, playback, viewport, selection, find, flags } = stores;
  const withModel = (act: (model: TimelineModel) => void) => () => {
    const { trace } = run.getState();
    if (trace !== undefined) act(timelineOf(trace));
  };
  const withModelOr = (read: (model: TimelineModel) => string | undefined) => (): string | undefined => {
    const { trace } = run.getState();
    return trace === undefined ? undefined : read(timelineOf(trace));
  };
  const play = (act: () => void) => () => {
    playback.getState().pause();
    act();
  };
  const panBy = (share: number) =>
    withModel((model) => {
      const window = viewport.getState();
      window.setWindow({ scrollX: clampScroll(model, window, window.scrollX + window.width * share) });
    })();
  const zoomBy = (factor: number) =>
    withModel((model) => {
      const window = viewport.getState();
      const placed = scaleOf(model, window).at(zoomOf(model, window));
      const x = placed.toX(playback.getState().playhead) - window.scrollX;
      const anchor = x >= 0 && x <= window.width ? x : window.width / 2;
      window.setWindow(zoomAt(model, window, anchor, factor));
    })();
  const pan = (direction: 1 | -1) => ({
    run: () => panBy(direction * PAN),
    hold: (since: number, held: number) => panBy((direction * since * speedAfter(held)) / 1000),
  });
  const zoom = (direction: 1 | -1) => ({
    run: () => zoomBy(ZOOM ** direction),
    hold: (since: number, held: number) => zoomBy(Math.exp((direction * since * speedAfter(held)) / 700)),
  });
  const along = (direction: 'next' | 'previous') =>
    withModel((model) => {
      const { selected, select } = selection.getState();
      const from = selected ?? presentEvent(model, playback.getState().playhead);
      if (from === undefined) return;
      const to =
        selected === undefined
          ? from
          : alongFlow(model.flow, from, direction, (id) => model.placeOf(id) !== undefined);
      if (to === undefined) return;
      select(to);
      playback.getState().pause();
      playback.getState().seek(model.trace.events[to]?.time ?? playback.getState().playhead);
    });
  let filled: EventId | undefined;
  const fitSelection = withModel((model) => {
    const { selected } = selection.getState();
    const window = viewport.getState();
    const id = selected ?? presentEvent(model, playback.getState().playhead);
    if (id === undefined) return;
    const fit = fitEvent(model, window, id, filled === id);
    filled = filled === id ? undefined : id;
    if (fit !== undefined) window.setWindow(fit);
  });
  const of = playback.getState;

  return [
    ...transportCommands(stores),
    {
      id: 'timeline.start',
      label: 'To the start',
      keys: ['Home'],
      scope: 'timeline',
      run: play(() => of().toStart()),
    },
    {
      id: 'timeline.end',
      label: 'To the end',
      keys: ['End'],
      scope: 'timeline',
      run: play(() => of().toEnd()),
    },
    { id: 'timeline.slower', label: 'Play slower', keys: ['Alt+-'], scope: 'page', run: () => of().slower() },
    { id: 'timeline.faster', label: 'Play faster', keys: ['Alt+='], scope: 'page', run: () => of().faster() },
    { id: 'timeline.panLeft', label: 'Pan left', keys: ['a'], scope: 'page', ...pan(-1) },
    { id: 'timeline.panRight', label: 'Pan right', keys: ['d'], scope: 'page', ...pan(1) },
    { id: 'timeline.arrowLeft', label: 'Pan left', keys: ['ArrowLeft'], scope: 'timeline', ...pan(-1) },
    { id: 'timeline.arrowRight', label: 'Pan right', keys: ['ArrowRight'], scope: 'timeline', ...pan(1) },
    { id: 'timeline.zoomIn', label: 'Zoom in', keys: ['w', '+', '='], scope: 'page', ...zoom(1) },
    { id: 'timeline.zoomOut', label: 'Zoom out', keys: ['s', '-'], scope: 'page', ...zoom(-1) },
    {
      id: 'timeline.fitSelection',
      label: 'Fit the selection',
      keys: ['f'],
      scope: 'page',
      run: fitSelection,
    },
    {
      id: 'timeline.clear',
      label: 'Clear the selection',
      keys: ['Escape'],
      scope: 'page',
      run: () => {
        const { measuring, select, setArea, measureFrom } = selection.getState();
        measureFrom(undefined);
        if (measuring !== undefined) return;
        select(undefined);
        setArea(undefined);
        of().setLoop(undefined);
      },
    },
    {
      id: 'timeline.measure',
      label: 'Measure a stretch of time: from here, then to here',
      keys: ['m'],
      scope: 'page',
      run: withModel(() => {
        const { measuring, measureFrom, setArea } = selection.getState();
        const { playhead } = of();
        if (measuring === undefined) {
          setArea(undefined);
          measureFrom(playhead);
          return;
        }
        measureFrom(undefined);
        if (measuring === playhead) return;
        setArea({ start: Math.min(measuring, playhead), end: Math.max(measuring, playhead) });
      }),
    },
    {
      id: 'timeline.loop',
      label: 'Loop over the measured stretch',
      keys: ['r'],
      scope: 'page',
      run: withModel(() => {
        const { area } = selection.getState();
        const isOn = of().loop !== undefined;
        of().setLoop(isOn ? undefined : area);
        if (!isOn && area !== undefined && !of().playing) of().play();
      }),
      blocked: () =>
        selection.getState().area === undefined && of().loop === undefined
          ? 'measure a stretch first'
          : undefined,
    },
    ...(['denial', 'failure', 'object'] as const).map(
      (goal): TimelineCommand => ({
        id: `timeline.play.${goal}`,
        label: `Play to the next ${GOAL[goal]}`,
        keys: [],
        scope: 'page',
        run: withModel((model) => {
          const found = nextGoal(model, of().playhead, goal);
          if (found !== undefined) of().playTo(found.time);
        }),
        blocked: withModelOr((model) =>
          nextGoal(model, of().playhead, goal) === undefined ? 'none after this moment' : undefined,
        ),
        hint: withModelOr((model) => nextGoal(model, of().playhead, goal)?.text),
      }),
    ),
    ...([1, -1] as const).map(
      (by): TimelineCommand => ({
        id: by > 0 ? 'timeline.findNext' : 'timeline.findPrevious',
        label: by > 0 ? 'Next hit' : 'Previous hit',
        keys: [],
        scope: 'page',
        run: withModel((model) => {
          void import('./find.tsx').then(({ cycleHits }) =>
            cycleHits({ find, playback, selection, viewport }, model, by),
          );
        }),
        blocked: () => (find.getState().hits.length === 0 ? 'nothing has been found' : undefined),
      }),
    ),
    {
      id: 'timeline.flag',
      label: 'Put a note here',
      keys: ['n'],
      scope: 'page',
      run: withModel(() => {
        const { playhead } = of();
        const { flags: all, put, edit } = flags.getState();
        if (!all.some(({ time }) => time === playhead)) put({ time: playhead, note: '' });
        edit(playhead);
      }),
    },
    {
      id: 'timeline.fold',
      label: 'Open or close the idle time near the playhead',
      keys: ['i'],
      scope: 'page',
      run: withModel((model) => {
        const fold = nearestFold(model, of().playhead);
        if (fold !== undefined) viewport.getState().toggleFold(fold);
      }),
    },
    {
      id: 'timeline.alongNext',
      label: 'Next along the flow',
      keys: [']'],
      scope: 'page',
      run: along('next'),
    },
    {
      id: 'timeline.alongPrevious',
      label: 'Previous along the flow',
      keys: ['['],
      scope: 'page',
      run: along('previous'),
    },
    {
      id: 'timeline.scale',
      label: 'Switch between chapters and clock',
      keys: ['c'],
      scope: 'page',
      run: () => viewport.getState().toggleScale(),
    },
    {
      id: 'timeline.list',
      label: 'Show events as a list or as a picture',
      keys: ['l'],
      scope: 'page',
      run: () => viewport.getState().toggleList(),
    },
  ];
}

/** The fold of idle time that a time is in or next to. */
function nearestFold({ chapters }: TimelineModel, time: number): number | undefined {
  let best: { readonly start: number; readonly away: number } | undefined;
  for (const { start, end } of chapters.folds) {
    const away = time < start ? start - time : Math.max(0, time - end);
    if (best === undefined || away < best.away) best = { start, away };
  }
  return best?.start;
}

/** Whether a keyboard event is a key of a command. */
export function isKey(event: KeyPress, key: string): boolean {
  // AltGr types the brackets of many layouts and counts as Ctrl and Alt together.
  const typed = event.getModifierState?.('AltGraph') === true;
  if (!typed && (event.ctrlKey || event.metaKey)) return false;
  const parts = key.split('+').filter((part) => part !== '');
  const name = key.endsWith('+') ? '+' : (parts.at(-1) ?? key);
  const shift = key.startsWith('Shift+');
  const alt = key.startsWith('Alt+');
  if (alt !== (event.altKey && !typed)) return false;
  if (name === 'Space') return event.key === ' ' && event.shiftKey === shift;
  if (name.length > 1) return event.key === name && event.shiftKey === shift;
  // With Shift, signs change with the layout: what the key is without it counts too.
  if (shift) return event.shiftKey && (event.key === name || CODES[name] === event.code);
  if (alt) return event.key === name || CODES[name] === event.code;
  const place = PLACES[name];
  if (place !== undefined) return !event.shiftKey && event.code === place && !SIGNS.has(event.key);
  if (/[a-z]/.test(name)) return event.key === name && !event.shiftKey;
  return event.key === name && !(event.shiftKey && CODES[name] === event.code);
}

type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey'> & {
  readonly getModifierState?: (key: string) => boolean;
};

/** Signs that are keys themselves: where a layout prints one on the place of a letter, the sign counts. */
const SIGNS: ReadonlySet<string> = new Set(['.', ',', '-', '=', '+', '[', ']', '/', '?']);
const CODES: Readonly<Record<string, string>> = { '.': 'Period', ',': 'Comma', '-': 'Minus', '=': 'Equal' };
