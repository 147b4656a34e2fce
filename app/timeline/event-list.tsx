// biome-ignore-all lint/a11y/useSemanticElements: a table element cannot be a virtualised tree grid
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names its active row
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { milliseconds, type Tone } from '../../src/index.ts';
import { usePresent } from '../stores/present.ts';
import { useStudio } from '../stores/studio.ts';
import { Mark, type MarkName } from '../ui/marks.tsx';
import { FlagNote } from './flag-note.tsx';
import { chainOf } from './flow.ts';
import { itemAt, type ListItem, readListItems } from './list-items.ts';
import { type RowText, rowText } from './list-rows.ts';
import type { TimelineModel } from './model.ts';
import './event-list.css';

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

/** The events as an accessible tree grid, with what else the picture tells: notes, and the stretch that is measured. */
export function EventList({ model }: { readonly model: TimelineModel }) {
  const studio = useStudio();
  const { playback, selection, flags } = studio;
  const { trace } = model;
  const playhead = usePresent();
  const selected = useStore(selection, (state) => state.selected);
  const area = useStore(selection, (state) => state.area);
  const notes = useStore(flags, (state) => state.flags);
  const editing = useStore(flags, (state) => state.editing);
  const hits = useStore(studio.find, (state) => state.hits);
  const [folded, setFolded] = useState<ReadonlySet<number>>(new Set());
  const [areaFolded, foldArea] = useState(false);
  const items = useMemo(
    () => readListItems(model, { folded, flags: notes, area, areaFolded }),
    [model, folded, notes, area, areaFolded],
  );
  const chain = useMemo(
    () => new Set(selected === undefined ? [] : chainOf(model.flow, selected)),
    [model, selected],
  );
  const found = useMemo(() => new Set(hits), [hits]);
  const present = itemAt(trace, items, playhead);
  const [cursor, setCursor] = useState(Math.max(0, present));
  const scroller = useRef<HTMLDivElement>(null);
  const { first, last } = useVisible(scroller, items.length);

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
    // Whoever goes to a note stays on it.
    const item = items[cursor];
    if (item?.kind === 'note' && item.flag.time === playhead) return;
    setCursor(Math.max(0, present));
    show(Math.max(0, present));
  }, [present]);

  const go = (index: number) => {
    const to = Math.max(0, Math.min(items.length - 1, index));
    setCursor(to);
    show(to);
  };
  const choose = (item: ListItem) => {
    playback.getState().pause();
    if (item.kind === 'note') {
      playback.getState().seek(milliseconds(item.flag.time));
      flags.getState().edit(item.flag.time);
      return;
    }
    const event = item.kind === 'event' ? item.row.event : item.cells.longest;
    if (event === undefined) return;
    selection.getState().select(event);
    const time = trace.events[event]?.time;
    if (time !== undefined) playback.getState().seek(time);
  };
  const fold = (item: ListItem, shut: boolean) => {
    if (item.kind === 'area') {
      foldArea(shut);
      setCursor(0);
      return;
    }
    const step = stepOf(items, items.indexOf(item));
    if (step === undefined) return;
    const next = new Set(folded);
    if (shut) next.add(step);
    else next.delete(step);
    setFolded(next);
    const index = readListItems(model, { folded: next, flags: notes, area, areaFolded }).findIndex(
      (one) => one.kind === 'event' && one.level === 1 && one.row.step === step,
    );
    if (index >= 0) setCursor(index);
  };
  /** Whether the key means something here. */
  const act = (key: string, item: ListItem): boolean => {
    if (key === 'ArrowDown') go(cursor + 1);
    else if (key === 'ArrowUp') go(cursor - 1);
    else if (key === 'PageDown') go(cursor + 12);
    else if (key === 'PageUp') go(cursor - 12);
    else if (key === 'Home') go(0);
    else if (key === 'End') go(items.length - 1);
    else if (key === 'Enter') choose(item);
    else if (key === 'Delete' && item.kind === 'note') flags.getState().remove(item.flag.time);
    else if (key === 'ArrowRight' && item.level === 1) fold(item, false);
    else if (key === 'ArrowLeft') fold(item, true);
    else return false;
    return true;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const item = items[cursor];
    if (item === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!act(event.key, item)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const told = (item: ListItem): string => {
    if (item.kind !== 'event') return '';
    const event = trace.events[item.row.event];
    if (event === undefined) return '';
    return [
      chain.has(event.id) && event.id !== selected ? 'in the chain of the selected event' : '',
      area !== undefined && event.time >= area.start && event.time <= area.end
        ? 'in the measured stretch'
        : '',
      found.has(event.id) ? 'found' : '',
    ]
      .filter((one) => one !== '')
      .join(', ');
  };

  return (
    <>
      {editing !== undefined && <FlagNote key={editing} model={model} time={editing} inList />}
      <div
        ref={scroller}
        className="event-list"
        role="treegrid"
        aria-label="Events"
        aria-rowcount={items.length + 1}
        aria-colcount={5}
        aria-activedescendant={`event-row-${items[cursor]?.key ?? 0}`}
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
        <div role="rowgroup" style={{ height: items.length * ROW, position: 'relative' }}>
          {items.slice(first, last).map((item, i) => (
            <Row
              key={item.key}
              model={model}
              item={item}
              index={first + i}
              told={told(item)}
              state={{
                now: first + i === present,
                future: first + i > present,
                selected: item.kind === 'event' && item.row.event === selected,
                cursor: first + i === cursor,
                folded:
                  item.kind === 'area' ? areaFolded : item.kind === 'event' && folded.has(item.row.step),
              }}
              onChoose={() => {
                setCursor(first + i);
                choose(item);
              }}
            />
          ))}
        </div>
      </div>
    </>
  );
}

/** The step that a row belongs to. */
function stepOf(items: readonly ListItem[], index: number): number | undefined {
  for (let i = index; i >= 0; i--) {
    const item = items[i];
    if (item?.kind === 'event') return item.row.step;
  }
  return undefined;
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

interface RowProps {
  readonly model: TimelineModel;
  readonly item: ListItem;
  readonly index: number;
  /** What the picture says of it by place and colour: its chain, the stretch, a hit. */
  readonly told: string;
  readonly state: {
    readonly now: boolean;
    readonly future: boolean;
    readonly selected: boolean;
    readonly cursor: boolean;
    readonly folded: boolean;
  };
  readonly onChoose: () => void;
}

/** The cells of a row, and the phase that its ground shows. */
function cellsOf(model: TimelineModel, item: ListItem): (RowText & { readonly ground: string }) | undefined {
  switch (item.kind) {
    case 'area':
      return { ...item.cells, ground: 'measured' };
    case 'note':
      return {
        time: item.time,
        phase: '',
        what: item.flag.note === '' ? 'Note' : `Note: ${item.flag.note}`,
        verdict: '',
        tone: 'plain',
        why: '',
        ground: 'note',
      };
    case 'event': {
      const event = model.trace.events[item.row.event];
      return event && { ...rowText(model.trace, model.chapters.chapters, event), ground: event.phase };
    }
  }
}

function Row({ model, item, index, told, state, onChoose }: RowProps) {
  const text = cellsOf(model, item);
  if (text === undefined) return undefined;
  const mark = MARK_OF[text.tone];
  const future = state.future && item.kind !== 'area';
  const classes = [
    'event-row',
    text.ground,
    item.level === 1 ? 'step' : 'child',
    state.now ? 'now' : '',
    future ? 'future' : '',
    told === '' ? '' : 'told',
    state.selected || state.cursor ? (state.selected ? 'selected' : 'cursor') : '',
  ];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the grid
    <div
      id={`event-row-${item.key}`}
      role="row"
      className={classes.join(' ')}
      aria-rowindex={index + 2}
      aria-level={item.level}
      aria-selected={state.selected}
      {...(told === '' ? {} : { 'aria-description': told })}
      {...(state.now ? { 'aria-current': 'step' as const } : {})}
      {...(item.level === 1 ? { 'aria-expanded': !state.folded } : {})}
      style={{ top: index * ROW, height: ROW }}
      onClick={onChoose}
    >
      <span role="gridcell" className="time">
        {text.time}
      </span>
      <span role="gridcell">{text.phase}</span>
      <span role="gridcell" className="what" title={item.kind === 'event' ? undefined : text.what}>
        {text.what}
      </span>
      <span role="gridcell" className={`verdict tone-${text.tone}`}>
        {mark !== undefined && <Mark name={mark} size={13} outlined={future} />}
        {text.verdict}
      </span>
      <span role="gridcell" className="why" title={text.why}>
        {text.why}
      </span>
    </div>
  );
}
