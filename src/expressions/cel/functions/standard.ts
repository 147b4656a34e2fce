import { readDuration } from '../../../kubernetes/duration.ts';
import { parseFloatText } from '../../jmespath/go-number.ts';
import { civilOf, daysOf, parseTime, RFC3339 } from '../../jmespath/go-time.ts';
import { decodeUtf8, encodeUtf8 } from '../../jmespath/utf8.ts';
import { define, method, type Overload } from '../environment.ts';
import { regexes } from '../parts.ts';
import {
  ANY,
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  parameter,
  STRING,
  TIMESTAMP,
  typeOf,
  UINT,
} from '../types.ts';
import {
  CelDuration,
  CelError,
  type CelResult,
  CelTimestamp,
  CelTypeValue,
  CelUint,
  type CelValue,
  formatDuration,
  formatTimestamp,
  isList,
  isMap,
  typeName,
} from '../value.ts';
import { intResult, uintResult } from './operators.ts';

const A = parameter('A');
const B = parameter('B');
const SECOND = 1_000_000_000n;

type Run = Overload['run'];

/** Texts are counted in code points. */
export const sizeOf = (value: CelValue): CelResult => {
  if (typeof value === 'string') return BigInt([...value].length);
  if (value instanceof Uint8Array || isList(value)) return BigInt(value.length);
  return isMap(value) ? BigInt(value.size) : new CelError('no such overload');
};

const unreadable = (from: string, to: string): CelError =>
  new CelError(`type conversion error from '${from}' to '${to}'`);

const toInt: Run = (value = null) => {
  if (typeof value === 'number') {
    if (Number.isNaN(value) || Math.abs(value) >= 2 ** 63) return new CelError('integer overflow');
    return BigInt(Math.trunc(value));
  }
  if (value instanceof CelUint) return intResult(value.value);
  if (value instanceof CelTimestamp) return floorSeconds(value.nanos);
  if (value instanceof CelDuration) return value.nanos;
  if (typeof value === 'string')
    return /^[+-]?\d+$/.test(value)
      ? intResult(BigInt(value.replace(/^\+/, '')))
      : unreadable('string', 'int');
  return value;
};

const floorSeconds = (nanos: bigint): bigint => (nanos - (((nanos % SECOND) + SECOND) % SECOND)) / SECOND;

const toUint: Run = (value = null) => {
  if (typeof value === 'number') {
    if (!(value >= 0 && value < 2 ** 64)) return new CelError('unsigned integer overflow');
    return new CelUint(BigInt(Math.trunc(value)));
  }
  if (typeof value === 'bigint') return uintResult(value);
  if (typeof value === 'string')
    return /^\d+$/.test(value) ? uintResult(BigInt(value)) : unreadable('string', 'uint');
  return value;
};

const toDouble: Run = (value = null) => {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof CelUint) return Number(value.value);
  if (typeof value === 'string') return parseFloatText(value) ?? unreadable('string', 'double');
  return value;
};

/** strconv.FormatFloat(value, 'g', -1, 64): an exponent below 1e-4 and from 1e+21 on. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e21)) {
    const [mantissa = '', power = '0'] = value.toExponential().split('e');
    const sign = power.startsWith('-') ? '-' : '+';
    return `${mantissa}e${sign}${power.replace(/^[+-]/, '').padStart(2, '0')}`;
  }
  return String(value);
}

const toText: Run = (value = null) => {
  if (typeof value === 'number') return formatDouble(value);
  if (value instanceof CelUint) return String(value.value);
  if (value instanceof CelTimestamp) return formatTimestamp(value);
  if (value instanceof CelDuration) return formatDuration(value);
  if (value instanceof Uint8Array) {
    const text = decodeUtf8(value);
    return text.includes('\ufffd') ? new CelError('invalid UTF-8 in bytes, cannot convert to string') : text;
  }
  return String(value);
};

const toBool: Run = (value = null) => {
  if (typeof value !== 'string') return value;
  // strconv.ParseBool
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value)) return true;
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(value)) return false;
  return unreadable('string', 'bool');
};

const toTimestamp: Run = (value = null) => {
  if (typeof value === 'bigint') return new CelTimestamp(value * SECOND);
  if (typeof value !== 'string') return value;
  const parsed = parseTime(RFC3339, value);
  return 'error' in parsed
    ? unreadable('string', 'google.protobuf.Timestamp')
    : new CelTimestamp(parsed.value.unixNano);
};

const toDuration: Run = (value = null) => {
  if (typeof value === 'bigint') return new CelDuration(value);
  if (typeof value !== 'string') return value;
  const parsed = readDuration(value);
  return 'error' in parsed ? unreadable('string', 'google.protobuf.Duration') : new CelDuration(parsed.value);
};

const texts =
  (run: (text: string, other: string) => CelResult): Run =>
  (text, other) =>
    typeof text === 'string' && typeof other === 'string'
      ? run(text, other)
      : new CelError('no such overload');

const matches = texts((text, pattern) => {
  const program = regexes.get().REGEX_LIBRARY.compile(pattern);
  return 'error' in program ? new CelError(program.error) : program.matches(text);
});

const conversion = (to: CelType, from: readonly CelType[], run: Run): readonly Overload[] =>
  from.map((type) => define([type], to, run));

/** Offset in seconds of a zone, a name or `+hh:mm`; undefined if it is neither. */
function zoneOffset(zone: string, moment: CelTimestamp): number | undefined {
  if (zone === '' || zone === 'UTC' || zone === 'Z') return 0;
  const parts = /^([+-]?)(\d{1,2}):(\d{2})$/.exec(zone);
  if (parts === null) return namedOffset(zone, moment);
  const seconds = Number(parts[2]) * 3600 + Number(parts[3]) * 60;
  return parts[1] === '-' ? -seconds : seconds;
}

/** Offset of a zone of the time zone database, as the host knows it. */
function namedOffset(zone: string, { nanos }: CelTimestamp): number | undefined {
  try {
    const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
      .formatToParts(new Date(Number(nanos / 1_000_000n)))
      .find(({ type }) => type === 'timeZoneName');
    const [, sign = '+', hours = '0', minutes = '0', seconds = '0'] =
      /GMT([+-])?(\d+)?(?::(\d+))?(?::(\d+))?/.exec(parts?.value ?? '') ?? [];
    const offset = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    return sign === '-' ? -offset : offset;
  } catch {
    return undefined;
  }
}

type Civil = ReturnType<typeof civilOf>;

const dayOfYear = ({ year, month, day }: Civil): number => daysOf(year, month, day) - daysOf(year, 1, 1);

function timeGetter(
  name: string,
  read: (civil: Civil, nanos: bigint) => number,
): readonly [string, readonly Overload[]] {
  const run: Run = (moment = null, zone = 'UTC') => {
    if (!(moment instanceof CelTimestamp)) return new CelError('no such overload');
    const offset = zoneOffset(String(zone), moment);
    if (offset === undefined) return new CelError(`unknown time zone ${String(zone)}`);
    return BigInt(read(civilOf({ unixNano: moment.nanos, offset }), moment.nanos));
  };
  return [name, [method([TIMESTAMP], INT, run), method([TIMESTAMP, STRING], INT, run)]];
}

const durationGetter = (name: string, unit: bigint): readonly [string, readonly Overload[]] => [
  name,
  [method([DURATION], INT, (value) => (value instanceof CelDuration ? value.nanos / unit : 0n))],
];

const both = (args: readonly CelType[], result: CelType, run: Run): readonly Overload[] => [
  define(args, result, run),
  method(args, result, run),
];

/** The functions of the language itself (cel-spec, standard definitions). */
export const STANDARD: readonly (readonly [string, readonly Overload[]])[] = [
  [
    'size',
    [STRING, BYTES, listOf(A), mapOf(A, B)].flatMap((type) =>
      both([type], INT, (value = null) => sizeOf(value)),
    ),
  ],
  [
    'contains',
    [
      method(
        [STRING, STRING],
        BOOL,
        texts((text, other) => text.includes(other)),
      ),
    ],
  ],
  [
    'startsWith',
    [
      method(
        [STRING, STRING],
        BOOL,
        texts((text, other) => text.startsWith(other)),
      ),
    ],
  ],
  [
    'endsWith',
    [
      method(
        [STRING, STRING],
        BOOL,
        texts((text, other) => text.endsWith(other)),
      ),
    ],
  ],
  ['matches', both([STRING, STRING], BOOL, matches)],
  ['int', conversion(INT, [INT, UINT, DOUBLE, STRING, TIMESTAMP, DURATION], toInt)],
  ['uint', conversion(UINT, [UINT, INT, DOUBLE, STRING], toUint)],
  ['double', conversion(DOUBLE, [DOUBLE, INT, UINT, STRING], toDouble)],
  ['string', conversion(STRING, [STRING, BOOL, INT, UINT, DOUBLE, BYTES, TIMESTAMP, DURATION], toText)],
  // Declared for null as well, which then has nothing to say.
  ['string', [define([NULL], STRING, () => new CelError('no such overload: string(null_type)'))]],
  ['bool', conversion(BOOL, [BOOL, STRING], toBool)],
  [
    'bytes',
    conversion(BYTES, [BYTES, STRING], (value = null) =>
      typeof value === 'string' ? encodeUtf8(value) : value,
    ),
  ],
  ['timestamp', conversion(TIMESTAMP, [TIMESTAMP, STRING, INT], toTimestamp)],
  ['duration', conversion(DURATION, [DURATION, STRING, INT], toDuration)],
  ['dyn', [define([A], DYN, (value = null) => value)]],
  ['type', [define([A], typeOf(A), (value = null) => new CelTypeValue(typeName(value)))]],
  timeGetter('getFullYear', ({ year }) => year),
  timeGetter('getMonth', ({ month }) => month - 1),
  timeGetter('getDate', ({ day }) => day),
  timeGetter('getDayOfMonth', ({ day }) => day - 1),
  timeGetter('getDayOfYear', dayOfYear),
  timeGetter('getDayOfWeek', ({ weekday }) => weekday),
  timeGetter('getHours', ({ hour }) => hour),
  timeGetter('getMinutes', ({ minute }) => minute),
  timeGetter('getSeconds', ({ second }) => second),
  timeGetter('getMilliseconds', (_, nanos) => Number((((nanos % SECOND) + SECOND) % SECOND) / 1_000_000n)),
  durationGetter('getHours', 3600n * SECOND),
  durationGetter('getMinutes', 60n * SECOND),
  durationGetter('getSeconds', SECOND),
  durationGetter('getMilliseconds', 1_000_000n),
];

/** Types that expressions may name. */
export const STANDARD_TYPES: readonly (readonly [string, CelType])[] = [
  ['bool', BOOL],
  ['int', INT],
  ['uint', UINT],
  ['double', DOUBLE],
  ['string', STRING],
  ['bytes', BYTES],
  ['list', listOf(DYN)],
  ['map', mapOf(DYN, DYN)],
  ['null_type', { kind: 'null' }],
  ['type', typeOf(DYN)],
  ['google.protobuf.Timestamp', TIMESTAMP],
  ['google.protobuf.Duration', DURATION],
  ['google.protobuf.Any', ANY],
];
