import { formatDuration, readDuration } from '../../../kubernetes/duration.ts';
import { quoteGo } from '../../../kubernetes/go-quote.ts';
import {
  civilOf,
  formatTime,
  type GoTime,
  parseTime,
  RFC3339,
  subtractTime,
  truncateTime,
} from '../go-time.ts';
import { Failure, type Outcome, type Value } from '../value.ts';
import { type Evaluator, type FunctionSpec, type FunctionTable, STRING, textAt } from './signature.ts';

const MILLISECOND = 1_000_000n;
const SECOND = 1_000_000_000n;
const INT64 = 2n ** 63n;

function readTime(text: string, layout = RFC3339): GoTime | Failure {
  const parsed = parseTime(layout, text);
  return 'error' in parsed ? new Failure(parsed.error) : parsed.value;
}

const now = (evaluator: Evaluator): GoTime => ({
  unixNano: BigInt(Math.floor(evaluator.environment.now)) * MILLISECOND,
  offset: 0,
});

/** A function whose arguments are all times. */
function ofTimes(count: number, apply: (...times: readonly GoTime[]) => Outcome): FunctionSpec {
  return {
    parameters: Array.from({ length: count }, () => STRING),
    run: (values) => {
      const times: GoTime[] = [];
      for (let i = 0; i < count; i += 1) {
        const time = readTime(textAt(values, i));
        if (time instanceof Failure) return time;
        times.push(time);
      }
      return apply(...times);
    },
  };
}

/** A function of a time and a duration. */
function ofTimeAndDuration(apply: (time: GoTime, duration: bigint) => GoTime): FunctionSpec {
  return {
    parameters: [STRING, STRING],
    run: (values) => {
      const time = readTime(textAt(values, 0));
      if (time instanceof Failure) return time;
      const duration = readDuration(textAt(values, 1));
      if ('error' in duration) return new Failure(duration.error);
      return formatTime(apply(time, duration.value));
    },
  };
}

const EPOCH: GoTime = { unixNano: 0n, offset: 0 };
const nanoOf = (time: GoTime | undefined): bigint => (time ?? EPOCH).unixNano;

function timeSince(values: readonly Value[], evaluator: Evaluator): Outcome {
  const layout = textAt(values, 0) === '' ? RFC3339 : textAt(values, 0);
  const start = readTime(textAt(values, 1), layout);
  if (start instanceof Failure) return start;
  const end = textAt(values, 2) === '' ? now(evaluator) : readTime(textAt(values, 2), layout);
  return end instanceof Failure ? end : formatDuration(subtractTime(end, start));
}

const isInteger = (text: string): boolean =>
  /^[+-]?\d+$/.test(text) && BigInt(text.replace('+', '')) < INT64 && BigInt(text.replace('+', '')) >= -INT64;

/** Beyond this Go's calendar wraps around; here it is refused. */
const MAX_SECONDS = 10n ** 15n;

function parseEpoch(text: string): Outcome {
  if (!/^[+-]?\d+$/.test(text))
    return new Failure(`strconv.ParseInt: parsing ${quoteGo(text)}: invalid syntax`);
  const seconds = BigInt(text.replace('+', ''));
  if (seconds > MAX_SECONDS || seconds < -MAX_SECONDS)
    return new Failure(`strconv.ParseInt: parsing ${quoteGo(text)}: value out of range`);
  return formatTime({ unixNano: seconds * SECOND, offset: 0 });
}

function timeParse(values: readonly Value[]): Outcome {
  const layout = textAt(values, 0);
  if (isInteger(layout)) return parseEpoch(textAt(values, 1));
  const time = readTime(textAt(values, 1), layout);
  return time instanceof Failure ? time : formatTime(time);
}

function toCron(time: GoTime): string {
  const { minute, hour, day, month, weekday } = civilOf(time);
  return `${minute} ${hour} ${day} ${month} ${weekday}`;
}

/** Kyverno's functions on times (lifecycle I.2), on the virtual clock, whose zone is UTC. */
export const TIMES: FunctionTable = {
  time_now: { parameters: [], run: (_values, evaluator) => formatTime(now(evaluator)) },
  time_now_utc: { parameters: [], run: (_values, evaluator) => formatTime(now(evaluator)) },
  time_since: { parameters: [STRING, STRING, STRING], run: timeSince },
  time_parse: { parameters: [STRING, STRING], run: timeParse },
  time_to_cron: ofTimes(1, (time = EPOCH) => toCron(time)),
  time_utc: ofTimes(1, (time) => formatTime({ unixNano: nanoOf(time), offset: 0 })),
  time_diff: ofTimes(2, (start = EPOCH, end = EPOCH) => formatDuration(subtractTime(end, start))),
  time_before: ofTimes(2, (left, right) => nanoOf(left) < nanoOf(right)),
  time_after: ofTimes(2, (left, right) => nanoOf(left) > nanoOf(right)),
  time_between: ofTimes(3, (time, start, end) => nanoOf(time) > nanoOf(start) && nanoOf(time) < nanoOf(end)),
  time_add: ofTimeAndDuration((time, duration) => ({ ...time, unixNano: time.unixNano + duration })),
  time_truncate: ofTimeAndDuration(truncateTime),
};
