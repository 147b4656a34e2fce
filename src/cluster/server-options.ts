import type { Random } from '../base/random.ts';
import type { EventId, Milliseconds } from '../base/units.ts';
import type { UserInfo } from '../kubernetes/object.ts';
import type { Component } from '../trace/event.ts';
import type { Recorder } from '../trace/recorder.ts';
import type { Admission } from './api.ts';
import type { ApiServerLatencies } from './latencies.ts';

export interface ApiServerOptions {
  readonly recorder: Recorder;
  /** For uids and generated names. */
  readonly random: Random;
  /** Virtual now. */
  now(): Milliseconds;
  /** Wall clock at the virtual now, milliseconds since the Unix epoch. */
  wallClock(): number;
  /** Asked at each write, so that it may be wired up later than the server. */
  admission(): Admission | undefined;
  readonly latencies: ApiServerLatencies;
}

/** Who puts objects in place before the clock runs. */
export interface SeedOptions {
  readonly user: UserInfo;
  readonly component: Component;
  readonly fieldManager: string;
  /** The event that they are told to come from; the first one by default. */
  readonly cause?: EventId;
}
