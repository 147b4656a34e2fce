import type { Tone } from '../../src/index.ts';
import type { Mark, RowGroup } from './marks.ts';

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

/** A member of a group comes from one state to another; undefined: it is not there. */
interface Turn {
  readonly time: number;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** How many members are in which state, up to the turn that was reached last. */
interface Count {
  readonly turns: readonly Turn[];
  readonly counts: Map<string, number>;
  reached: number;
  state: GroupState;
}

const known = new WeakMap<RowGroup, Count>();

/** How the members stand at a time, in words. From one frame to the next only what turned between them is counted. */
export function groupState(group: RowGroup, time: number): GroupState {
  let count = known.get(group);
  if (count === undefined) {
    count = { turns: readTurns(group), counts: new Map(), reached: 0, state: tell(new Map()) };
    known.set(group, count);
  }
  const { turns, counts } = count;
  const before = count.reached;
  const shift = (word: string | undefined, by: 1 | -1) => {
    if (word !== undefined) counts.set(word, (counts.get(word) ?? 0) + by);
  };
  for (
    let turn = turns[count.reached];
    turn !== undefined && turn.time <= time;
    turn = turns[count.reached]
  ) {
    shift(turn.from, -1);
    shift(turn.to, 1);
    count.reached++;
  }
  for (
    let turn = turns[count.reached - 1];
    turn !== undefined && turn.time > time;
    turn = turns[count.reached - 1]
  ) {
    shift(turn.to, -1);
    shift(turn.from, 1);
    count.reached--;
  }
  if (count.reached !== before) count.state = tell(counts);
  return count.state;
}

function tell(counts: ReadonlyMap<string, number>): GroupState {
  const words = [...counts.keys()]
    .filter((word) => (counts.get(word) ?? 0) > 0)
    .sort((a, b) => WORST.indexOf(b) - WORST.indexOf(a));
  const worst = words.at(-1);
  return {
    text: words.map((word) => `${counts.get(word) ?? 0} ${word}`).join(', '),
    tone: worst === undefined ? 'plain' : (TONE_OF[worst] ?? 'plain'),
    worst: words.length > 1 && worst !== undefined ? (counts.get(worst) ?? 0) : 0,
  };
}

/** Every turn of every member, by time: a state turns only where a mark begins or ends. */
function readTurns({ members }: RowGroup): readonly Turn[] {
  const turns: Turn[] = [];
  for (const { marks } of members) {
    const times = new Set<number>();
    for (const { start, end } of marks) times.add(start).add(end);
    let from: string | undefined;
    for (const time of [...times].sort((a, b) => a - b)) {
      const to = stateOf(marks, time);
      if (to !== from) turns.push({ time, from, to });
      from = to;
    }
  }
  return turns.sort((a, b) => a.time - b.time);
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
