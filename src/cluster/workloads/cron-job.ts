import { get, getObject, getString } from '../../base/json.ts';
import type { Process } from '../../base/process.ts';
import { type EventId, milliseconds } from '../../base/units.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { nameOf, namespaceOf, refOf, uidOf } from '../../kubernetes/object.ts';
import type { WorkloadContext } from './context.ts';
import {
  CRON_JOBS,
  count,
  create,
  isTerminating,
  JOBS,
  ownedMetadata,
  remove,
  tell,
  writeStatus,
} from './context.ts';
import { isFinished } from './job.ts';

const USER = 'cronjob-controller';
const MINUTE = 60_000;

/** The CronJob controller: a Job whenever the schedule says so, named by its minute; the last ones are kept. */
export function* syncCronJob(
  context: WorkloadContext,
  cron: KubernetesObject,
  cause: EventId,
): Process<void> {
  if (isTerminating(cron)) return;
  const schedule = getString(cron, 'spec', 'schedule') ?? '';
  const last = Date.parse(
    getString(cron, 'status', 'lastScheduleTime') ?? getString(cron.metadata, 'creationTimestamp') ?? '',
  );
  const suspended = get(get(cron, 'spec'), 'suspend') === true;
  const due = Number.isNaN(last) ? undefined : latestDue(context, schedule, last);
  const scheduled = due !== undefined && !suspended && (yield* start(context, cron, due, cause));
  yield* forget(context, cron, cause);
  const active = context
    .ownedBy(cron, 'Job')
    .filter((job) => !isFinished(job))
    .map((job) => ({ ...refOf(job), uid: uidOf(job) }));
  const status = {
    ...getObject(cron, 'status'),
    ...(scheduled ? { lastScheduleTime: `${new Date(due).toISOString().slice(0, 19)}Z` } : {}),
    active,
  };
  const { active: _, ...idle } = status;
  yield* writeStatus(context, USER, CRON_JOBS, cron, active.length === 0 ? idle : status, cause);
  const next = context.nextRun(schedule, context.wallClock());
  if (next !== undefined && !suspended) context.later(cron, milliseconds(next - context.wallClock()), cause);
}

/** The latest moment that the schedule has named since; earlier ones that were missed are left. */
function latestDue(context: WorkloadContext, schedule: string, since: number): number | undefined {
  let found: number | undefined;
  let next = context.nextRun(schedule, since);
  for (let tries = 0; tries < 100 && next !== undefined && next <= context.wallClock(); tries += 1) {
    found = next;
    next = context.nextRun(schedule, next);
  }
  return found;
}

function* start(
  context: WorkloadContext,
  cron: KubernetesObject,
  due: number,
  cause: EventId,
): Process<boolean> {
  const running = context.ownedBy(cron, 'Job').filter((job) => !isFinished(job));
  const policy = getString(cron, 'spec', 'concurrencyPolicy') ?? 'Allow';
  if (policy === 'Forbid' && running.length > 0) return false;
  if (policy === 'Replace') for (const job of running) yield* remove(context, USER, JOBS, job, cause);
  const template = getObject(cron, 'spec', 'jobTemplate');
  const name = `${nameOf(cron)}-${Math.floor(due / MINUTE)}`;
  const annotations = {
    ...getObject(template, 'metadata', 'annotations'),
    'batch.kubernetes.io/cronjob-scheduled-timestamp': `${new Date(due).toISOString().slice(0, 19)}Z`,
  };
  const body = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      ...ownedMetadata(cron),
      labels: getObject(template, 'metadata', 'labels'),
      annotations,
    },
    spec: getObject(template, 'spec'),
  };
  const exists = context.server.lookup(JOBS, namespaceOf(cron), name) !== undefined;
  if (exists) return true;
  const { failure } = yield* create(context, USER, JOBS, body, cause);
  if (failure === undefined) return true;
  const message = `Error creating job: ${failure.message}`;
  yield* tell(context, USER, cron, { type: 'Warning', reason: 'FailedCreate', message }, cause);
  return false;
}

/** Keeps as many finished Jobs as the history may hold. */
function* forget(context: WorkloadContext, cron: KubernetesObject, cause: EventId): Process<void> {
  const finished = context.ownedBy(cron, 'Job').filter(isFinished);
  const kept = count(cron, 'spec', 'successfulJobsHistoryLimit', 3);
  for (const job of finished.slice(0, Math.max(0, finished.length - kept)))
    yield* remove(context, USER, JOBS, job, cause);
}
