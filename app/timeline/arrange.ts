import type { EventId } from '../../src/index.ts';
import { ancestor } from './events.ts';
import type { Lane, Row, RowGroup } from './marks.ts';
import type { MarkPlace, TimelineModel } from './model.ts';
import { groupMark, groupOf, groupRows, isGroup } from './row-groups.ts';
import { mergedRow } from './row-index.ts';

/** How a person has arranged the lanes. */
export interface Arrangement {
  /** Folded up to one row, by id. */
  readonly collapsed: readonly string[];
  /** Held above the others while these scroll. */
  readonly pinned: readonly string[];
  /** Left out. */
  readonly hidden: readonly string[];
  /** Groups of rows that are open. */
  readonly groups: readonly string[];
}

export const PLAIN: Arrangement = { collapsed: [], pinned: [], hidden: [], groups: [] };

/** A lane as it is shown. */
export interface ShownLane extends Lane {
  readonly collapsed: boolean;
  readonly pinned: boolean;
  /** All that the lane tells, whatever is folded. */
  readonly whole: Lane;
}

export interface Arranged {
  /** Pinned ones first. */
  readonly lanes: readonly ShownLane[];
  /** Where the mark of an event is shown: in a closed group, that is the group's row. */
  placeOf(event: EventId): MarkPlace | undefined;
}

let last:
  | { readonly model: TimelineModel; readonly by: Arrangement; readonly arranged: Arranged }
  | undefined;

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a === b || (a.length === b.length && a.every((one, i) => one === b[i]));

/** The lanes of a model as arranged; the same object for the same arrangement, since every frame asks. */
export function arrange(model: TimelineModel, by: Arrangement): Arranged {
  const isKnown =
    last?.model === model &&
    same(last.by.collapsed, by.collapsed) &&
    same(last.by.pinned, by.pinned) &&
    same(last.by.hidden, by.hidden) &&
    same(last.by.groups, by.groups);
  if (last !== undefined && isKnown) return last.arranged;
  const { collapsed, pinned, hidden, groups } = by;
  const arranged = readArranged(model, { collapsed, pinned, hidden, groups });
  last = { model, by: { collapsed, pinned, hidden, groups }, arranged };
  return arranged;
}

function readArranged(model: TimelineModel, by: Arrangement): Arranged {
  const visible = model.lanes.filter(({ id }) => !by.hidden.includes(id));
  const isPinned = ({ id }: Lane) => by.pinned.includes(id);
  const ordered = [...visible.filter(isPinned), ...visible.filter((lane) => !isPinned(lane))];
  const rowPlaces = new Map<Row, { readonly lane: number; readonly row: number; readonly group?: Row }>();
  const lanes = ordered.map((whole, lane): ShownLane => {
    const collapsed = by.collapsed.includes(whole.id);
    const rows: Row[] = [];
    if (collapsed) {
      rows.push(mergedRow(whole));
      for (const row of whole.rows) rowPlaces.set(row, { lane, row: 0 });
    } else {
      for (const one of groupsOf(model, whole)) {
        if (!isGroup(one)) {
          rowPlaces.set(one, { lane, row: rows.length });
          rows.push(one);
          continue;
        }
        const open = by.groups.includes(one.key);
        const row = groupRow(one, open);
        const at = rows.length;
        rows.push(row);
        for (const member of one.members) {
          rowPlaces.set(member, open ? { lane, row: rows.length } : { lane, row: at, group: row });
          if (open) rows.push({ ...member, member: true });
        }
      }
    }
    return { ...whole, whole, rows, collapsed, pinned: isPinned(whole) };
  });
  return {
    lanes,
    placeOf: (event) => {
      const place = model.placeOf(event);
      const row = place && model.lanes[place.lane]?.rows[place.row];
      const shown = row && rowPlaces.get(row);
      if (place === undefined || shown === undefined) return undefined;
      return { lane: shown.lane, row: shown.row, mark: shown.group?.marks[0] ?? place.mark };
    },
  };
}

const grouped = new WeakMap<Lane, readonly (Row | RowGroup)[]>();

/** Rows and groups of a lane: only objects are many of a kind. */
function groupsOf(model: TimelineModel, lane: Lane): readonly (Row | RowGroup)[] {
  if (lane.id !== 'downstream') return lane.rows;
  let rows = grouped.get(lane);
  if (rows === undefined) {
    const causeOf = (id: EventId) =>
      ancestor(
        model.trace,
        model.trace.events[id],
        (e): e is Extract<typeof e, { kind: 'attempt' }> => e.kind === 'attempt',
      )?.id;
    rows = groupRows(lane.rows, causeOf);
    // The lane's own row sums them up; groups stand below it.
    if (rows.some(isGroup)) rows = [sumRow(lane, causeOf), ...rows];
    grouped.set(lane, rows);
  }
  return rows;
}

function sumRow(lane: Lane, causeOf: (id: EventId) => EventId | undefined): Row {
  return { marks: [groupMark(groupOf(lane.id, 'objects', lane.rows, causeOf))], sum: true };
}

export const groupsIn = (model: TimelineModel): readonly RowGroup[] =>
  model.lanes.flatMap((lane) => groupsOf(model, lane).filter(isGroup));

const marksOf = new WeakMap<RowGroup, Row['marks']>();

function groupRow(group: RowGroup, open: boolean): Row {
  let marks = marksOf.get(group);
  if (marks === undefined) {
    marks = [groupMark(group)];
    marksOf.set(group, marks);
  }
  return { label: group.label, marks, header: { group, open } };
}
