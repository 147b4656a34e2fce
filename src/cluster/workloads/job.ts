import { get, getString } from '../../base/json.ts';
import type { Process } from '../../base/process.ts';
import { type EventId, milliseconds } from '../../base/units.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { nameOf, uidOf } from '../../kubernetes/object.ts';
import type { WorkloadContext } from './context.ts';
import {
  conditionsOf,
  count,
  counts,
  create,
  isActive,
  isReady,
  isTerminating,
  JOBS,
  PODS,
  podOf,
  remove,
  tell,
  timestamp,
  writeStatus,
} from './context.ts';

const USER = 'job-controller';

export const isFinished = (job: KubernetesObject): boolean =>
  conditionsOf(job).some((one) => getString(one, 'type') === 'Complete');

/** The Job controller: Pods until enough of them have succeeded. No Pod fails, as no container runs. */
export function* syncJob(context: WorkloadContext, job: KubernetesObject, cause: EventId): Process<void> {
  if (isTerminating(job)) return;
  if (isFinished(job)) {
    yield* expire(context, job, cause);
    return;
  }
  if (get(get(job, 'spec'), 'suspend') === true) return;
  const pods = context.ownedBy(job, 'Pod');
  const succeeded = pods.filter((pod) => getString(pod, 'status', 'phase') === 'Succeeded').length;
  const completions = count(job, 'spec', 'completions', 1);
  const active = pods.filter(isActive);
  const parallel = count(job, 'spec', 'parallelism', 1);
  let failed = false;
  let created = 0;
  for (let missing = Math.min(parallel, completions - succeeded) - active.length; missing > 0; missing -= 1) {
    const { failure } = yield* create(context, USER, PODS, podOfJob(job), cause);
    created += failure === undefined ? 1 : 0;
    if (failure === undefined) continue;
    const message = `Error creating: ${failure.message}`;
    yield* tell(context, USER, job, { type: 'Warning', reason: 'FailedCreate', message }, cause);
    failed = true;
    break;
  }
  const now = timestamp(context);
  const complete = succeeded >= completions;
  const condition = (type: string): { [key: string]: string } => ({
    type,
    status: 'True',
    lastProbeTime: now,
    lastTransitionTime: now,
    reason: 'CompletionsReached',
    message: 'Reached expected number of succeeded pods',
  });
  const status = {
    startTime: getString(job, 'status', 'startTime') ?? now,
    ...counts({ active: active.length + created, succeeded }),
    ready: active.filter(isReady).length,
    terminating: 0,
    uncountedTerminatedPods: {},
    ...(complete
      ? { completionTime: now, conditions: [condition('SuccessCriteriaMet'), condition('Complete')] }
      : {}),
  };
  yield* writeStatus(context, USER, JOBS, job, status, cause);
  if (failed) context.retry(job, cause);
}

function podOfJob(job: KubernetesObject) {
  const [name, uid] = [nameOf(job), uidOf(job)];
  const labels = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  return podOf(job, get(get(job, 'spec'), 'template'), { generateName: `${name}-`, labels });
}

/** The controller ttl-after-finished. */
function* expire(context: WorkloadContext, job: KubernetesObject, cause: EventId): Process<void> {
  const ttl = get(get(job, 'spec'), 'ttlSecondsAfterFinished');
  const done = Date.parse(getString(job, 'status', 'completionTime') ?? '');
  if (typeof ttl !== 'number' || Number.isNaN(done)) return;
  const left = done + ttl * 1000 - context.wallClock();
  if (left > 0) context.later(job, milliseconds(left), cause);
  else yield* remove(context, 'ttl-after-finished-controller', JOBS, job, cause);
}
