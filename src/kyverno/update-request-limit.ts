import type { Behaviour } from './behaviour.ts';
import { configurationIn } from './configuration.ts';
import type { LogRecord } from './log-line.ts';
import { updateRequestsOf } from './update-request.ts';

type Server = Parameters<typeof configurationIn>[0] & {
  listAll(resource: ReturnType<typeof updateRequestsOf>): readonly unknown[];
};

/**
 * The line that is logged instead of one more UpdateRequest; undefined as long as there are fewer than
 * `updateRequestThreshold` (lifecycle B.4; pkg/utils/generator/updaterequests.go).
 */
export function refusalOfUpdateRequest(
  behaviour: Behaviour,
  server: Server,
  logger: string,
): Omit<LogRecord, 'time'> | undefined {
  if (!behaviour.limitsUpdateRequests) return undefined;
  const threshold = configurationIn(server).updateRequestThreshold;
  const count = server.listAll(updateRequestsOf(behaviour)).length;
  if (count < threshold) return undefined;
  return {
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
  };
}
