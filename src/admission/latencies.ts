import { milliseconds } from '../base/units.ts';

/**
 * How long the admission controller takes, in virtual milliseconds: the medians of corrections.md part b, less what the API
 * server takes by itself.
 */
export const ADMISSION_LATENCIES = {
  /** A mutating webhook's answer. */
  mutate: milliseconds(4),
  /** A validating webhook's answer. */
  validate: milliseconds(8),
  /** The policy webhook's answer. */
  policy: milliseconds(10),
  /** A policy's generate rules are evaluated beside the verdict. */
  evaluate: milliseconds(3),
  /** From then to the request that creates an UpdateRequest: it shows about 11 ms after the answer. */
  updateRequest: milliseconds(13),
  /** The same where the UpdateRequest is in etcd before the answer is there. */
  updateRequestEarly: milliseconds(1),
  /** From the UpdateRequest's creation to the request that makes it Pending. */
  pending: milliseconds(4),
  /** From the verdict to the request that writes an Event. */
  event: milliseconds(1),
  /** From the verdict to the request that writes a report. */
  report: milliseconds(3),
  /** From the answer to the audit pass. */
  audit: milliseconds(2),
  /** From a policy's write until the webhooks are configured and Ready is written. */
  ready: milliseconds(24),
  /** From Ready until requests meet the policy. */
  enforced: milliseconds(30),
  /** From a policy's change or deletion until requests no longer meet its former state. */
  forgotten: milliseconds(55),
} as const;
