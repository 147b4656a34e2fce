import { quoteGo } from '../../kubernetes/go-quote.ts';

/** A moment with the zone it is shown in. */
export interface GoTime {
  /** Nanoseconds since the Unix epoch. */
  readonly unixNano: bigint;
  /** Seconds east of UTC. */
  readonly offset: number;
}

export type ParsedTime = { readonly value: GoTime } | { readonly error: string };

export const RFC3339 = '2006-01-02T15:04:05Z07:00';

const SECOND = 1_000_000_000n;
const DAY = 86_400;
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** Days since 1970-01-01 of a date of the Gregorian calendar, any year. */
export function daysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The fields of a moment in its own zone. */
export interface CivilTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

const floorDiv = (value: bigint, by: bigint): bigint =>
  value >= 0n ? value / by : -((-value + by - 1n) / by);

export function civilOf(time: GoTime): CivilTime {
  const seconds = Number(floorDiv(time.unixNano, SECOND)) + time.offset;
  const days = Math.floor(seconds / DAY);
  const rest = seconds - days * DAY;
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const index = Math.floor((5 * dayOfYear + 2) / 153);
  const month = index < 10 ? index + 3 : index - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * index + 2) / 5) + 1,
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    weekday: (((days + 4) % 7) + 7) % 7,
  };
}

const two = (value: number): string => String(value).padStart(2, '0');

/** A moment in RFC 3339, whole seconds, in its own zone. */
export function formatTime(time: GoTime): string {
  const { year, month, day, hour, minute, second } = civilOf(time);
  const minutes = Math.floor(Math.abs(time.offset) / 60);
  const sign = time.offset < 0 ? '-' : '+';
  const zone = time.offset === 0 ? 'Z' : `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  const shown = year < 0 ? `-${String(-year).padStart(4, '0')}` : String(year).padStart(4, '0');
  return `${shown}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}${zone}`;
}

/** A piece of a layout: a reference element, or what stands before the next one. */
const ELEMENTS: readonly string[] = [
  'January',
  'Jan',
  'Monday',
  'Mon',
  'MST',
  '2006',
  '002',
  '01',
  '02',
  '03',
  '04',
  '05',
  '06',
  '_2006',
  '__2',
  '_2',
  '15',
  '1',
  '2',
  '3',
  '4',
  '5',
  'PM',
  'pm',
  'Z070000',
  'Z07:00:00',
  'Z0700',
  'Z07:00',
  'Z07',
  '-070000',
  '-07:00:00',
  '-0700',
  '-07:00',
  '-07',
];

interface Chunk {
  readonly prefix: string;
  readonly element: string;
  readonly rest: string;
}

function elementAt(layout: string, at: number): string | undefined {
  let found: string | undefined;
  for (const element of ELEMENTS) {
    if (!layout.startsWith(element, at) || (found !== undefined && found.length >= element.length)) continue;
    // `Jan` and `Mon` do not start a longer word.
    if ((element === 'Jan' || element === 'Mon') && /[a-z]/.test(layout[at + 3] ?? '')) continue;
    found = element;
  }
  if (found === '_2006') return undefined;
  if (found !== undefined) return found;
  const fraction = /^[.,](0+|9+)(?!\d)/.exec(layout.slice(at, at + 40));
  return fraction?.[0];
}

function nextChunk(layout: string): Chunk {
  for (let i = 0; i < layout.length; i += 1) {
    const element = elementAt(layout, i);
    if (element !== undefined)
      return { prefix: layout.slice(0, i), element, rest: layout.slice(i + element.length) };
  }
  return { prefix: layout, element: '', rest: '' };
}

interface Fields {
  year: number;
  month: number;
  day: number;
  yearDay: number;
  hour: number;
  minute: number;
  second: number;
  nano: bigint;
  afternoon: boolean;
  morning: boolean;
  offset: number | undefined;
  zone: string;
  range: string;
}

/** How an element reads: what is left of the text, or undefined if it does not fit. */
type Reader = (text: string, fields: Fields, layoutRest: string) => string | undefined;

const LEADING_SPACES = /^ +/;

/** One or two digits, or exactly two. */
function takeNumber(text: string, fixed: boolean): readonly [number, string] | undefined {
  const digits = /^\d{1,2}/.exec(text)?.[0];
  if (digits === undefined || (fixed && digits.length < 2)) return undefined;
  return [Number(digits), text.slice(digits.length)];
}

const startsWithFold = (text: string, word: string): boolean =>
  text.slice(0, word.length).toLowerCase() === word.toLowerCase();

function takeName(
  text: string,
  names: readonly string[],
  short: boolean,
): readonly [number, string] | undefined {
  for (const [i, name] of names.entries()) {
    const word = short ? name.slice(0, 3) : name;
    if (startsWithFold(text, word)) return [i, text.slice(word.length)];
  }
  return undefined;
}

const inRange = (fields: Fields, holds: boolean, what: string): void => {
  if (!holds && fields.range === '') fields.range = what;
};

const readNumber =
  (fixed: boolean, store: (fields: Fields, value: number) => void): Reader =>
  (text, fields) => {
    const taken = takeNumber(text, fixed);
    if (!taken) return undefined;
    store(fields, taken[0]);
    return taken[1];
  };

const storeMonth = (fields: Fields, value: number): void => {
  fields.month = value;
  inRange(fields, value >= 1 && value <= 12, 'month');
};
const storeDay = (fields: Fields, value: number): void => {
  fields.day = value;
};
const storeHour = (fields: Fields, value: number): void => {
  fields.hour = value;
  inRange(fields, value < 24, 'hour');
};
const storeHour12 = (fields: Fields, value: number): void => {
  fields.hour = value;
  inRange(fields, value <= 12, 'hour');
};
const storeMinute = (fields: Fields, value: number): void => {
  fields.minute = value;
  inRange(fields, value < 60, 'minute');
};

/** Digits behind the point as nanoseconds. */
const nanoOf = (digits: string): bigint => BigInt(digits.slice(0, 9).padEnd(9, '0'));

const readSecond =
  (fixed: boolean): Reader =>
  (text, fields, layoutRest) => {
    const taken = takeNumber(text, fixed);
    if (!taken) return undefined;
    fields.second = taken[0];
    inRange(fields, taken[0] < 60, 'second');
    const rest = taken[1];
    // A fraction is taken even where the layout has none.
    const fraction = /^[.,](\d+)/.exec(rest);
    if (!fraction || /^[.,]/.test(nextChunk(layoutRest).element)) return rest;
    fields.nano = nanoOf(fraction[1] ?? '');
    return rest.slice(fraction[0].length);
  };

const readDayPadded: Reader = (text, fields, layoutRest) =>
  readNumber(false, storeDay)(text.startsWith(' ') ? text.slice(1) : text, fields, layoutRest);

const readHalf =
  (am: string, pm: string): Reader =>
  (text, fields) => {
    const half = text.slice(0, 2);
    if (half !== am && half !== pm) return undefined;
    fields.afternoon = half === pm;
    fields.morning = half === am;
    return text.slice(2);
  };

const ZONE_FORMS: ReadonlyMap<string, RegExp> = new Map([
  ['0700', /^([+-])(\d\d)(\d\d)/],
  ['07:00', /^([+-])(\d\d):(\d\d)/],
  ['07', /^([+-])(\d\d)/],
  ['070000', /^([+-])(\d\d)(\d\d)(\d\d)/],
  ['07:00:00', /^([+-])(\d\d):(\d\d):(\d\d)/],
]);

const readZone =
  (element: string): Reader =>
  (text, fields) => {
    if (element.startsWith('Z') && text.startsWith('Z')) {
      fields.offset = 0;
      return text.slice(1);
    }
    const match = ZONE_FORMS.get(element.slice(1))?.exec(text);
    if (!match) return undefined;
    const [all, sign, hours = '0', minutes = '0', seconds = '0'] = match;
    inRange(fields, Number(hours) <= 24, 'time zone offset hour');
    inRange(fields, Number(minutes) < 60, 'time zone offset minute');
    inRange(fields, Number(seconds) < 60, 'time zone offset second');
    const total = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
    fields.offset = sign === '-' ? -total : total;
    return text.slice(all.length);
  };

/** A zone's abbreviation; only UTC and GMT±n are known, others count as UTC without a name. */
const readZoneName: Reader = (text, fields) => {
  if (text.startsWith('UTC')) {
    fields.offset = 0;
    return text.slice(3);
  }
  const match = /^(?:ChST|MeST|WITA|GMT[+-]\d{1,2}|[+-]\d\d|[A-Z]{4}T|[A-Z]{3}T|[A-Z]{3})/.exec(text);
  if (!match) return undefined;
  fields.zone = match[0];
  return text.slice(match[0].length);
};

const readFraction =
  (element: string): Reader =>
  (text, fields) => {
    const optional = element[1] === '9';
    const written = /^[.,](\d+)/.exec(text)?.[1] ?? '';
    const digits = optional ? written : written.slice(0, element.length - 1);
    if (digits === '' || (!optional && digits.length < element.length - 1))
      return optional ? text : undefined;
    fields.nano = nanoOf(digits);
    return text.slice(digits.length + 1);
  };

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  [
    '2006',
    (text, fields) => {
      if (!/^\d{4}/.test(text)) return undefined;
      fields.year = Number(text.slice(0, 4));
      return text.slice(4);
    },
  ],
  [
    '06',
    readNumber(true, (fields, value) => {
      fields.year = value >= 69 ? 1900 + value : 2000 + value;
    }),
  ],
  ['01', readNumber(true, storeMonth)],
  ['1', readNumber(false, storeMonth)],
  ['02', readNumber(true, storeDay)],
  ['2', readNumber(false, storeDay)],
  ['_2', readDayPadded],
  [
    '002',
    (text, fields) => {
      if (!/^\d{3}/.test(text)) return undefined;
      fields.yearDay = Number(text.slice(0, 3));
      return text.slice(3);
    },
  ],
  ['15', readNumber(false, storeHour)],
  ['03', readNumber(true, storeHour12)],
  ['3', readNumber(false, storeHour12)],
  ['04', readNumber(true, storeMinute)],
  ['4', readNumber(false, storeMinute)],
  ['05', readSecond(true)],
  ['5', readSecond(false)],
  ['PM', readHalf('AM', 'PM')],
  ['pm', readHalf('am', 'pm')],
  ['MST', readZoneName],
]);

const nameReader =
  (names: readonly string[], short: boolean, store: (fields: Fields, index: number) => void): Reader =>
  (text, fields) => {
    const taken = takeName(text, names, short);
    if (!taken) return undefined;
    store(fields, taken[0]);
    return taken[1];
  };

const ignore = (): void => {};

function readerOf(element: string): Reader {
  switch (element) {
    case 'January':
    case 'Jan':
      return nameReader(MONTHS, element === 'Jan', (fields, index) => storeMonth(fields, index + 1));
    case 'Monday':
    case 'Mon':
      return nameReader(DAYS, element === 'Mon', ignore);
    default:
      if (/^[.,]/.test(element)) return readFraction(element);
      return READERS.get(element) ?? readZone(element);
  }
}

/** Drops the layout's text from the value, as far as it fits; runs of spaces match each other. */
function skipPrefix(value: string, prefix: string): { readonly rest: string; readonly fits: boolean } {
  let rest = value;
  for (let i = 0; i < prefix.length; i += 1) {
    if (prefix[i] === ' ') {
      if (rest !== '' && !rest.startsWith(' ')) return { rest, fits: false };
      i += (LEADING_SPACES.exec(prefix.slice(i))?.[0].length ?? 1) - 1;
      rest = rest.replace(LEADING_SPACES, '');
      continue;
    }
    if (rest[0] !== prefix[i]) return { rest, fits: false };
    rest = rest.slice(1);
  }
  return { rest, fits: true };
}

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const daysIn = (month: number, year: number): number =>
  month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;

function finish(fields: Fields): GoTime | string {
  const { year, second, minute } = fields;
  let { month, day, hour } = fields;
  if (fields.afternoon && hour < 12) hour += 12;
  else if (fields.morning && hour === 12) hour = 0;
  if (fields.yearDay >= 0) {
    if (fields.yearDay < 1 || fields.yearDay > (isLeap(year) ? 366 : 365)) return 'day-of-year';
    month = 1;
    day = fields.yearDay;
    while (day > daysIn(month, year)) {
      day -= daysIn(month, year);
      month += 1;
    }
  }
  if (month < 0) month = 1;
  if (day < 0) day = 1;
  if (day < 1 || day > daysIn(month, year)) return 'day';
  const seconds = daysOf(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
  const gmt = /^GMT([+-]\d+)$/.exec(fields.zone);
  const offset = fields.offset ?? (gmt ? Number(gmt[1]) * 3600 : 0);
  return { unixNano: BigInt(seconds - offset) * SECOND + fields.nano, offset };
}

/** Reads a time in a layout as Go's time.Parse does, with its error texts; local time is UTC. */
export function parseTime(layout: string, value: string): ParsedTime {
  const fields: Fields = {
    year: 0,
    month: -1,
    day: -1,
    yearDay: -1,
    hour: 0,
    minute: 0,
    second: 0,
    nano: 0n,
    afternoon: false,
    morning: false,
    offset: undefined,
    zone: '',
    range: '',
  };
  const parsing = `parsing time ${quoteGo(value)}`;
  const cannot = (rest: string, element: string): ParsedTime => ({
    error: `${parsing} as ${quoteGo(layout)}: cannot parse ${quoteGo(rest)} as ${quoteGo(element)}`,
  });
  let layoutRest = layout;
  let rest = value;
  for (;;) {
    const chunk = nextChunk(layoutRest);
    const { rest: start, fits } = skipPrefix(rest, chunk.prefix);
    if (!fits) return cannot(start, chunk.prefix);
    if (chunk.element === '') {
      if (start !== '') return { error: `${parsing}: extra text: ${quoteGo(start)}` };
      break;
    }
    layoutRest = chunk.rest;
    const next = readerOf(chunk.element)(start, fields, layoutRest);
    if (fields.range !== '') return { error: `${parsing}: ${fields.range} out of range` };
    if (next === undefined) return cannot(start, chunk.element);
    rest = next;
  }
  const time = finish(fields);
  return typeof time === 'string' ? { error: `${parsing}: ${time} out of range` } : { value: time };
}

/** Rounds down to a multiple of a duration since the year 1, in UTC (Time.Truncate). */
export function truncateTime(time: GoTime, duration: bigint): GoTime {
  if (duration <= 0n) return time;
  const sinceYearOne = time.unixNano - BigInt(daysOf(1, 1, 1)) * BigInt(DAY) * SECOND;
  const remainder = ((sinceYearOne % duration) + duration) % duration;
  return { ...time, unixNano: time.unixNano - remainder };
}

const LARGEST = 2n ** 63n - 1n;

/** Difference as a duration, cut to what an int64 holds (Time.Sub). */
export function subtractTime(left: GoTime, right: GoTime): bigint {
  const difference = left.unixNano - right.unixNano;
  if (difference > LARGEST) return LARGEST;
  return difference < -LARGEST - 1n ? -LARGEST - 1n : difference;
}
