import { getString } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import { milliseconds } from '../base/units.ts';
import type { ResourceInfo } from '../cluster/api.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { CLEANUP_CONTROLLER } from '../kyverno/service-accounts.ts';
import { readTtl } from '../kyverno/ttl.ts';
import { ttlOf } from '../kyverno/ttl-label.ts';
import type { CleanupState, QueuedObject } from './cleanup-state.ts';
import { CLEANER, logCleanup, MAX_RETRIES, retryDelay } from './cleanup-tools.ts';
import { ask, type BackgroundEnvironment, placeOf } from './environment.ts';

const SITE = 'pkg/controllers/ttl/controller.go';
const POLICY_ANNOTATION = 'cleanup.kyverno.io/propagation-policy';
const POLICIES = ['Foreground', 'Background', 'Orphan'] as const;

/**
 * Deletes an object when its TTL label says so (controllers/ttl). A kind is watched from the first time that the manager finds
 * it may be listed, watched and deleted; the manager's ticks are whole intervals (flag ttlReconciliationInterval) of virtual time.
 */
export function* followTtl(
  env: BackgroundEnvironment,
  state: CleanupState,
  entry: QueuedObject,
): Process<void> {
  const object = env.server.lookup(entry.info, entry.namespace, entry.name);
  const value = object && ttlOf(object);
  if (object === undefined || value === undefined || object.metadata['deletionTimestamp'] !== undefined)
    return;
  const now = env.scheduler.now();
  if (!isWatched(env, state, entry.info)) {
    const interval = env.flags.ttlReconciliationInterval;
    const tick = milliseconds(interval - (now % interval));
    env.scheduler.spawnTimer(followTtl(env, state, entry), tick);
    return;
  }
  const due = dueTime(object, value);
  if ('error' in due) {
    log(env, entry, 'error', `${SITE}:149`, 'failed to parse label', due.error, value);
    return;
  }
  const rest = due.time - env.wallClock();
  if (rest > 0) env.scheduler.spawnTimer(followTtl(env, state, entry), milliseconds(rest));
  else yield* remove(env, entry, object);
}

/** Permissions as they were at the last tick: what was granted or taken since is seen at the next. */
function isWatched(
  { server, scheduler, flags }: BackgroundEnvironment,
  { watched, rolesChanged }: CleanupState,
  { group, resource }: ResourceInfo,
): boolean {
  const key = `${group}/${resource}`;
  const interval = flags.ttlReconciliationInterval;
  const lastTick = Math.floor(scheduler.now() / interval) * interval;
  if (rolesChanged >= lastTick) return watched.has(key);
  const permitted = ['watch', 'list', 'delete'].every((verb) =>
    server.authorize(CLEANUP_CONTROLLER, { verb, group, resource }),
  );
  if (permitted) watched.add(key);
  else watched.delete(key);
  return permitted;
}

function dueTime(
  object: KubernetesObject,
  value: string,
): { readonly time: number } | { readonly error: string } {
  const ttl = readTtl(value);
  if ('error' in ttl) return ttl;
  if ('until' in ttl) return { time: ttl.until };
  return { time: Date.parse(getString(object.metadata, 'creationTimestamp') ?? '') + ttl.lives };
}

function* remove(env: BackgroundEnvironment, entry: QueuedObject, object: KubernetesObject): Process<void> {
  const { info, namespace, name, cause } = entry;
  const wanted = getString(object.metadata, 'annotations', POLICY_ANNOTATION);
  const propagationPolicy = POLICIES.find((policy) => policy === wanted);
  for (let attempt = 0; ; attempt += 1) {
    const { failure } = yield* ask(
      env,
      {
        verb: 'delete',
        ...placeOf(info, namespace),
        name,
        cause,
        ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
      },
      CLEANER,
    );
    if (failure === undefined) {
      log(env, entry, 'trace', `${SITE}:164`, 'resource has been deleted');
      return;
    }
    log(env, entry, 'error', `${SITE}:158`, 'failed to delete resource', failure.message);
    if (failure.code === 404 || attempt === MAX_RETRIES) return;
    yield retryDelay(attempt);
  }
}

function log(
  env: BackgroundEnvironment,
  entry: QueuedObject,
  level: 'error' | 'trace',
  site: string,
  message: string,
  error?: string,
  value?: string,
): void {
  const { info, cause } = entry;
  const gvr = `${info.group}/${info.version}, Resource=${info.resource}`;
  logCleanup(
    env,
    entry,
    {
      level,
      logger: ['ttl-controller-manager', 'worker'],
      site,
      message,
      ...(error === undefined ? {} : { error }),
      fields: [['gvr', gvr], ...(value === undefined ? [] : ([['value', value]] as const))],
    },
    cause,
  );
}
