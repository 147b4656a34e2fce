import type { Process } from './process.ts';
import type { Milliseconds } from './units.ts';

/** The virtual clock, read only. */
export interface Clock {
  now(): Milliseconds;
}

/** What a part of the simulation may do with time: read it, and start work that runs beside it. */
export interface Scheduler extends Clock {
  /** Starts work beside the caller, now or after `delay`. Nobody waits for it; a run is not at rest before it has ended. */
  spawn(process: Process<unknown>, delay?: Milliseconds): void;
  /**
   * Starts work after `delay` that keeps no run alive: it happens only if the scenario lets that much time pass. For
   * timers that would otherwise never let a run come to rest (hourly scans, report aggregation).
   */
  spawnTimer(process: Process<unknown>, delay: Milliseconds): void;
}
