import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react';
import { useStore } from 'zustand';
import { nameOf, reasonOf, stepNumber, verdictOf } from '../../src/index.ts';
import { type FindScope, NO_FIND } from '../stores/find.ts';
import { type Studio, useStudio } from '../stores/studio.ts';
import { findHits } from './find-hits.ts';
import type { TimelineModel } from './model.ts';
import { scaleOf } from './navigate.ts';
import { firstAbove } from './row-index.ts';
import { playheadText } from './ticks.ts';
import './find.css';

const SCOPES: readonly (readonly [FindScope, string])[] = [
  ['all', 'All'],
  ['names', 'Names'],
  ['reasons', 'Reasons'],
  ['verdicts', 'Verdicts'],
];
/** Above so many events the search waits until the typing rests. */
const LARGE = 20_000;
const PAUSE = 140;

type Found = Pick<Studio, 'find' | 'playback' | 'selection' | 'viewport'>;

/** Goes to the hit before or after the present one, round and round. */
export function cycleHits({ find, playback, selection }: Found, model: TimelineModel, by: 1 | -1): void {
  const { hits, at } = find.getState();
  if (hits.length === 0) return;
  const next = at < 0 ? firstFrom(model, hits, playback.getState().playhead, by) : at + by;
  goTo({ find, playback, selection }, model, (next + hits.length) % hits.length);
}

function goTo(
  { find, playback, selection }: Omit<Found, 'viewport'>,
  model: TimelineModel,
  at: number,
): void {
  const id = find.getState().hits[at];
  const event = id === undefined ? undefined : model.trace.events[id];
  if (event === undefined) return;
  find.setState({ at });
  selection.getState().select(event.id);
  playback.getState().pause();
  playback.getState().seek(event.time);
}

/** The first hit from the playhead on, or going back the last one before it. */
function firstFrom(model: TimelineModel, hits: readonly number[], playhead: number, by: 1 | -1): number {
  const times = Float64Array.from(hits, (id) => model.trace.events[id]?.time ?? 0);
  return by > 0 ? firstAbove(times, playhead, 0, true) : firstAbove(times, playhead) - 1;
}

/** The field in the transport: what to look for, where, and how many there are. */
export function FindField({ model }: { readonly model: TimelineModel }) {
  const studio = useStudio();
  const { find, viewport, selection, run } = studio;
  const { text, scope, hits, at } = useStore(find);
  const hidden = useStore(viewport, (state) => state.hidden);
  const serial = useStore(run, (state) => state.serial);
  const input = useRef<HTMLInputElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new trace is searched for the same words
  useEffect(() => {
    const search = () => find.setState({ hits: findHits(model.trace, text, scope), at: -1 });
    if (model.trace.events.length < LARGE) {
      search();
      return undefined;
    }
    const timer = setTimeout(search, PAUSE);
    return () => clearTimeout(timer);
  }, [model, text, scope, find, serial]);
  useEffect(() => {
    const focus = (event: globalThis.KeyboardEvent) => {
      if (event.key !== '/' || event.target === input.current || event.defaultPrevented) return;
      if (event.target instanceof HTMLElement && event.target.closest('input, textarea, .monaco-editor'))
        return;
      event.preventDefault();
      input.current?.select();
    };
    addEventListener('keydown', focus, { capture: true });
    return () => removeEventListener('keydown', focus, { capture: true });
  }, []);

  const lanesOfHits = useMemo(() => new Set(hits.map((id) => model.placeOf(id)?.lane)), [hits, model]);
  const without = model.lanes.filter((_, i) => !lanesOfHits.has(i)).map(({ id }) => id);
  const isOnly =
    hidden.length > 0 &&
    hidden.length === without.length &&
    hidden.every((id) => without.some((one) => one === id));
  const close = () => {
    find.setState(NO_FIND);
    if (isOnly) viewport.getState().setHidden([]);
    document.querySelector<HTMLElement>('.timeline-picture canvas, .event-list')?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') cycleHits(studio, model, event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const count = text === '' ? '' : hits.length === 0 ? 'none' : `${at < 0 ? '–' : at + 1} of ${hits.length}`;

  return (
    <search className="find">
      <span className="find-field">
        <svg width="14" height="14" viewBox="0 0 16 16" fill="none" stroke="currentColor" aria-hidden="true">
          <path d="M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.4 10.4l3.4 3.4" strokeWidth="1.5" />
        </svg>
        <input
          ref={input}
          type="text"
          // biome-ignore lint/a11y/noAutofocus: the field was asked for to be typed into
          autoFocus
          aria-label="Find in the run"
          placeholder="Find in the run"
          value={text}
          onChange={({ target }) => find.setState({ text: target.value })}
          onKeyDown={onKeyDown}
        />
        <output aria-live="polite">{count}</output>
      </span>
      <button
        type="button"
        className="icon-button"
        aria-label="Previous hit"
        disabled={hits.length === 0}
        onClick={() => cycleHits(studio, model, -1)}
      >
        ‹
      </button>
      <button
        type="button"
        className="icon-button"
        aria-label="Next hit"
        disabled={hits.length === 0}
        onClick={() => cycleHits(studio, model, 1)}
      >
        ›
      </button>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a flex row in every browser */}
      <span className="segmented find-scope" role="group" aria-label="Where to look">
        {SCOPES.map(([id, label]) => (
          <button
            key={id}
            type="button"
            aria-pressed={scope === id}
            onClick={() => find.setState({ scope: id })}
          >
            {label}
          </button>
        ))}
      </span>
      <button
        type="button"
        className="link-button"
        aria-pressed={isOnly}
        disabled={hits.length === 0}
        onClick={() => {
          viewport.getState().setHidden(isOnly ? [] : without);
          selection.getState().hover(undefined);
        }}
      >
        {isOnly ? 'All lanes' : 'Only lanes with hits'}
      </button>
      <button type="button" className="kbd" aria-label="Close the search" onClick={close}>
        Esc
      </button>
    </search>
  );
}

/** Every hit of the whole run in one strip. */
export function FindStrip({ model }: { readonly model: TimelineModel }) {
  const studio = useStudio();
  const { find, viewport } = studio;
  const { hits, at } = useStore(find);
  const scale = useStore(viewport, (state) => state.scale);
  const openFolds = useStore(viewport, (state) => state.openFolds);
  const host = useRef<HTMLCanvasElement>(null);
  const width = useStore(viewport, (state) => state.width);
  useEffect(() => {
    const canvas = host.current;
    const ctx = canvas?.getContext('2d');
    if (canvas === null || !ctx || width <= 0) return;
    const ratio = devicePixelRatio || 1;
    canvas.width = width * ratio;
    canvas.height = 15 * ratio;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    const time = scaleOf(model, { scale, openFolds });
    const whole = time.at(time.zoomFor(width));
    const style = getComputedStyle(canvas);
    let last = -4;
    ctx.fillStyle = style.getPropertyValue('--ink2');
    for (const id of hits) {
      const x = Math.round(whole.toX(model.trace.events[id]?.time ?? 0));
      if (x - last < 2) continue;
      ctx.fillRect(x, 3, 2, 9);
      last = x;
    }
    const present = hits[at];
    if (present === undefined) return;
    ctx.fillStyle = style.getPropertyValue('--thread');
    ctx.fillRect(Math.round(whole.toX(model.trace.events[present]?.time ?? 0)) - 1.5, 1, 5, 13);
  }, [hits, at, model, scale, openFolds, width]);
  return (
    <div className="find-strip" aria-hidden="true">
      <span>hits in the whole run</span>
      <canvas
        ref={host}
        onPointerDown={(event) => {
          const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
          const time = scaleOf(model, viewport.getState());
          const wanted = time.at(time.zoomFor(width)).toTime(x);
          const times = Float64Array.from(hits, (id) => model.trace.events[id]?.time ?? 0);
          const after = firstAbove(times, wanted, 0, true);
          const nearest =
            wanted - (times[after - 1] ?? Number.NEGATIVE_INFINITY) <
            (times[after] ?? Number.POSITIVE_INFINITY) - wanted
              ? after - 1
              : after;
          goTo(studio, model, nearest);
        }}
      />
    </div>
  );
}

/** What the present hit is, where the words stand in it, and when. */
export function FindLine({ model }: { readonly model: TimelineModel }) {
  const { find } = useStudio();
  const { hits, at, text } = useStore(find);
  const id = hits[at];
  const event = id === undefined ? undefined : model.trace.events[id];
  if (event === undefined) {
    return (
      <p className="find-line">
        {text === ''
          ? 'Type what to look for.'
          : hits.length === 0
            ? 'Nothing in this run has these words.'
            : 'Enter goes to the first hit.'}
      </p>
    );
  }
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const { word } = verdictOf(event);
  const number = stepNumber(model.trace, event.step);
  return (
    <p className="find-line">
      <b>
        Hit {at + 1} of {hits.length}
      </b>
      <span className="find-what">
        <Found
          text={[nameOf(model.trace, event), word, reasonOf(event)].filter(Boolean).join(' · ').slice(0, 240)}
          words={words}
        />
      </span>
      <span className="find-when">
        at {playheadText(model.chapters, event.time)}
        {number === undefined ? '' : `, step ${number}`}
      </span>
      <span className="find-keys">
        <kbd className="kbd">Enter</kbd> next <kbd className="kbd">Shift Enter</kbd> previous
      </span>
    </p>
  );
}

function Found({ text, words }: { readonly text: string; readonly words: readonly string[] }) {
  const low = text.toLowerCase();
  const word = words.find((one) => low.includes(one));
  const at = word === undefined ? -1 : low.indexOf(word);
  if (word === undefined || at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + word.length)}</mark>
      {text.slice(at + word.length)}
    </>
  );
}
