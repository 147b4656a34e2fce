// biome-ignore-all lint/a11y/useSemanticElements: a table element cannot be a virtualised tree grid
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names its active row
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { Tone } from '../../src/index.ts';
import { useStudio } from '../stores/studio.ts';
import { Mark, type MarkName } from '../ui/marks.tsx';
import { type ListRow, readListRows, rowAt, rowText } from './list-rows.ts';
import type { TimelineModel } from './model.ts';

const ROW = 26;
const AROUND = 6;

export const MARK_OF: Readonly<Partial<Record<Tone, MarkName>>> = {
  allow: 'allowed',
  deny: 'denied',
  warn: 'warned',
  error: 'error',
  noise: 'noise',
  skip: 'skipped',
};

/** The events as an accessible tree grid: steps, and below each what it set off. Follows the playhead. */
export function EventList({ model }: { readonly model: TimelineModel }) {
  const { playback, selection } = useStudio();
  const { trace } = model;
  const playhead = useStore(playback, (state) => state.playhead);
  const selected = useStore(selection, (state) => state.selected);
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const rows = useMemo(() => readListRows(trace, folded), [trace, folded]);
  const present = rowAt(trace, rows, playhead);
  const [cursor, setCursor] = useState(Math.max(0, present));
  const scroller = useRef<HTMLDivElement>(null);
  const { first, last } = useVisible(scroller, rows.length);

  const show = (index: number) => {
    const element = scroller.current;
    if (element === null) return;
    const top = index * ROW;
    const view = element.clientHeight - ROW;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW > element.scrollTop + view) element.scrollTop = top + ROW - view;
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: follows the playhead and nothing else
  useEffect(() => {
    setCursor(Math.max(0, present));
    show(Math.max(0, present));
  }, [present]);

  const go = (index: number) => {
    const to = Math.max(0, Math.min(rows.length - 1, index));
    setCursor(to);
    show(to);
  };
  const choose = (row: ListRow) => {
    playback.getState().pause();
    selection.getState().select(row.event);
    const time = trace.events[row.event]?.time;
    if (time !== undefined) playback.getState().seek(time);
  };
  const fold = (step: number, shut: boolean) => {
    const next = new Set(folded);
    if (shut) next.add(step);
    else next.delete(step);
    setFolded(next);
    const index = readListRows(trace, next).findIndex((row) => row.level === 1 && row.step === step);
    if (index >= 0) setCursor(index);
  };
  /** Whether the key means something here. */
  const act = (key: string, row: ListRow): boolean => {
    if (key === 'ArrowDown') go(cursor + 1);
    else if (key === 'ArrowUp') go(cursor - 1);
    else if (key === 'PageDown') go(cursor + 12);
    else if (key === 'PageUp') go(cursor - 12);
    else if (key === 'Home') go(0);
    else if (key === 'End') go(rows.length - 1);
    else if (key === 'Enter') choose(row);
    else if (key === 'ArrowRight' && row.level === 1) fold(row.step, false);
    else if (key === 'ArrowLeft') fold(row.step, true);
    else return false;
    return true;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[cursor];
    if (row === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!act(event.key, row)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      ref={scroller}
      className="event-list"
      role="treegrid"
      aria-label="Events"
      aria-rowcount={rows.length + 1}
      aria-colcount={5}
      aria-activedescendant={`event-row-${rows[cursor]?.event ?? 0}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div className="event-head" role="row" aria-rowindex={1}>
        {['Time', 'Phase', 'What', 'Verdict', 'Why'].map((name) => (
          <span key={name} role="columnheader">
            {name}
          </span>
        ))}
      </div>
      <div role="rowgroup" style={{ height: rows.length * ROW, position: 'relative' }}>
        {rows.slice(first, last).map((row, i) => (
          <Row
            key={row.event}
            model={model}
            row={row}
            index={first + i}
            state={{
              now: first + i === present,
              future: first + i > present,
              selected: row.event === selected,
              cursor: first + i === cursor,
              folded: folded.has(row.step),
            }}
            onChoose={() => {
              setCursor(first + i);
              choose(row);
            }}
          />
        ))}
      </div>
    </div>
  );
}

/** Rows that are in view, with a few around them. */
export function useVisible(
  scroller: { readonly current: HTMLElement | null },
  count: number,
  row = ROW,
): { readonly first: number; readonly last: number } {
  const [range, setRange] = useState({ first: 0, last: 60 });
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const read = () => {
      const first = Math.max(0, Math.floor(element.scrollTop / row) - AROUND);
      const last = Math.min(count, Math.ceil((element.scrollTop + element.clientHeight) / row) + AROUND);
      setRange((old) => (old.first === first && old.last === last ? old : { first, last }));
    };
    read();
    element.addEventListener('scroll', read, { passive: true });
    const observer = new ResizeObserver(read);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', read);
      observer.disconnect();
    };
  }, [scroller, count, row]);
  return range;
}

function Row({
  model,
  row,
  index,
  state,
  onChoose,
}: {
  readonly model: TimelineModel;
  readonly row: ListRow;
  readonly index: number;
  readonly state: {
    readonly now: boolean;
    readonly future: boolean;
    readonly selected: boolean;
    readonly cursor: boolean;
    readonly folded: boolean;
  };
  readonly onChoose: () => void;
}) {
  const event = model.trace.events[row.event];
  if (event === undefined) return undefined;
  const text = rowText(model.trace, model.chapters.chapters, event);
  const mark = MARK_OF[text.tone];
  const classes = [
    'event-row',
    event.phase,
    row.level === 1 ? 'step' : 'child',
    state.now ? 'now' : '',
    state.future ? 'future' : '',
    state.selected || state.cursor ? (state.selected ? 'selected' : 'cursor') : '',
  ];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the grid
    <div
      id={`event-row-${row.event}`}
      role="row"
      className={classes.join(' ')}
      aria-rowindex={index + 2}
      aria-level={row.level}
      aria-selected={state.selected}
      {...(state.now ? { 'aria-current': 'step' as const } : {})}
      {...(row.level === 1 ? { 'aria-expanded': !state.folded } : {})}
      style={{ top: index * ROW, height: ROW }}
      onClick={onChoose}
    >
      <span role="gridcell" className="time">
        {text.time}
      </span>
      <span role="gridcell">{text.phase}</span>
      <span role="gridcell" className="what">
        {text.what}
      </span>
      <span role="gridcell" className={`verdict tone-${text.tone}`}>
        {mark !== undefined && <Mark name={mark} size={13} outlined={state.future} />}
        {text.verdict}
      </span>
      <span role="gridcell" className="why" title={text.why}>
        {text.why}
      </span>
    </div>
  );
}
