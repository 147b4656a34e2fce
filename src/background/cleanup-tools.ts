import type { EventId } from '../base/units.ts';
import { type Milliseconds, milliseconds } from '../base/units.ts';
import { formatLogLine, type LogRecord } from '../kyverno/log-line.ts';
import { CLEANUP_CONTROLLER } from '../kyverno/service-accounts.ts';
import type { QueuedObject } from './cleanup-state.ts';
import type { BackgroundEnvironment, Sender } from './environment.ts';

/** The cleanup controller as the API server sees it. */
export const CLEANER: Sender = {
  user: CLEANUP_CONTROLLER,
  component: 'cleanup-controller',
  fieldManager: 'cleanup-controller',
};

/** How often a queue's entry that failed is tried again before it is dropped. */
export const MAX_RETRIES = 10;

/** The wait before a try: the work queue's 5 ms, doubled each time. */
export const retryDelay = (attempt: number): Milliseconds => milliseconds(5 * 2 ** attempt);

/** `namespace/name`, or the name. */
export const keyOf = ({ namespace, name }: QueuedObject): string =>
  namespace === '' ? name : `${namespace}/${name}`;

/**
 * A line of the cleanup controller's log about an entry of one of its queues. The place in the source is that of 1.19 for
 * every version: no other was recorded.
 */
export function logCleanup(
  env: BackgroundEnvironment,
  entry: QueuedObject,
  record: Pick<LogRecord, 'level' | 'logger' | 'site' | 'message' | 'fields' | 'error'>,
  cause: EventId,
): void {
  const time = env.wallClock();
  const fields: LogRecord['fields'] = [
    ['id', 0],
    ['key', keyOf(entry)],
    ['namespace', entry.namespace],
    ['name', entry.name],
    ...record.fields,
  ];
  env.recorder.record({
    kind: 'log',
    phase: 'background',
    cause,
    component: 'cleanup-controller',
    source: 'kyverno-cleanup-controller',
    level: record.level,
    line: formatLogLine(env.behaviour.logFormat, { ...record, time, fields }),
    message: record.message,
  });
}
