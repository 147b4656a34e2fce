import { type Milliseconds, milliseconds } from '../base/units.ts';

/**
 * How long the API server takes for its own stretches of a request, in virtual milliseconds. A write without webhooks takes
 * 6 ms, the minimum of corrections.md part b ("request duration, ok"); what webhooks take is added by the admission.
 */
export interface ApiServerLatencies {
  /** Authentication, authorisation, decoding. */
  readonly authn: Milliseconds;
  /** Built-in admission plugins before the mutating webhooks. */
  readonly mutating: Milliseconds;
  /** Defaulting, name generation, validation of the object. */
  readonly schema: Milliseconds;
  /** Built-in admission plugins beside the validating webhooks. */
  readonly validating: Milliseconds;
  /** The write to etcd, until the answer leaves. */
  readonly store: Milliseconds;
  /** A read, from the watch cache. */
  readonly read: Milliseconds;
}

/** Latencies of the controllers that the controller manager runs. */
export interface ControllerLatencies {
  /** From a watch event to the controller's first request. */
  readonly reaction: Milliseconds;
  /** The namespace controller looks away this long from a namespace that begins to terminate (namespaceDeletionGracePeriod). */
  readonly namespaceDeletion: Milliseconds;
  /** The garbage collector's delay before it looks at dependents. */
  readonly garbageCollection: Milliseconds;
}

export const API_SERVER_LATENCIES: ApiServerLatencies = {
  authn: milliseconds(1),
  mutating: milliseconds(0.5),
  schema: milliseconds(1),
  validating: milliseconds(0.5),
  store: milliseconds(3),
  read: milliseconds(2),
};

export const CONTROLLER_LATENCIES: ControllerLatencies = {
  reaction: milliseconds(5),
  namespaceDeletion: milliseconds(5000),
  garbageCollection: milliseconds(20),
};
