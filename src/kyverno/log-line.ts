import type { Json } from '../base/json.ts';
import { isObject } from '../base/json.ts';
import type { Behaviour } from './behaviour.ts';

/** A field of a log line; its name may be empty (Kyverno 1.11 has one such line). */
export type LogField = readonly [name: string, value: Json];

/** What a controller logs, before it is put into the format of its version. */
export interface LogRecord {
  /** Wall clock, milliseconds since the Unix epoch. */
  readonly time: number;
  readonly level: 'error' | 'info' | 'trace';
  /** Names of the logger, outermost first: `webhooks`, `resource`, `validate`. */
  readonly logger: readonly string[];
  /** Source file and line as the version prints them: `pkg/background/generate/controller.go:95`. */
  readonly site: string;
  readonly message: string;
  readonly error?: string;
  /** In the order of the calls; formats that sort do so themselves. */
  readonly fields: readonly LogField[];
}

/** One line of a controller's text log, in the format of the version (versions.md, "logging"; lifecycle C.8). */
export function formatLogLine(format: Behaviour['logFormat'], record: LogRecord): string {
  switch (format) {
    case 'zerolog':
      return zerologLine(record);
    case 'zap':
      return zapLine(record);
    case 'klog':
      return klogLine(record);
  }
}

const rfc3339 = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;

const ZEROLOG_LEVELS = { error: 'ERR', info: 'INF', trace: 'TRC' } as const;

function zerologLine(record: LogRecord): string {
  const verbosity: readonly LogField[] =
    record.level === 'error' ? [] : [['v', record.level === 'info' ? 0 : 2]];
  const fields: LogField[] = [...record.fields, ['logger', record.logger.join('/')], ...verbosity];
  // The console writer sorts by name; of two fields with one name the later wins.
  const sorted = [...new Map(fields)].sort(([left], [right]) => (left < right ? -1 : 1));
  const texts = sorted.map(([name, value]) => `${name}=${zerologValue(value)}`);
  if (record.error !== undefined) texts.unshift(`error=${zerologValue(record.error)}`);
  const site = `github.com/kyverno/kyverno/${record.site}`;
  return `${rfc3339(record.time)} ${ZEROLOG_LEVELS[record.level]} ${site} > ${record.message} ${texts.join(' ')}`;
}

/** zerolog's console writer quotes what is not plain printable ASCII without blanks, quotes and backslashes. */
function zerologValue(value: Json): string {
  if (typeof value !== 'string') return JSON.stringify(sortKeys(value));
  return /[^\x21\x23-\x5b\x5d-\x7e]/.test(value) ? JSON.stringify(value) : value;
}

function sortKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]));
}

const lastParts = (site: string, parts: number): string => site.split('/').slice(-parts).join('/');

function zapLine(record: LogRecord): string {
  const level = record.level === 'error' ? 'ERROR' : 'INFO';
  const fields: readonly LogField[] =
    record.error === undefined ? record.fields : [...record.fields, ['error', record.error]];
  const json = fields.map(([name, value]) => `${JSON.stringify(name)}: ${zapValue(value)}`).join(', ');
  const columns = [
    rfc3339(record.time),
    level,
    record.logger.join('.'),
    lastParts(record.site, 2),
    record.message,
  ];
  return `${columns.join('\t')}\t{${json}}`;
}

/** zap's own encoder puts blanks into lists; objects pass through encoding/json. */
const zapValue = (value: Json): string =>
  Array.isArray(value) ? `[${value.map((item) => JSON.stringify(item)).join(', ')}]` : JSON.stringify(value);

function klogLine(record: LogRecord): string {
  const iso = new Date(record.time).toISOString();
  const stamp = `${iso.slice(5, 7)}${iso.slice(8, 10)} ${iso.slice(11, 23)}000`;
  const error: readonly LogField[] = record.error === undefined ? [] : [['err', record.error]];
  // klog keeps the place of the first field of a name and the value of the last.
  const fields = new Map<string, Json>([...error, ['logger', record.logger.join('.')], ...record.fields]);
  const texts = [...fields].map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const level = record.level === 'error' ? 'E' : 'I';
  return `${level}${stamp}       1 ${lastParts(record.site, 1)}] ${JSON.stringify(record.message)} ${texts.join(' ')}`;
}
