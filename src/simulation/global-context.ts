import type { Random } from '../base/random.ts';
import type { Scheduler } from '../base/scheduler.ts';
import type { ApiServer, WatchEvent } from '../cluster/api.ts';
import type { GlobalContextStore } from '../engine/cluster-loader.ts';
import type { Libraries } from '../expressions/jmespath/environment.ts';
import type { KubernetesObject, UserInfo } from '../kubernetes/object.ts';
import type { Behaviour } from '../kyverno/behaviour.ts';
import type { Mocks } from '../kyverno/mocks.ts';
import {
  ADMISSION_CONTROLLER,
  BACKGROUND_CONTROLLER,
  REPORTS_CONTROLLER,
} from '../kyverno/service-accounts.ts';
import type { Component } from '../trace/event.ts';
import type { Recorder } from '../trace/recorder.ts';
import { globalContext } from './parts.ts';

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

const OWNERS = {
  admission: { user: ADMISSION_CONTROLLER, component: 'admission-controller', writesStatus: true },
  background: { user: BACKGROUND_CONTROLLER, component: 'background-controller', writesStatus: false },
  reports: { user: REPORTS_CONTROLLER, component: 'reports-controller', writesStatus: false },
} as const;

type Owner = keyof typeof OWNERS;

/**
 * GlobalContextEntries as each of Kyverno's controllers caches them for itself. The caches come into being with the first
 * entry.
 */
export function startGlobalContext(
  env: GlobalContextEnvironment,
): Readonly<Record<Owner, GlobalContextStore>> {
  let caches: Readonly<Record<Owner, GlobalContextCache>> | undefined;
  const all = (): readonly GlobalContextCache[] => {
    const create = (owner: Owner) => globalContext.get().createGlobalContextCache(env, OWNERS[owner]);
    caches ??= {
      admission: create('admission'),
      background: create('background'),
      reports: create('reports'),
    };
    return Object.values(caches);
  };
  if (env.behaviour.globalContext) {
    const entries = env.server.listAll({
      group: 'kyverno.io',
      version: 'v2alpha1',
      resource: 'globalcontextentries',
    });
    for (const entry of entries) for (const cache of all()) cache.load(entry);
    env.server.watch((event) => {
      if (event.info.group === 'kyverno.io' && event.info.resource === 'globalcontextentries')
        for (const cache of all()) cache.see(event);
    });
  }
  const storeOf = (owner: Owner): GlobalContextStore => ({
    get: (entry, projection) => caches?.[owner].get(entry, projection),
  });
  return {
    admission: storeOf('admission'),
    background: storeOf('background'),
    reports: storeOf('reports'),
  };
}
