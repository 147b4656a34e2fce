import { durationText } from '../../src/index.ts';
import { chapterAt, chapterIndexAt, type PlacedScale, type TimeScale } from './scale.ts';

export interface Tick {
  readonly x: number;
  /** Empty: a stroke without words. */
  readonly text: string;
}

const STEPS = [1, 2, 5] as const;

/** The next 1-2-5 step that is at least so long, milliseconds; from nanoseconds to months. */
export function roundStep(atLeast: number): number {
  if (!(atLeast > 0) || !Number.isFinite(atLeast)) return 1;
  const LARGE = [
    1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
    3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000, 172_800_000, 604_800_000,
  ];
  if (atLeast > 500)
    return LARGE.find((step) => step >= atLeast) ?? Math.ceil(atLeast / 604_800_000) * 604_800_000;
  const power = 10 ** Math.floor(Math.log10(atLeast));
  const step = STEPS.find((factor) => factor * power >= atLeast * 0.999_999) ?? 10;
  return step * power;
}

/** A time in its chapter: `0`, `1.1`, `2.9`, then whole milliseconds, then seconds. No unit. */
export function chapterTime(ms: number): string {
  if (ms < 1e-6) return '0';
  if (ms < 100) return ms.toFixed(1);
  if (ms < 10_000) return String(Math.round(ms));
  return ms < 600_000 ? `${(ms / 1000).toFixed(1)} s` : durationText(ms);
}

/** Digits after the point that tell two neighbours apart which are `step` of a unit of `size` from each other. */
const digitsFor = (step: number, size: number): number =>
  Math.min(6, Math.max(0, Math.ceil(-Math.log10(step / size) - 1e-9)));

const PARTS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
] as const;

/** A round time on the clock, `step` milliseconds from its neighbours: `250 µs`, `1.2 ms`, `5.0023 s`, `2 min 15 s`, `1 d 6 h`. */
export function tickText(ms: number, step: number): string {
  if (ms < step / 2) return '0';
  if (ms < 60_000) {
    const [size, unit] = ms < 0.9999995 ? [0.001, 'µs'] : ms < 999.9999995 ? [1, 'ms'] : [1000, 's'];
    return `${Number((ms / size).toFixed(digitsFor(step, size)))} ${unit}`;
  }
  const words: string[] = [];
  let left = ms;
  for (const [size, unit] of PARTS) {
    const count = Math.floor(left / size + 1e-9);
    left -= count * size;
    if (count > 0) words.push(`${count} ${unit}`);
  }
  const seconds = Number((Math.max(0, left) / 1000).toFixed(digitsFor(step, 1000)));
  if (seconds > 0) words.push(`${seconds} s`);
  return words.join(' ');
}

/** The playhead's time in its chapter, signed: `+7.4 ms`. */
export function chapterTimeWithUnit(ms: number): string {
  if (ms < 100) return `+${ms.toFixed(1)} ms`;
  return `+${chapterTime(ms)}${ms < 10_000 ? ' ms' : ''}`;
}

/**
 * Ticks between two pixels (unscrolled). In chapters they stand where something begins or ends, at most one label in every
 * `spacing` pixels; on the clock at round times.
 */
export function readTicks(
  scale: TimeScale,
  placed: PlacedScale,
  left: number,
  right: number,
  spacing = 58,
): readonly Tick[] {
  return scale.kind === 'clock'
    ? clockTicks(scale, placed, left, right, spacing)
    : chapterTicks(scale, placed, left, right, spacing);
}

function clockTicks(
  scale: TimeScale,
  placed: PlacedScale,
  left: number,
  right: number,
  spacing: number,
): Tick[] {
  const start = scale.chapters[0]?.start ?? 0;
  const from = placed.toTime(left);
  const perPixel =
    (placed.toTime(left + 100) - from) / 100 || (placed.toTime(right) - placed.toTime(right - 100)) / 100;
  // The deeper, the longer are the words.
  const words = (step: number) => 6 * tickText(placed.toTime(right) - start - step / 3, step).length;
  const narrow = roundStep(perPixel * (spacing + 12));
  const step = roundStep(perPixel * Math.max(spacing + 12, words(narrow) + 18));
  const ticks: Tick[] = [];
  const first = Math.floor((from - start) / step);
  const end = (placed.toTime(right) - start) / step;
  for (let i = Math.max(0, first); i <= end && ticks.length < 400; i++) {
    ticks.push({ x: placed.toX(start + i * step), text: tickText(i * step, step) });
  }
  return ticks;
}

function chapterTicks(
  scale: TimeScale,
  placed: PlacedScale,
  left: number,
  right: number,
  spacing: number,
): Tick[] {
  const { cuts, chapters } = scale;
  const ticks: Tick[] = [];
  for (let i = chapterIndexAt(chapters, placed.toTime(left - spacing)); i < chapters.length; i++) {
    const chapter = chapters[i];
    if (chapter === undefined) break;
    const from = placed.toX(chapter.start);
    const to = placed.toXEnd(chapter.end);
    if (from > right + spacing) break;
    if (to < left - spacing) continue;
    // Where chapters are narrow, not each of them has room for its beginning.
    const lastX = ticks.at(-1)?.x ?? Number.NEGATIVE_INFINITY;
    if (from - lastX < 20) {
      // Those that begin before there is room again are not looked at one by one.
      i = Math.max(i, chapterIndexAt(chapters, placed.toTime(lastX + 20)) - 1);
      continue;
    }
    ticks.push({ x: from, text: '0' });
    // Labels are chosen from the left in blocks of fixed place, so that panning never changes which ones stand.
    const block = 20 * spacing;
    let last = from + Math.max(0, Math.floor((left - from) / block)) * block;
    while (ticks.length < 1000) {
      const begin = Math.max(last, from + Math.floor((last + spacing - from) / block) * block) + spacing;
      if (begin > Math.min(to, right + spacing)) {
        const free = to - (ticks.at(-1)?.x ?? from);
        if (to <= right + spacing && free > spacing * 0.7)
          ticks.push({ x: to, text: endText(chapter.end - chapter.start) });
        break;
      }
      const time = cuts[firstFrom(cuts, placed.toTime(begin))];
      if (time === undefined || time > chapter.end) break;
      const isEnd = time === chapter.end;
      const x = isEnd ? to : placed.toX(time);
      if (!isEnd && to - x < spacing * 0.9) {
        // The end of the chapter is worth more than a tick just before it.
        ticks.push({ x: to, text: endText(chapter.end - chapter.start) });
        break;
      }
      ticks.push({ x, text: isEnd ? endText(time - chapter.start) : chapterTime(time - chapter.start) });
      if (isEnd) break;
      last = Math.max(x, last + 1);
    }
    ticks.push(...roundTicks(chapter, cuts, placed, Math.max(left, from), Math.min(right, to), spacing));
  }
  return ticks.sort((a, b) => a.x - b.x);
}

/** Round times in the stretches of a chapter where for long nothing begins or ends; down to nanoseconds when zoomed in. */
function roundTicks(
  chapter: { readonly start: number; readonly end: number },
  cuts: Float64Array,
  placed: PlacedScale,
  left: number,
  right: number,
  spacing: number,
): Tick[] {
  const ticks: Tick[] = [];
  for (let x = left; x < right; ) {
    const i = firstFrom(cuts, placed.toTime(x));
    const a = Math.max(chapter.start, cuts[i - 1] ?? chapter.start);
    const b = Math.min(chapter.end, cuts[i] ?? chapter.end);
    const xa = placed.toX(a);
    const xb = b === chapter.end ? placed.toXEnd(b) : placed.toX(b);
    x = Math.max(xb + 1, x + spacing);
    if (!(b > a) || xb - xa < 2.4 * spacing) continue;
    const step = roundStep(((b - a) / (xb - xa)) * spacing);
    const room = ((b - a) / (xb - xa)) * spacing * 0.9;
    const first = Math.ceil((Math.max(a + room, placed.toTime(left)) - chapter.start) / step);
    const end = Math.min(b - room, placed.toTime(right)) - chapter.start;
    for (let n = first; n * step <= end && ticks.length < 100; n++) {
      const ms = n * step;
      const text = ms < 10_000 ? ms.toFixed(digitsFor(step, 1)) : tickText(ms, step);
      ticks.push({ x: placed.toX(chapter.start + ms), text });
    }
  }
  return ticks;
}

/** Index of the first cut at or after a time. */
function firstFrom(cuts: Float64Array, time: number): number {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((cuts[middle] ?? 0) >= time) high = middle;
    else low = middle + 1;
  }
  return low;
}

const endText = (ms: number): string => `${chapterTime(ms)}${ms < 10_000 ? ' ms' : ''}`;

/** Time in its chapter, or from the beginning on the clock. */
export function playheadText(scale: TimeScale, time: number): string {
  const chapter = scale.kind === 'clock' ? scale.chapters[0] : chapterAt(scale.chapters, time);
  return chapterTimeWithUnit(Math.max(0, time - (chapter?.start ?? 0)));
}
