import type { Random } from '../base/random.ts';
import type { Scheduler } from '../base/scheduler.ts';
import type { ApiServer, WatchEvent } from '../cluster/api.ts';
import type { GlobalContextStore } from '../engine/cluster-loader.ts';
import type { Libraries } from '../expressions/jmespath/environment.ts';
import type { KubernetesObject, UserInfo } from '../kubernetes/object.ts';
import type { Behaviour } from '../kyverno/behaviour.ts';
import type { Mocks } from '../kyverno/mocks.ts';
import type { Component } from '../trace/event.ts';
import type { Recorder } from '../trace/recorder.ts';

/** What the caches of GlobalContextEntries need of the simulation. */
export interface GlobalContextEnvironment {
  readonly server: ApiServer;
  readonly scheduler: Scheduler;
  readonly recorder: Recorder;
  readonly behaviour: Behaviour;
  readonly random: Random;
  readonly libraries: Libraries;
  readonly mocks: Mocks;
  /** Milliseconds since the Unix epoch. */
  wallClock(): number;
}

/** Which of Kyverno's controllers a cache belongs to: it asks with that one's rights. */
export interface CacheOwner {
  readonly user: UserInfo;
  readonly component: Component;
  /** Only the admission controller writes the entries' status. */
  readonly writesStatus: boolean;
}

/** A controller's cache, as it takes part in the simulation. */
export interface GlobalContextCache extends GlobalContextStore {
  /** Takes up an entry that was there before the run: its data are there already. */
  load(entry: KubernetesObject): void;
  /** An entry was created, changed or deleted. */
  see(event: WatchEvent): void;
}
