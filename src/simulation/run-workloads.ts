import type { WorkloadEnvironment } from '../cluster/workloads/context.ts';
import { startWorkloads } from '../cluster/workloads/workloads.ts';
import { nextTime, readSchedule } from '../kyverno/cron.ts';

/** Starts the controllers of workloads, whose CronJobs read schedules as Kyverno's cleanup policies do. */
export const runWorkloads = (
  environment: Omit<WorkloadEnvironment, 'nextRun'>,
): ReturnType<typeof startWorkloads> =>
  startWorkloads({
    ...environment,
    wallClock: () => environment.wallClock(),
    nextRun: (text, after) => {
      const schedule = readSchedule(text);
      return schedule === undefined || schedule === 'idle' ? undefined : nextTime(schedule, after);
    },
  });
