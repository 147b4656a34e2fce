import type { LogRecord } from './log-line.ts';

/** The line that is logged instead of one more UpdateRequest (pkg/utils/generator/updaterequests.go). */
export const updateRequestRefusal = (
  logger: string,
  count: number,
  threshold: number,
): Omit<LogRecord, 'time'> => ({
  level: 'error',
  logger: [logger],
  site: 'pkg/utils/generator/updaterequests.go:46',
  message:
    'the number of updaterequests exceeds the threshold, please adjust updateRequestThreshold in the Kyverno configmap',
  error: 'UpdateRequest creation skipped',
  fields: [
    ['current count', count],
    ['threshold', threshold],
  ],
});
