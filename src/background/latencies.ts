import { milliseconds } from '../base/units.ts';

/**
 * How long the background controller takes, in virtual milliseconds: the medians of corrections.md part b, less what the API
 * server takes by itself.
 */
export const BACKGROUND_LATENCIES = {
  /** From a policy's Ready until the reports controller scans what exists. */
  scan: milliseconds(25),
  /** From a change of an UpdateRequest to the worker that takes it up. */
  pickUp: milliseconds(1),
  /**
   * Between two lists of the trigger's kind for one UpdateRequest: a consistent list from the API server's watch cache waits
   * for the next progress notification (corrections.md part b, "period 100 ms").
   */
  listPeriod: milliseconds(100),
  /** From an object's change to its own scan (report/background/controller.go, enqueueDelay). */
  objectScan: milliseconds(30_000),
  /** Between two reconciliations of all policies by the background controller. */
  reconcilePolicies: milliseconds(3_600_000),
  /** From an EphemeralReport, or a policy's change, to the merged report (aggregate/controller.go, enqueueDelay). */
  aggregation: milliseconds(10_000),
  /** Evaluation of a rule. */
  evaluate: milliseconds(1),
  /** From the end of an attempt to the request that reconciles the UpdateRequest. */
  reconcile: milliseconds(4),
  /** From a failure to the request that writes its Event. */
  event: milliseconds(1),
  /** From a rule's end to the request that writes its report. */
  report: milliseconds(2),
  /** From a policy's change to the UpdateRequests that it calls for. */
  policyEvent: milliseconds(25),
  /** From the UpdateRequest's creation to the request that makes it Pending. */
  pending: milliseconds(4),
} as const;

/** The status counts failures up to this; one more and the UpdateRequest is deleted (lifecycle B.6). */
export const MAX_RETRIES = 4;
