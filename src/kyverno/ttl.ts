import { parseDuration } from '../kubernetes/duration.ts';
import { quoteGo } from '../kubernetes/go-quote.ts';

/** How long an object lives from its creation on, or until when: in milliseconds. */
export type Ttl = { readonly lives: number } | { readonly until: number } | { readonly error: string };

/** Reads the value of a TTL label: a duration, a time (`2026-01-02T150405Z`) or a date; the error is that of the date. */
export function readTtl(text: string): Ttl {
  const lives = readLife(text);
  if (lives !== undefined) return { lives };
  const [, day = '', hour = '', minute = '', second = ''] =
    /^(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  if (day !== '' && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60) {
    const date = readDate(day);
    if (typeof date === 'number')
      return { until: date + (Number(hour) * 3600 + Number(minute) * 60 + Number(second)) * 1000 };
  }
  const date = readDate(text);
  return typeof date === 'number' ? { until: date } : { error: date };
}

/** Longer and shorter names of units and their milliseconds (kube-openapi, strfmt.ParseDuration). */
const UNITS: readonly (readonly [names: readonly string[], prefix: string, milliseconds: number])[] = [
  [['ns'], 'nano', 1e-6],
  [['us', 'µs'], 'micro', 1e-3],
  [['ms'], 'milli', 1],
  [['s'], 'sec', 1000],
  [['m'], 'min', 60_000],
  [['h', 'hr'], 'hour', 3_600_000],
  [['d'], 'day', 86_400_000],
  [['w', 'wk'], 'week', 604_800_000],
];

/** Milliseconds of a Go duration, or of texts like `2d` and `1week`; undefined if it is neither. */
function readLife(text: string): number | undefined {
  const plain = parseDuration(text);
  if (plain !== undefined) return Number(plain) / 1e6;
  let total: number | undefined;
  for (const [, factor = '', name = ''] of text.matchAll(/(\d+)\s*([A-Za-zµ]+)/g)) {
    const unit = name.toLowerCase();
    const found = UNITS.find(([names, prefix]) => names.includes(unit) || unit.startsWith(prefix));
    if (found !== undefined) total = (total ?? 0) + Number(factor) * found[2];
  }
  return total;
}

const LAYOUT = '2006-01-02';

/** A date in milliseconds since the Unix epoch, or the error of Go's time.Parse. */
function readDate(text: string): number | string {
  const said = `parsing time ${quoteGo(text)}`;
  const unfit = (rest: string, element: string): string =>
    `${said} as ${quoteGo(LAYOUT)}: cannot parse ${quoteGo(rest)} as ${quoteGo(element)}`;
  const numbers: number[] = [];
  let rest = text;
  for (const [element, pattern] of [
    ['2006', /^\d{4}/],
    ['-', /^-/],
    ['01', /^\d\d/],
    ['-', /^-/],
    ['02', /^\d\d/],
  ] as const) {
    const [found] = pattern.exec(rest) ?? [];
    if (found === undefined) return unfit(rest, element);
    if (element !== '-') numbers.push(Number(found));
    if (element === '01' && (Number(found) < 1 || Number(found) > 12)) return `${said}: month out of range`;
    rest = rest.slice(found.length);
  }
  if (rest !== '') return `${said}: extra text: ${quoteGo(rest)}`;
  const [year = 0, month = 1, day = 1] = numbers;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCDate() === day ? date.getTime() : `${said}: day out of range`;
}
