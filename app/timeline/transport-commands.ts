import type { FindStore } from '../stores/find.ts';
import type { FlagsStore } from '../stores/flags.ts';
import type { PlaybackStore } from '../stores/playback.ts';
import type { RunStore } from '../stores/run.ts';
import type { SelectionStore } from '../stores/selection.ts';
import type { ViewportStore } from '../stores/viewport.ts';
import { timelineOf } from './model.ts';
import { fitAll } from './navigate.ts';

/** Something that the timeline can be told to do, by key, button or palette. */
export interface TimelineCommand {
  readonly id: string;
  readonly label: string;
  /** `Space`, `Shift+,`, `Alt+-`, `a`; the first one is shown. Letters and signs as typed. */
  readonly keys: readonly string[];
  /** `timeline`: the keys act only while the timeline has the focus, since they mean something elsewhere too. */
  readonly scope: 'page' | 'timeline';
  readonly run: () => void;
  /** Why it cannot run now. */
  readonly blocked?: () => string | undefined;
  /** What it would do now, in a few words. */
  readonly hint?: () => string | undefined;
  /** While its key is held: milliseconds since the last frame, and how long it has been held. */
  readonly hold?: (since: number, held: number) => void;
}

export interface TimelineStores {
  readonly run: Pick<RunStore, 'getState'>;
  readonly playback: PlaybackStore;
  readonly viewport: ViewportStore;
  readonly selection: SelectionStore;
  readonly find: FindStore;
  readonly flags: FlagsStore;
}

/** The commands that have a button: they come with the first picture, the others after it. */
export function transportCommands({
  run,
  playback,
  viewport,
  find,
}: TimelineStores): readonly TimelineCommand[] {
  const of = playback.getState;
  const step = (act: () => void) => () => {
    of().pause();
    act();
  };
  const command = (id: string, label: string, key: string, act: () => void): TimelineCommand => ({
    id: `timeline.${id}`,
    label,
    keys: [key],
    scope: 'page',
    run: act,
  });
  return [
    command('play', 'Play or pause', 'Space', () => of().toggle()),
    command(
      'next',
      'Next event',
      '.',
      step(() => of().next()),
    ),
    command(
      'previous',
      'Previous event',
      ',',
      step(() => of().previous()),
    ),
    command(
      'nextStep',
      'Next step',
      'Shift+.',
      step(() => of().nextStep()),
    ),
    command(
      'previousStep',
      'Previous step',
      'Shift+,',
      step(() => of().previousStep()),
    ),
    command('fitAll', 'Fit everything', '0', () => {
      const { trace } = run.getState();
      if (trace !== undefined) viewport.getState().setWindow(fitAll(timelineOf(trace), viewport.getState()));
    }),
    command('find', 'Find', '/', () => find.setState({ open: true })),
  ];
}
