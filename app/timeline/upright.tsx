import { useEffect, useMemo, useRef } from 'react';
import { useStore } from 'zustand';
import type { TraceEvent } from '../../src/index.ts';
import { captionAtEnd, nameOf, reasonOf, refText, stepNumber, userText, verdictOf } from '../../src/index.ts';
import { useStudio } from '../stores/studio.ts';
import { Mark, type MarkName } from '../ui/marks.tsx';
import { MARK_OF, useVisible } from './event-list.tsx';
import { readUprightRows } from './list-rows.ts';
import type { TimelineModel } from './model.ts';
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
  const playhead = useStore(playback, (state) => state.playhead);
  const selected = useStore(selection, (state) => state.selected);
  const lines = useMemo(() => readLines(model), [model]);
  const scroller = useRef<HTMLElement>(null);
  const { first, last } = useVisible(scroller, lines.length, ROW);
  let present = 0;
  for (const [i, line] of lines.entries()) if ('event' in line && line.event.time <= playhead) present = i;

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const top = present * ROW;
    if (top < element.scrollTop || top + 2 * ROW > element.scrollTop + element.clientHeight) {
      element.scrollTop = Math.max(0, top - element.clientHeight / 2);
    }
  }, [present]);

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region needs the focus to be scrolled by keys
    <section className="upright" ref={scroller} aria-label="Trace" tabIndex={0}>
      <ol style={{ height: lines.length * ROW }}>
        {lines.slice(first, last).map((line, i) => {
          const index = first + i;
          if ('band' in line) {
            return (
              <li key={`band ${index}`} className="upright-band" style={{ top: index * ROW, height: ROW }}>
                <Track phase="background" past={index <= present} band />
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
  band = false,
  mark,
  number,
}: {
  readonly phase: 'admission' | 'background';
  readonly past: boolean;
  readonly now?: boolean;
  readonly band?: boolean;
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
      {!band && (
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
      )}
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
