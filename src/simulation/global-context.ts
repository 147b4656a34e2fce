import type { GlobalContextStore } from '../engine/cluster-loader.ts';
import {
  ADMISSION_CONTROLLER,
  BACKGROUND_CONTROLLER,
  REPORTS_CONTROLLER,
} from '../kyverno/service-accounts.ts';
import type { GlobalContextCache, GlobalContextEnvironment } from './global-context-types.ts';
import { globalContext } from './parts.ts';

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
