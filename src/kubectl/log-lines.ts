import type { TraceEvent } from '../trace/event.ts';
import type { LogLine } from './session.ts';

/** The log lines among events; `startedAt`: wall clock at virtual time 0, milliseconds since the Unix epoch. */
export const logLines = (events: readonly TraceEvent[], startedAt: number): readonly LogLine[] =>
  events.flatMap((event) =>
    event.kind === 'log' ? [{ time: startedAt + event.time, source: event.source, line: event.line }] : [],
  );
