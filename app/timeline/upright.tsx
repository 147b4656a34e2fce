import { useEffect, useMemo, useRef } from 'react';
import { useStore } from 'zustand';
import type { OutcomeRow, TraceEvent } from '../../src/index.ts';
import {
  captionAtEnd,
  milliseconds,
  nameOf,
  outcomeRows,
  reasonOf,
  refText,
  stepNumber,
  userText,
  verdictOf,
} from '../../src/index.ts';
import { stopAt } from '../stores/playback.ts';
import { usePresent } from '../stores/present.ts';
import { useStudio } from '../stores/studio.ts';
import { Mark, type MarkName } from '../ui/marks.tsx';
import { MARK_OF, useVisible } from './event-list.tsx';
import { LaneIcon } from './lane-icon.tsx';
import { readUprightRows } from './list-rows.ts';
import type { TimelineModel } from './model.ts';
import { firstAbove } from './row-index.ts';
import { chapterAt } from './scale.ts';
import { chapterTime } from './ticks.ts';

const ROW = 48;
const ADMISSION_X = 34;
const BACKGROUND_X = 64;

type Line = { readonly event: TraceEvent } | { readonly band: string };

/** The trace on a narrow screen: time runs down, admission and background are tracks, the shore is a band. */
export function UprightTrace({ model }: { readonly model: TimelineModel }) {
  const { playback, selection } = useStudio();
  const { trace } = model;
  const playhead = usePresent();
  const selected = useStore(selection, (state) => state.selected);
  const lines = useMemo(() => readLines(model), [model]);
  const scroller = useRef<HTMLElement>(null);
  const { first, last } = useVisible(scroller, lines.length, ROW);
  const furthest = useMemo(() => readFurthest(lines), [lines]);
  const present = furthest.line[firstAbove(furthest.times, playhead) - 1] ?? 0;

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const top = present * ROW + (element.querySelector('ol')?.offsetTop ?? 0);
    if (top < element.scrollTop || top + 2 * ROW > element.scrollTop + element.clientHeight) {
      element.scrollTop = Math.max(0, top - element.clientHeight / 2);
    }
  }, [present]);

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region needs the focus to be scrolled by keys
    <section className="upright" ref={scroller} aria-label="Trace" tabIndex={0}>
      <Summary model={model} />
      <ol style={{ height: lines.length * ROW }}>
        {lines.slice(first, last).map((line, i) => {
          const index = first + i;
          if ('band' in line) {
            return (
              <li key={`band ${index}`} className="upright-band" style={{ top: index * ROW, height: ROW }}>
                <Crossing past={index <= present} />
                <span>{line.band}</span>
              </li>
            );
          }
          const { event } = line;
          const future = event.time > playhead;
          const verdict = verdictOf(event);
          const chapter = chapterAt(model.chapters.chapters, event.time);
          const classes = [
            'upright-row',
            event.phase,
            index === present ? 'now' : '',
            future ? 'future' : '',
            event.id === selected ? 'selected' : '',
          ];
          return (
            <li key={event.id} className={classes.join(' ')} style={{ top: index * ROW, height: ROW }}>
              <button
                type="button"
                aria-current={index === present ? 'step' : undefined}
                onClick={() => {
                  playback.getState().pause();
                  playback.getState().seek(event.time);
                  selection.getState().select(event.id);
                }}
              >
                <Track
                  phase={event.phase}
                  past={!future}
                  now={index === present}
                  mark={markOf(event)}
                  asks={index === present && asks(event)}
                  number={event.kind === 'step' ? stepNumber(trace, event.step) : undefined}
                />
                <b
                  className={`tone-${event.kind === 'step' || verdict.tone === 'allow' || verdict.tone === 'plain' ? 'ink' : verdict.tone}`}
                >
                  {titleOf(model, event)}
                </b>
                <small>{subOf(model, event)}</small>
                <time>{chapterTime(Math.max(0, event.time - (chapter?.start ?? 0)))}</time>
              </button>
            </li>
          );
        })}
      </ol>
      {trace.events.length === 0 && <p className="timeline-empty">Nothing happened.</p>}
    </section>
  );
}

/** For each time at which a line begins, the line furthest down that has begun: lines are not in the order of time. */
function readFurthest(lines: readonly Line[]): { readonly times: Float64Array; readonly line: Int32Array } {
  const begins = lines
    .flatMap((line, i) => ('event' in line ? [{ time: line.event.time, i }] : []))
    .sort((a, b) => a.time - b.time);
  const line = new Int32Array(begins.length);
  let last = 0;
  for (const [i, one] of begins.entries()) {
    last = Math.max(last, one.i);
    line[i] = last;
  }
  return { times: Float64Array.from(begins, ({ time }) => time), line };
}

/** Events with a band wherever the story crosses the shore or comes to the next step. */
function readLines(model: TimelineModel): readonly Line[] {
  const { trace } = model;
  const lines: Line[] = [];
  let crossed = false;
  let step = -1;
  const events = readUprightRows(trace)
    .map((id) => trace.events[id])
    .filter((event): event is TraceEvent => event !== undefined)
    // Within a step the caller's side is told first: nobody waits for the rest.
    .sort(
      (a, b) =>
        a.step - b.step ||
        Number(a.phase === 'background') - Number(b.phase === 'background') ||
        a.time - b.time,
    );
  for (const event of events) {
    if (event.step !== step) {
      step = event.step;
      crossed = false;
    }
    if (event.phase === 'background' && !crossed) {
      lines.push({ band: 'Background, nobody waits' });
      crossed = true;
    }
    lines.push({ event });
  }
  return lines;
}

/** Whether the background controller asks the API server in it. */
const asks = (event: TraceEvent): boolean =>
  event.kind === 'attempt' || (event.kind === 'update-request' && event.state === 'Failed');

/** A short line to the third track: the question to the API server. */
function LaneQuestion() {
  return (
    <s>
      <LaneIcon lane="api-server" />
    </s>
  );
}

/** Where the thread leaves the caller's side for the other. */
function Crossing({ past }: { readonly past: boolean }) {
  const color = past ? 'var(--thread)' : 'var(--ink3)';
  return (
    <svg className="upright-track" width="100" height={ROW} aria-hidden="true">
      <path
        d={`M${ADMISSION_X} 0V${ROW / 2 - 7}q0 7 7 7H${BACKGROUND_X - 7}q7 0 7 7V${ROW}`}
        fill="none"
        stroke={color}
        strokeWidth={past ? 2 : 1}
      />
    </svg>
  );
}

const STATE_MARK: Readonly<Partial<Record<string, MarkName>>> = {
  'in sync': 'allowed',
  produced: 'allowed',
  drifted: 'warned',
  deleted: 'deleted',
  refused: 'denied',
};

/** The answer in front: what the caller was told, what background owes or made, and whether to worry. */
function Summary({ model }: { readonly model: TimelineModel }) {
  const { playback } = useStudio();
  const { trace } = model;
  // A moment, not every pixel of the way to it.
  const playhead = useStore(
    playback,
    (state) => model.moments[Math.max(0, stopAt(model.moments, state.playhead))]?.time ?? state.playhead,
  );
  const step = trace.events.findLast(
    (event) => event.kind === 'step' && event.time <= playhead && trace.steps[event.step]?.kind === 'command',
  );
  const rows = useMemo(() => outcomeRows(trace, milliseconds(playhead)), [trace, playhead]);
  if (step === undefined || step.kind !== 'step') return undefined;
  const verdict = verdictOf(step);
  const own = rows.filter((row) => row.step === step.step && row.target !== undefined);
  const [first] = own;
  const mark = MARK_OF[verdict.tone];
  const known = step.end <= playhead;
  const expected = own.some(({ state, event }) => {
    const one = trace.events[event];
    return (state === 'planned' || state === 'never') && one !== undefined && verdict.tone === 'deny';
  });
  return (
    <div className="upright-summary">
      <h3>{summaryText(trace.steps[step.step]?.title ?? '', known ? verdict.tone : 'plain', own.length)}</h3>
      {known && mark !== undefined && (
        <p>
          <span className={`chip ${verdict.tone}`}>
            <Mark name={mark} size={14} />
            {capital(verdict.word)}
          </span>
          {decidedBy(trace, step.step)}
        </p>
      )}
      {first?.target !== undefined && (
        <p>
          <span className={first.state === 'planned' || first.state === 'never' ? 'chip planned' : 'chip'}>
            {STATE_MARK[first.state] !== undefined && (
              <Mark name={STATE_MARK[first.state] as MarkName} size={14} />
            )}
            {first.state}
          </span>
          {`${first.target.kind} ${first.target.name}`}
          {own.length > 1 ? ` and ${own.length - 1} more` : attemptText(first)}
        </p>
      )}
      {expected && (
        <p className="tone-noise">
          <Mark name="noise" size={15} /> Expected, nothing to repair
        </p>
      )}
    </div>
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function summaryText(title: string, tone: string, targets: number): string {
  if (tone === 'deny')
    return targets > 0 ? 'Denied, so nothing can be generated.' : 'Denied, nothing was stored.';
  if (tone === 'error') return 'Answered with an error.';
  if (tone === 'allow') return targets > 0 ? 'Allowed, and background goes on.' : 'Allowed.';
  return title;
}

const attemptText = ({ progress }: OutcomeRow): string =>
  progress === undefined || progress.attempts === 0 ? '' : `, attempt ${progress.attempts} of ${progress.of}`;

/** The rule that decided against the request. */
function decidedBy({ events }: TimelineModel['trace'], step: number): string {
  const rule = events.find(
    (event) => event.kind === 'rule' && event.step === step && event.status === 'fail' && event.enforced,
  );
  return rule?.kind === 'rule' ? `${rule.policy} / ${rule.rule}` : '';
}

function markOf(event: TraceEvent): MarkName | undefined {
  switch (event.kind) {
    case 'never-stored':
      return 'never-stored';
    case 'stored':
      return event.change === 'DELETED' ? 'deleted' : 'stored';
    case 'target':
      return event.result === 'never' || event.result === 'refused' ? 'would-be' : 'allowed';
    case 'report':
    case 'log':
      return 'log';
    default:
      return MARK_OF[verdictOf(event).tone] ?? (event.kind === 'event' ? 'log' : undefined);
  }
}

function Track({
  phase,
  past,
  now = false,
  asks: isAsking = false,
  mark,
  number,
}: {
  readonly phase: 'admission' | 'background';
  readonly past: boolean;
  readonly now?: boolean;
  readonly asks?: boolean;
  readonly mark?: MarkName | undefined;
  readonly number?: number | undefined;
}) {
  const x = phase === 'admission' ? ADMISSION_X : BACKGROUND_X;
  const color = past ? 'var(--thread)' : 'var(--ink3)';
  const ground = phase === 'admission' ? 'var(--paper)' : 'var(--tide)';
  return (
    <span className="upright-track" aria-hidden="true">
      <i
        style={{
          left: x - 1,
          width: past ? 2 : 1,
          background: color,
          ...(number === undefined ? {} : { top: '50%' }),
        }}
      />
      {isAsking && <LaneQuestion />}
      {
        <em
          style={{
            left: x,
            background: ground,
            ...(now || number !== undefined ? { border: `2px solid ${color}`, color } : {}),
          }}
        >
          {number ??
            (mark === undefined ? (
              <u style={{ background: color }} />
            ) : (
              <Mark name={mark} size={17} outlined={!past} />
            ))}
        </em>
      }
    </span>
  );
}

function titleOf({ trace }: TimelineModel, event: TraceEvent): string {
  switch (event.kind) {
    case 'rule':
      return event.status === 'fail' && event.enforced
        ? `Denied by ${event.rule}`
        : `${event.rule} ${verdictOf(event).word}`;
    case 'never-stored':
      return 'never stored';
    case 'update-request':
      if (event.state === '') return `UpdateRequest ${event.name}`;
      return verdictOf(event).word;
    case 'attempt':
      return `Attempt ${event.attempt} of ${event.of}`;
    default:
      return nameOf(trace, event);
  }
}

function subOf({ trace }: TimelineModel, event: TraceEvent): string {
  const step = trace.steps[event.step];
  switch (event.kind) {
    case 'step':
      return step === undefined ? '' : `as ${userText(step.username)}`;
    case 'never-stored':
      return refText(event.object);
    case 'update-request':
      return event.state === ''
        ? 'written beside the verdict'
        : event.message === ''
          ? event.name
          : event.message;
    case 'attempt':
      return captionAtEnd(trace, event)?.text ?? '';
    case 'target':
      return event.result === 'never' ? `would be: ${event.reason}` : event.reason;
    default:
      return reasonOf(event);
  }
}
