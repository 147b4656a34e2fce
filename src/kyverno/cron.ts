import { parseDuration } from '../kubernetes/duration.ts';

/** When a cleanup policy runs: minutes, hours, days of the month, months and days of the week, in UTC. */
export interface Schedule {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** Where both kinds of days are restricted, either will do. */
  readonly eitherDay: boolean;
}

/** `idle`: the webhook takes the text, but the controller cannot read it and never runs (`@every 1h`, `TZ=…`). */
export type ReadSchedule = Schedule | 'idle' | undefined;

const NAMED: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const BOUNDS: readonly Bounds[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: WEEKDAYS },
];

const ZONE = /^(?:TZ|CRON_TZ)=\S+ +/;
const MAX_TEXT = 1000;

/** Reads a schedule as the webhook of cleanup policies does (robfig/cron, ParseStandard); undefined if it is none. */
export function readSchedule(text: string): ReadSchedule {
  if (text.length > MAX_TEXT) return undefined;
  const zone = ZONE.exec(text);
  if (zone !== null) return readSchedule(text.slice(zone[0].length)) === undefined ? undefined : 'idle';
  const named = NAMED.get(text);
  if (named !== undefined) return readSchedule(named);
  if (text === '@midnight') return 'idle';
  if (text.startsWith('@every ')) return parseDuration(text.slice(7)) === undefined ? undefined : 'idle';
  const fields = text.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== BOUNDS.length) return undefined;
  const read = fields.map((field, index) => readField(field, BOUNDS[index] ?? { min: 0, max: 0, names: [] }));
  const [minutes, hours, days, months, weekdays] = read;
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  return {
    minutes: minutes.values,
    hours: hours.values,
    days: days.values,
    months: months.values,
    weekdays: weekdays.values,
    eitherDay: !days.all && !weekdays.all,
  };
}

interface Field {
  readonly values: ReadonlySet<number>;
  /** Every value, written as `*` or `?`. */
  readonly all: boolean;
}

function readField(text: string, bounds: Bounds): Field | undefined {
  const values = new Set<number>();
  let all = false;
  for (const part of text.split(',').filter((one) => one !== '')) {
    const range = readRange(part, bounds);
    if (range === undefined) return undefined;
    for (let value = range.from; value <= range.to; value += range.step) values.add(value);
    all ||= range.all;
  }
  return { values, all };
}

function readRange(
  text: string,
  bounds: Bounds,
): { readonly from: number; readonly to: number; readonly step: number; readonly all: boolean } | undefined {
  const [range = '', stepText, ...more] = text.split('/');
  const [low = '', high, ...beyond] = range.split('-');
  if (more.length > 0 || beyond.length > 0) return undefined;
  const star = low === '*' || low === '?';
  const from = star ? bounds.min : readValue(low, bounds);
  const step = stepText === undefined ? 1 : readNumber(stepText);
  if (from === undefined || step === undefined || step === 0) return undefined;
  // `5/15` runs on to the end; `5` is itself alone.
  const last = stepText === undefined ? from : bounds.max;
  const to = star ? bounds.max : high === undefined ? last : readValue(high, bounds);
  if (to === undefined || from < bounds.min || to > bounds.max || from > to) return undefined;
  return { from, to, step, all: star && step === 1 };
}

function readValue(text: string, { min, names }: Bounds): number | undefined {
  const named = names.indexOf(text.toLowerCase());
  return named < 0 ? readNumber(text) : named + min;
}

const readNumber = (text: string): number | undefined => (/^\d{1,4}$/.test(text) ? Number(text) : undefined);

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** 29 February on a given weekday may be 40 years away. */
const MAX_DAYS = 41 * 366;

/** The first time after `time` that a schedule names; both in milliseconds since the Unix epoch. Undefined if there is none. */
export function nextTime(schedule: Schedule, time: number): number | undefined {
  const first = (Math.floor(time / MINUTE) + 1) * MINUTE;
  const hours = [...schedule.hours].sort((left, right) => left - right);
  const minutes = [...schedule.minutes].sort((left, right) => left - right);
  let day = Math.floor(first / DAY) * DAY;
  for (let count = 0; count < MAX_DAYS; count += 1, day += DAY) {
    if (!isDay(schedule, new Date(day))) continue;
    for (const hour of hours)
      for (const minute of minutes) {
        const found = day + (hour * 60 + minute) * MINUTE;
        if (found >= first) return found;
      }
  }
  return undefined;
}

function isDay({ days, months, weekdays, eitherDay }: Schedule, date: Date): boolean {
  if (!months.has(date.getUTCMonth() + 1)) return false;
  const [day, weekday] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
  return eitherDay ? day || weekday : day && weekday;
}
