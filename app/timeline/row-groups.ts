import type { EventId, Tone } from '../../src/index.ts';
import type { Mark, Row, RowGroup } from './marks.ts';
import { firstAbove } from './row-index.ts';

/** A group closes from so many members on. */
export const GROUP_FROM = 4;

/** Worst first: which state a group's bar shows. */
const WORST: readonly string[] = [
  'error',
  'refused',
  'drifted',
  'warned',
  'never made',
  'planned',
  'deleted',
  'changed',
  'produced',
  'in sync',
];

const TONE_OF: Readonly<Record<string, Tone>> = {
  error: 'error',
  refused: 'deny',
  drifted: 'warn',
  warned: 'warn',
  'in sync': 'allow',
};

export interface GroupState {
  /** `7 in sync, 1 drifted`. */
  readonly text: string;
  readonly tone: Tone;
  /** How many members have the worst state, if they differ. */
  readonly worst: number;
}

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

let remembered: { readonly group: RowGroup; readonly time: number; readonly state: GroupState }[] = [];

/** How the members stand at a time, in words. */
export function groupState(group: RowGroup, time: number): GroupState {
  const known = remembered.find((one) => one.group === group && one.time === time);
  if (known !== undefined) return known.state;
  const counts = new Map<string, number>();
  for (const { marks } of group.members) {
    const word = stateOf(marks, time);
    if (word !== undefined) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const words = [...counts.keys()].sort((a, b) => WORST.indexOf(b) - WORST.indexOf(a));
  const worst = words.at(-1);
  const state: GroupState = {
    text: words.map((word) => `${counts.get(word) ?? 0} ${word}`).join(', '),
    tone: worst === undefined ? 'plain' : (TONE_OF[worst] ?? 'plain'),
    worst: words.length > 1 && worst !== undefined ? (counts.get(worst) ?? 0) : 0,
  };
  remembered = [...remembered.slice(-15), { group, time, state }];
  return state;
}

function stateOf(marks: readonly Mark[], time: number): string | undefined {
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((marks[middle]?.start ?? 0) > time) high = middle;
    else low = middle + 1;
  }
  const mark = marks[low - 1];
  if (mark === undefined) return undefined;
  if (mark.shape === 'drift') return 'drifted';
  if (mark.shape === 'ghost') {
    if (mark.text.startsWith('deleted')) return 'deleted';
    if (mark.detail?.startsWith('refused') === true) return 'refused';
    return mark.end <= time || mark.detail?.startsWith('would be') === true ? 'never made' : 'planned';
  }
  if (mark.shape === 'point' || (mark.upright !== undefined && mark.end <= time)) return 'deleted';
  return mark.tone === 'allow' ? 'in sync' : mark.text.startsWith('changed') ? 'changed' : 'produced';
}

/** How many members are there at a time. */
export const madeUntil = (group: RowGroup, time: number): number => firstAbove(group.made, time);
