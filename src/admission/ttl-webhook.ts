import type { Process } from '../base/process.ts';
import type { EventId } from '../base/units.ts';
import type { AdmissionRequest } from '../kubernetes/admission-review.ts';
import { formatLogLine, type LogRecord } from '../kyverno/log-line.ts';
import { readTtl } from '../kyverno/ttl.ts';
import { type AdmissionEnvironment, userJson } from './environment.ts';
import { ADMISSION_LATENCIES } from './latencies.ts';

/** The cleanup controller's webhooks are called as its service is (controllers/generic/webhook). */
const NAME = 'kyverno-cleanup-controller.kyverno.svc';

/** Warnings of the webhook that reads TTL labels: it refuses nothing. */
export function* warnOfTtl(
  env: AdmissionEnvironment,
  request: AdmissionRequest,
  value: string,
  cause: EventId,
): Process<readonly string[]> {
  const event = env.recorder.open({
    kind: 'webhook',
    phase: 'admission',
    cause,
    type: 'validating',
    name: NAME,
    operation: request.operation,
    allowed: true,
    warnings: [],
  });
  yield ADMISSION_LATENCIES.mutate;
  const ttl = readTtl(value);
  if (!('error' in ttl)) {
    env.recorder.close(event, {});
    return [];
  }
  logError(env, request, ttl.error, event);
  const warning = `cleanup.kyverno.io/ttl label value cannot be parsed as any recognizable format (${ttl.error})`;
  env.recorder.close(event, { warnings: [warning] });
  return [warning];
}

function logError(env: AdmissionEnvironment, request: AdmissionRequest, error: string, cause: EventId): void {
  const { kind, resource, name, namespace, operation, uid, userInfo } = request;
  const message = 'metadata validation errors';
  const record: LogRecord = {
    time: env.wallClock(),
    level: 'error',
    logger: ['ttl-label', 'validate'],
    site: 'cmd/cleanup-controller/handlers/admission/resource/handlers.go:37',
    message,
    error,
    fields: [
      ['gvk', `${kind.group}/${kind.version}, Kind=${kind.kind}`],
      ['gvr', `${resource.group}/${resource.version}, Resource=${resource.resource}`],
      ['namespace', namespace],
      ['name', name],
      ['operation', operation],
      ['uid', uid],
      ['user', userJson(userInfo)],
    ],
  };
  env.recorder.record({
    kind: 'log',
    phase: 'admission',
    cause,
    component: 'cleanup-controller',
    source: 'kyverno-cleanup-controller',
    level: 'error',
    line: formatLogLine(env.behaviour.logFormat, record),
    message,
  });
}
