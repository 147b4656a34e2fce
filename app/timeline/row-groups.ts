import type { EventId } from '../../src/index.ts';
import type { Mark, Row, RowGroup } from './marks.ts';

/** A group closes from so many members on. */
export const GROUP_FROM = 4;

/** Groups rows by their key; a key with fewer than four members leaves its rows alone. The order is that of the first member. */
export function groupRows(
  rows: readonly Row[],
  causeOf: (event: EventId) => EventId | undefined,
): readonly (Row | RowGroup)[] {
  const byKey = new Map<string, Row[]>();
  const byKind = new Map<string, Row[]>();
  for (const row of rows) {
    if (row.about === undefined) continue;
    push(byKey, `${row.about.kind} ${row.about.name}`, row);
  }
  for (const members of byKey.values()) {
    if (members.length >= GROUP_FROM) continue;
    for (const row of members) if (row.about !== undefined) push(byKind, row.about.kind, row);
  }
  const done = new Set<string>();
  const shown: (Row | RowGroup)[] = [];
  for (const row of rows) {
    const group = row.about;
    const named = group && byKey.get(`${group.kind} ${group.name}`);
    const alike = group && byKind.get(group.kind);
    const isNamed = named !== undefined && named.length >= GROUP_FROM;
    const members = isNamed ? named : alike;
    if (group === undefined || members === undefined || members.length < GROUP_FROM) {
      shown.push(row);
      continue;
    }
    const key = isNamed ? `${group.kind} ${group.name}` : group.kind;
    if (done.has(key)) continue;
    done.add(key);
    shown.push(groupOf(key, key, members, causeOf));
  }
  return shown;
}

function push(map: Map<string, Row[]>, key: string, row: Row): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [row]);
  else list.push(row);
}

export function groupOf(
  key: string,
  label: string,
  members: readonly Row[],
  causeOf: (event: EventId) => EventId | undefined,
): RowGroup {
  const made: number[] = [];
  let cause: EventId | undefined;
  let several = false;
  for (const { marks } of members) {
    const first = marks.find(({ shape }) => shape === 'bar');
    if (first !== undefined) made.push(first.start);
    const from = marks[0] && causeOf(marks[0].event);
    if (cause === undefined) cause = from;
    else if (from !== cause) several = true;
  }
  return {
    key,
    label,
    members,
    made: Float64Array.from(made).sort(),
    cause: several ? undefined : cause,
  };
}

export const isGroup = (row: Row | RowGroup): row is RowGroup => 'members' in row;

/** One mark from the first member to the last, for a closed group. */
export function groupMark(group: RowGroup): Mark {
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  let first: Mark | undefined;
  for (const { marks } of group.members) {
    const [mark] = marks;
    if (mark !== undefined && mark.start < start) {
      start = mark.start;
      first = mark;
    }
    end = Math.max(end, marks.at(-1)?.end ?? end);
  }
  if (first === undefined) throw new Error('Assertion failed: a group has marks');
  const { glyph: _, upright: _upright, detail: _detail, tinted: _tinted, ...rest } = first;
  return {
    ...rest,
    shape: 'group',
    text: group.label,
    tone: 'plain',
    end: end as Mark['end'],
    fromStart: true,
    group,
  };
}
