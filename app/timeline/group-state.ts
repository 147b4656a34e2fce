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
