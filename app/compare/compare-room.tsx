import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { milliseconds } from '../../src/index.ts';
import { stepDifference } from '../stores/compare-actions.ts';
import { createPlayback } from '../stores/playback.ts';
import { useStudio } from '../stores/studio.ts';
import { arrange, PLAIN } from '../timeline/arrange.ts';
import { isKey } from '../timeline/commands.ts';
import { contentHeight, DENSITIES } from '../timeline/layout.ts';
import { takesSpace, takesText } from '../timeline/typing.ts';
import { CompareBar } from './compare-bar.tsx';
import {
  type CompareModel,
  extentOf,
  readCompare,
  SIDES,
  type Side,
  sharedStops,
  timesAt,
} from './compare-model.ts';
import { createCompareWindow, fitAll, zoomAround, zoomOf } from './compare-state.ts';
import { CompareTransport } from './compare-transport.tsx';
import { DifferenceBand } from './difference-band.tsx';
import { DifferenceTable, differenceName } from './difference-table.tsx';
import { runNames } from './run-names.ts';
import { follow, type Pictured, RunPicture } from './run-picture.tsx';
import { useRunToCompare } from './use-runs.ts';
import './compare.css';

interface RoomProps {
  /** Below 600 pixels: one run at a time. */
  readonly phone: boolean;
  /** Below 900 pixels: no room for the files beside the table. */
  readonly narrow: boolean;
  /** The files, which a pinned run is held against. */
  readonly editor: ReactNode;
}

/**
 * Two runs on one scale, their differences in words between them. Takes the place of everything below the top bar; beside a
 * pinned run the files stay in reach, so that an edit shows what it changes.
 */
export function CompareRoom({ phone, narrow, editor }: RoomProps) {
  const { compare, page } = useStudio();
  const pinned = useStore(compare, ({ above, below }) => above === 'pinned' || below === 'pinned');
  const editing = useStore(page, (state) => state.narrowTab === 'files');
  useFocusKept();
  const edit = (on: boolean): void => page.setState({ narrowTab: on ? 'files' : 'trace' });
  if (!narrow || !editing)
    return (
      <TwoRuns
        phone={phone}
        editor={pinned && !narrow ? <div className="compare-editor">{editor}</div> : undefined}
        onEdit={narrow ? () => edit(true) : undefined}
      />
    );
  return (
    <div className="narrow">
      <p className="compare-back">
        <button type="button" className="link-button" onClick={() => edit(false)}>
          Back to the comparison
        </button>
      </p>
      <div className="narrow-pane">{editor}</div>
    </div>
  );
}

/** Who led the page by keys goes on where something is: in the comparison once it is there, in the timeline after it. */
function useFocusKept(): void {
  useEffect(() => {
    keepFocus('.compare-words');
    return () => keepFocus('.timeline-picture canvas, .event-list');
  }, []);
}

/** Frames in which a place that is about to come is waited for. */
const TRIES = 60;

/** Gives the focus to a place once it is there, unless something else has it. */
function keepFocus(place: string, tries = TRIES): void {
  requestAnimationFrame(() => {
    const isLost = document.activeElement === null || document.activeElement === document.body;
    if (!isLost || tries === 0) return;
    document.querySelector<HTMLElement>(place)?.focus();
    keepFocus(place, tries - 1);
  });
}

interface TwoRunsProps {
  readonly phone: boolean;
  /** The files, while a pinned run is held against what is typed. */
  readonly editor: ReactNode;
  /** Shows the files where there is no room beside the table. */
  readonly onEdit: (() => void) | undefined;
}

function TwoRuns({ phone, editor, onEdit }: TwoRunsProps) {
  const { compare } = useStudio();
  const above = useStore(compare, (state) => state.above);
  const below = useStore(compare, (state) => state.below);
  const runs = { above: useRunToCompare(above), below: useRunToCompare(below) };
  const pinned = useStore(compare, (state) => state.pinned?.version);
  const names = useMemo(() => runNames(above, below, pinned), [above, below, pinned]);
  const traces = { above: runs.above.trace, below: runs.below.trace };
  const model = useMemo(
    () =>
      traces.above === undefined || traces.below === undefined
        ? undefined
        : readCompare(traces.above, traces.below, names.spoken),
    [traces.above, traces.below, names],
  );
  const duration = runs.above.duration + runs.below.duration;
  useEffect(() => {
    compare.setState({
      result: model && { names: names.short, differences: model.differences.length, duration },
    });
    const { chosen } = compare.getState();
    if (model !== undefined && chosen !== undefined && chosen >= model.differences.length)
      compare.setState({ chosen: undefined });
  }, [compare, model, duration, names]);
  const stale = runs.above.stale || runs.below.stale;
  const problem = runs.above.problem ?? runs.below.problem;

  return (
    <section
      className={['compare', phone && 'phone', editor !== undefined && 'with-editor']
        .filter(Boolean)
        .join(' ')}
      aria-label="Comparison of two runs"
    >
      <CompareBar onEdit={onEdit} />
      {model === undefined ? (
        <p className="pane-empty" role="status">
          {problem ?? (stale ? 'The files cannot be run as they are written.' : 'Running both')}
        </p>
      ) : (
        <Compared model={model} names={names.shown} phone={phone} editor={editor} stale={stale} />
      )}
    </section>
  );
}

interface ComparedProps {
  readonly model: CompareModel;
  readonly names: Readonly<Record<Side, string>>;
  readonly phone: boolean;
  readonly editor: ReactNode;
  readonly stale: boolean;
}

function Compared({ model, names, phone, editor, stale }: ComparedProps) {
  const { compare } = useStudio();
  const chosen = useStore(compare, (state) => state.chosen);
  const { differences, comparison } = model;
  const parts = useParts(model, names);
  const { playback, stops, window } = parts;
  usePlaying(parts);
  useCompareKeys(parts);
  useChosen(parts, chosen);
  const at = chosen === undefined ? undefined : differences[chosen];
  return (
    <>
      <div className="compare-top">
        {editor}
        <div className="compare-words" id="panes" tabIndex={-1}>
          {stale && (
            <p className="compare-stale">
              The files cannot be run as they are written: the last good run is compared.
            </p>
          )}
          <h3>{comparison.summary.headline}</h3>
          <p>
            {editor !== undefined && differences.length === 0
              ? 'Edit the files: what an edit changes is told here at once.'
              : comparison.summary.rest}
          </p>
          {differences.length > 0 && (
            <DifferenceTable
              differences={differences}
              chosen={chosen}
              names={names}
              onChoose={(index) => compare.setState({ chosen: index })}
            />
          )}
        </div>
      </div>
      <div className="compare-lower">
        <CompareTransport
          playback={playback}
          stops={stops}
          chosen={at}
          count={differences.length}
          onFit={() => fitAll(parts.scale.above, window)}
        />
        <Pictures parts={parts} names={names} phone={phone} chosen={chosen} />
      </div>
      <p className="visually-hidden" aria-live="polite" data-compare-said="">
        {at === undefined ? '' : `${differenceName(at, differences.length)}. ${sentence(at, names)}`}
      </p>
    </>
  );
}

const sentence = (
  { above, below }: { readonly above: string; readonly below: string },
  names: Readonly<Record<Side, string>>,
): string => SIDES.map((side) => `${names[side]}: ${{ above, below }[side] || 'none'}`).join('. ');

type Parts = Omit<Pictured, 'onSelect'>;

/** The shared scale, its moments and what plays over them; another scale keeps the moment. */
function useParts(model: CompareModel, names: Readonly<Record<Side, string>>): Parts {
  const { compare } = useStudio();
  const kind = useStore(compare, (state) => state.scale);
  const only = useStore(compare, (state) => state.only);
  const chosen = useStore(compare, (state) => state.chosen);
  const window = useMemo(createCompareWindow, []);
  const scale = kind === 'matched' ? model.matched : model.clock;
  const all = useMemo(() => sharedStops(model, scale, names), [model, scale, names]);
  const stops = useMemo(() => (only === 'all' ? all : all.filter(({ differs }) => differs)), [all, only]);
  const kept = useRef<{ readonly above: number; readonly below: number }>(undefined);
  const playback = useMemo(() => {
    const last = all.at(-1)?.time ?? milliseconds(0);
    const store = createPlayback(() => ({ start: milliseconds(0), end: last, stops }));
    const times = kept.current;
    store
      .getState()
      .seek(
        times === undefined
          ? last
          : milliseconds(Math.max(scale.above.at(1).toX(times.above), scale.below.at(1).toX(times.below))),
      );
    return store;
  }, [all, stops, scale]);
  useEffect(() => {
    const keep = (): void => {
      kept.current = timesAt(all, playback.getState().playhead);
    };
    keep();
    return playback.subscribe(keep);
  }, [playback, all]);
  const difference = chosen === undefined ? undefined : model.differences[chosen];
  const marks = useMemo(
    () =>
      only === 'all' ? undefined : { above: withMarks(model, 'above'), below: withMarks(model, 'below') },
    [model, only],
  );
  return {
    model,
    scale,
    stops: all,
    window,
    playback,
    arrangement: PLAIN,
    only: marks,
    outlined: difference?.outlined,
  };
}

/** Events that differ, with those whose mark stands for them. */
function withMarks(model: CompareModel, side: Side) {
  const ids = model.differing[side];
  return new Set([...ids, ...[...ids].flatMap((id) => model[side].placeOf(id)?.mark.event ?? [])]);
}

/** Plays frame by frame, and keeps the playhead in the picture. */
function usePlaying(parts: Parts): void {
  const { playback } = parts;
  const latest = useRef(parts);
  latest.current = parts;
  const playing = useStore(playback, (state) => state.playing);
  useEffect(() => {
    const query = matchMedia('(prefers-reduced-motion: reduce)');
    playback.getState().setReducedMotion(query.matches);
  }, [playback]);
  useEffect(
    () =>
      playback.subscribe((state, before) => {
        if (state.playhead !== before.playhead) follow({ ...latest.current, onSelect: () => undefined });
      }),
    [playback],
  );
  useEffect(() => {
    if (!playing) return undefined;
    let frame = requestAnimationFrame(function turn(now) {
      playback.getState().advance(now);
      frame = requestAnimationFrame(turn);
    });
    return () => cancelAnimationFrame(frame);
  }, [playback, playing]);
}

/** Goes to a difference when it is chosen: to where both runs have told it. */
function useChosen({ model, scale, playback }: Parts, chosen: number | undefined): void {
  useEffect(() => {
    const difference = chosen === undefined ? undefined : model.differences[chosen];
    if (difference === undefined) return;
    playback.getState().pause();
    playback.getState().seek(milliseconds(extentOf(difference, model, scale, 1).told + 1e-4));
  }, [chosen, model, scale, playback]);
}

/** Transport keys, for both runs; the timeline's own rest while it is not there. */
function useCompareKeys({ playback, scale, window }: Parts): void {
  const { compare, page } = useStudio();
  useEffect(() => {
    const of = playback.getState;
    const step = (act: () => void) => () => {
      of().pause();
      act();
    };
    const zoom = (factor: number) => () =>
      zoomAround(scale.above, window, window.getState().width / 2, factor);
    const pan = (share: number) => () => {
      const { scrollX, width } = window.getState();
      const most = scale.above.width(zoomOf(scale.above, window.getState())) - width;
      window.setState({ scrollX: Math.max(0, Math.min(most, scrollX + width * share)) });
    };
    const keys: readonly (readonly [string, () => void])[] = [
      ['Shift+N', () => stepDifference(compare, -1)],
      ['Space', of().toggle],
      ['.', step(of().next)],
      [',', step(of().previous)],
      ['Shift+.', step(of().nextStep)],
      ['Shift+,', step(of().previousStep)],
      ['Home', step(of().toStart)],
      ['End', step(of().toEnd)],
      ['w', zoom(1.35)],
      ['+', zoom(1.35)],
      ['s', zoom(1 / 1.35)],
      ['-', zoom(1 / 1.35)],
      ['a', pan(-0.18)],
      ['d', pan(0.18)],
      ['0', () => fitAll(scale.above, window)],
      ['c', () => compare.setState({ scale: compare.getState().scale === 'matched' ? 'clock' : 'matched' })],
      ['Escape', () => compare.setState({ chosen: undefined })],
    ];
    const onKey = (event: KeyboardEvent): void => {
      const { singleKeys, dialog, incoming } = page.getState();
      if (event.defaultPrevented || dialog !== undefined || incoming !== undefined) return;
      if (takesText(event.target)) return;
      const found = keys.find(([key]) => isKey(event, key));
      if (found === undefined) return;
      const [key, act] = found;
      if (!singleKeys && key.replace('Shift+', '').length === 1) return;
      if (key === 'Space' && takesSpace(event.target)) return;
      event.preventDefault();
      act();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [compare, page, playback, scale, window]);
}

interface PicturesProps {
  readonly parts: Parts;
  readonly names: Readonly<Record<Side, string>>;
  readonly phone: boolean;
  readonly chosen: number | undefined;
}

const BAND = 32;

function Pictures({ parts, names, phone, chosen }: PicturesProps) {
  const { compare } = useStudio();
  const { model, scale, window, arrangement } = parts;
  const host = useRef<HTMLDivElement>(null);
  const [shown, show] = useState<Side>('above');
  useEffect(() => {
    const element = host.current;
    if (element === null) return undefined;
    const measure = (): void => {
      const { width, height } = element.getBoundingClientRect();
      // On a phone the page scrolls, so the lanes take what they need; else both runs share what there is.
      const density = DENSITIES[phone ? 1 : 2];
      const least = Math.max(
        ...SIDES.map((side) =>
          density === undefined ? 0 : contentHeight(arrange(model[side], arrangement), density),
        ),
      );
      const room = phone ? 0 : (height - BAND) / 2;
      const headers = phone ? 48 : 190;
      window.setState({
        width: Math.max(0, Math.floor(width - headers - 1)),
        height: Math.ceil(Math.max(least, room)),
      });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [model, arrangement, phone, window]);
  // On a phone the run that has the difference comes in front.
  const difference = chosen === undefined ? undefined : model.differences[chosen];
  useEffect(() => {
    if (difference?.kind === 'only above') show('above');
    if (difference?.kind === 'only below') show('below');
  }, [difference]);

  const picture = (side: Side) => (
    <RunPicture
      key={side}
      {...parts}
      side={side}
      name={names[side]}
      narrow={phone}
      onSelect={(where, event) => {
        const { differences } = model;
        const has = differences.findIndex((one) =>
          (where === 'above' ? one.aboveEvents : one.belowEvents).some(
            (id) => id === event || model[where].placeOf(id)?.mark.event === event,
          ),
        );
        compare.setState({ chosen: event === undefined || has < 0 ? undefined : has });
      }}
    />
  );
  const band = (
    <DifferenceBand
      model={model}
      scale={scale}
      window={window}
      chosen={chosen}
      onChoose={(index) => compare.setState({ chosen: index })}
    />
  );
  return (
    <section
      className="compare-pictures"
      ref={host}
      aria-label="Both timelines"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
    >
      {phone ? (
        <>
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a flex row in every browser */}
          <div className="segmented compare-switch" role="group" aria-label="Run shown">
            {SIDES.map((side) => (
              <button key={side} type="button" aria-pressed={shown === side} onClick={() => show(side)}>
                {names[side]}
              </button>
            ))}
          </div>
          {picture(shown)}
        </>
      ) : (
        <>
          {picture('above')}
          {band}
          {picture('below')}
        </>
      )}
    </section>
  );
}
