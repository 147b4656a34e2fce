import { equal, get, getList, getObject, getString, type Json, type JsonObject } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import { type EventId, type Milliseconds, milliseconds } from '../base/units.ts';
import type { ApiRequest, WatchEvent } from '../cluster/api.ts';
import { createClusterLoader } from '../engine/cluster-loader.ts';
import { executeCall } from '../engine/context/api-call.ts';
import { searchData } from '../engine/context/lookups.ts';
import type { ContextLoader, Loaded } from '../engine/policy-context.ts';
import { parseDuration } from '../kubernetes/duration.ts';
import {
  formatApiVersion,
  type GroupVersionResource,
  gvkOf,
  type KubernetesObject,
  nameOf,
  refOf,
  uidOf,
} from '../kubernetes/object.ts';
import { EVENTS, formatEvent, type KyvernoEvent } from '../kyverno/kubernetes-event.ts';
import { formatLogLine } from '../kyverno/log-line.ts';
import type { KyvernoVersion } from '../kyverno/versions.ts';
import type { CacheOwner, GlobalContextCache, GlobalContextEnvironment } from './global-context-types.ts';

/** From an entry's write to the controller's worker. */
const PICK_UP = milliseconds(10);
/** An informer's first look at whether its cache is filled (client-go, WaitForCacheSync). */
const SYNC = milliseconds(100);
/** Between two tries of an API call (client-go, retry.DefaultBackoff). */
const CALL_RETRY = milliseconds(10);
const DEFAULT_REFRESH = milliseconds(600_000);
const DEFAULT_TRIES = 3;
/** Retries of an entry that cannot be loaded, the first after 5 ms, each twice as late as the one before. */
const MAX_RETRIES = 10;
const FIRST_RETRY = 5;

/** Line of `pkg/globalcontext/externalapi/entry.go` that logs a failed call. */
const CALL_LOG: Readonly<Record<KyvernoVersion, number>> = {
  '1.11': 0,
  '1.12': 65,
  '1.13': 65,
  '1.14': 83,
  '1.15': 84,
  '1.16': 84,
  '1.17': 84,
  '1.18': 85,
  '1.19': 86,
};

export const createGlobalContextCache = (
  env: GlobalContextEnvironment,
  owner: CacheOwner,
): GlobalContextCache => new Cache(env, owner);

/** The event that began it; entries of the cluster's beginning have none. */
type Cause = EventId | undefined;

const causedBy = (cause: Cause): { readonly cause?: EventId } => (cause === undefined ? {} : { cause });

/** Data of one entry: objects that an informer holds, or the last answer of a call. */
type Data =
  | {
      readonly type: 'resource';
      readonly resource: GroupVersionResource;
      readonly namespace: string | undefined;
    }
  | { readonly type: 'call'; answer: Loaded };

interface Entry {
  readonly object: KubernetesObject;
  readonly data: Data;
}

type CallEntry = Entry & { readonly data: Extract<Data, { readonly type: 'call' }> };

/** One controller's GlobalContextEntries (pkg/controllers/globalcontext, pkg/globalcontext). */
class Cache implements GlobalContextCache {
  readonly #env: GlobalContextEnvironment;
  readonly #owner: CacheOwner;
  readonly #loader: ContextLoader;
  readonly #entries = new Map<string, Entry>();
  /** Entries as the lister has them. */
  readonly #known = new Map<string, KubernetesObject>();
  /** The only worker hangs (up to 1.18). */
  #blocked = false;

  constructor(env: GlobalContextEnvironment, owner: CacheOwner) {
    this.#env = env;
    this.#owner = owner;
    this.#loader = createClusterLoader(env.server, owner.user, env);
  }

  get(name: string, projection: string): Loaded | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    return entry.data.type === 'call'
      ? this.#answer(entry, entry.data.answer, projection)
      : this.#objects(entry, entry.data, projection);
  }

  load(object: KubernetesObject): void {
    const name = nameOf(object);
    this.#known.set(name, object);
    const resource = resourceOf(object);
    if (resource !== undefined) {
      if (this.#mayWatch(resource, namespaceOf(object))) this.#entries.set(name, watching(object, resource));
      return;
    }
    const entry = this.#calling(object);
    entry.data.answer = this.#call(object);
    this.#pollLater(entry, undefined);
  }

  see(event: WatchEvent): void {
    const name = nameOf(event.object);
    const { scheduler } = this.#env;
    if (event.type === 'DELETED') {
      this.#known.delete(name);
      scheduler.spawn(this.#reconcile(name, 0, event.event), PICK_UP);
      return;
    }
    this.#known.set(name, event.object);
    if (event.previous === undefined || !equal(event.previous['spec'], event.object['spec']))
      scheduler.spawn(this.#reconcile(name, 0, event.event), PICK_UP);
  }

  *#reconcile(name: string, retries: number, cause: Cause): Process<void> {
    const object = this.#known.get(name);
    if (this.#blocked) return;
    if (object === undefined) {
      this.#entries.delete(name);
      return;
    }
    const resource = resourceOf(object);
    if (resource === undefined) {
      const entry = this.#calling(object);
      this.#env.scheduler.spawn(this.#poll(entry, cause));
      return;
    }
    if (!this.#mayWatch(resource, namespaceOf(object)))
      return yield* this.#failSync(object, resource, retries, cause);
    yield SYNC;
    if (!equal(this.#known.get(name)?.['spec'], object['spec'])) return;
    this.#entries.set(name, watching(object, resource));
    if (this.#env.behaviour.globalContextCondition)
      yield* this.#writeStatus(object, { ready: true, message: 'CacheSyncSuccess' }, cause);
  }

  /** Nothing to watch, or no right to: told once, tried ten times more. */
  *#failSync(
    object: KubernetesObject,
    resource: GroupVersionResource,
    retries: number,
    cause: Cause,
  ): Process<void> {
    const { behaviour, scheduler } = this.#env;
    const subject = `${formatApiVersion(resource).includes('/') ? '' : '/'}${formatApiVersion(resource)}, Resource=${resource.resource}`;
    if (behaviour.globalContextCondition)
      yield* this.#writeStatus(object, { ready: false, message: 'CacheSyncFailure' }, cause);
    const sync = `failed to sync cache for ${subject}`;
    if (retries === 0) yield* this.#raise(object, `failed to run informer for ${subject}`, cause);
    if (behaviour.globalContextBlocks) {
      this.#blocked = true;
      return;
    }
    const error = `${sync}: informer stopped (context canceled), the resource may not exist in the cluster`;
    if (retries === 0) yield* this.#raise(object, error, cause);
    if (retries < MAX_RETRIES)
      scheduler.spawn(
        this.#reconcile(nameOf(object), retries + 1, cause),
        milliseconds(FIRST_RETRY * 2 ** retries),
      );
    else
      this.#log('pkg/utils/controller/run.go:84', 'Failed to process request', error, cause, [
        ['obj', nameOf(object)],
      ]);
  }

  #mayWatch(resource: GroupVersionResource, namespace: string | undefined): boolean {
    const { server } = this.#env;
    if (server.discovery().byResource(resource) === undefined) return false;
    const place = {
      group: resource.group,
      resource: resource.resource,
      ...(namespace === undefined ? {} : { namespace }),
    };
    return ['list', 'watch'].every((verb) => server.authorize(this.#owner.user, { verb, ...place }));
  }

  #calling(object: KubernetesObject): CallEntry {
    const entry = {
      object,
      data: { type: 'call', answer: { error: 'no data available' } as Loaded },
    } as const;
    this.#entries.set(nameOf(object), entry);
    return entry;
  }

  #call(object: KubernetesObject): Loaded {
    return executeCall(getObject(object, 'spec', 'apiCall'), 'globalcontext', this.#loader);
  }

  /** Asks, again if need be, and once more after the refresh interval; an entry that was replaced meanwhile ends it. */
  *#poll(entry: CallEntry, cause: Cause): Process<void> {
    const { object } = entry;
    const isCurrent = (): boolean => this.#entries.get(nameOf(object)) === entry;
    const retries = get(get(get(object, 'spec'), 'apiCall'), 'retryLimit');
    const tries = this.#env.behaviour.globalContextCondition
      ? 1
      : typeof retries === 'number' && retries > 0
        ? Math.min(retries, 100)
        : DEFAULT_TRIES;
    let answer = this.#call(object);
    for (let tried = 1; 'error' in answer && tried < tries; tried += 1) {
      yield CALL_RETRY;
      if (!isCurrent()) return;
      answer = this.#call(object);
    }
    entry.data.answer = answer;
    this.#pollLater(entry, cause);
    const condition = this.#env.behaviour.globalContextCondition;
    if ('error' in answer) {
      const site = `pkg/globalcontext/externalapi/entry.go:${CALL_LOG[this.#env.behaviour.version]}`;
      this.#log(site, 'failed to get data from api caller', answer.error, cause);
      yield* this.#raise(object, answer.error, cause);
      if (condition) yield* this.#writeStatus(object, { ready: false, message: 'FailedToCallAPI' }, cause);
    } else
      yield* this.#writeStatus(
        object,
        condition ? { ready: true, message: 'APICallSuccess', refreshed: true } : { refreshed: true },
        cause,
      );
  }

  /** The timer keeps no run alive: it goes off while the scenario waits. */
  #pollLater(entry: CallEntry, cause: Cause): void {
    this.#env.scheduler.spawnTimer(this.#pollAgain(entry, cause), intervalOf(entry.object));
  }

  *#pollAgain(entry: CallEntry, cause: Cause): Process<void> {
    if (this.#entries.get(nameOf(entry.object)) === entry) yield* this.#poll(entry, cause);
  }

  #answer(entry: Entry, answer: Loaded, projection: string): Loaded {
    if ('error' in answer) return answer;
    const values: [string, Json][] = [['', answer.value]];
    for (const { name, path } of projectionsOf(entry.object)) {
      const found = this.#search(path, answer.value);
      if ('error' in found) return found;
      values.push([name, found.value]);
    }
    const value = values.findLast(([name]) => name === projection)?.[1] ?? null;
    return value === null ? { error: 'no data available' } : { value };
  }

  #objects(entry: Entry, data: Extract<Data, { type: 'resource' }>, projection: string): Loaded {
    const objects = this.#env.server.listAll(data.resource, data.namespace);
    if (projection === '') return { value: objects };
    const path = projectionsOf(entry.object).findLast(({ name }) => name === projection)?.path;
    const found = path === undefined ? undefined : this.#search(path, objects);
    if (found === undefined || 'error' in found)
      return { error: `projection ${JSON.stringify(projection)} not found` };
    return found;
  }

  #search(path: string, data: Json): Loaded {
    const { random, libraries } = this.#env;
    return searchData(path, data, { now: this.#env.wallClock(), random, libraries });
  }

  *#writeStatus(
    object: KubernetesObject,
    status: { readonly ready?: boolean; readonly message?: string; readonly refreshed?: boolean },
    cause: Cause,
  ): Process<void> {
    const live = this.#known.get(nameOf(object));
    const info = this.#env.server.discovery().byKind(gvkOf(object));
    if (
      !this.#owner.writesStatus ||
      info === undefined ||
      live === undefined ||
      uidOf(live) !== uidOf(object)
    )
      return;
    const now = `${new Date(this.#env.wallClock()).toISOString().slice(0, 19)}Z`;
    const { ready, message = '', refreshed } = status;
    const condition = {
      lastTransitionTime: now,
      message,
      reason: ready === true ? 'Succeeded' : 'Failed',
      status: ready === true ? 'True' : 'False',
      type: 'Ready',
    };
    const body: JsonObject = {
      ...getObject(live, 'status'),
      ...(ready === undefined ? {} : { conditions: [condition] }),
      ...(refreshed === true ? { lastRefreshTime: now } : {}),
    };
    yield* this.#ask({
      verb: 'update',
      resource: info,
      subresource: 'status',
      name: nameOf(object),
      body: { ...live, status: body },
      ...causedBy(cause),
    });
  }

  *#raise(object: KubernetesObject, message: string, cause: Cause): Process<void> {
    const event: KyvernoEvent = {
      type: 'Warning',
      reason: 'PolicyError',
      action: 'Retrying',
      message,
      reportingComponent: 'globalcontext-controller',
      regarding: refOf(object),
    };
    const body = formatEvent(event, this.#env.wallClock(), Math.floor(this.#env.random() * 1_000_000));
    const request = yield* this.#ask({
      verb: 'create',
      resource: EVENTS,
      namespace: 'default',
      body,
      ...causedBy(cause),
    });
    this.#env.recorder.record({ ...event, kind: 'event', phase: 'background', cause: request.event });
  }

  #ask(request: Omit<ApiRequest, 'user' | 'component' | 'fieldManager'>) {
    const { user, component } = this.#owner;
    return this.#env.server.request({ ...request, user, component, fieldManager: 'kyverno' });
  }

  #log(
    site: string,
    message: string,
    error: string,
    cause: Cause,
    fields: readonly (readonly [string, Json])[] = [],
  ): void {
    this.#env.recorder.record({
      kind: 'log',
      phase: 'background',
      ...causedBy(cause),
      ...this.#line(site, message, error, fields),
    });
  }

  #line(site: string, message: string, error: string, fields: readonly (readonly [string, Json])[]) {
    const level = 'error' as const;
    const time = this.#env.wallClock();
    return {
      component: this.#owner.component,
      source: `kyverno-${this.#owner.component}`,
      level,
      line: formatLogLine(this.#env.behaviour.logFormat, {
        level,
        logger: ['global-context'],
        site,
        message,
        error,
        fields,
        time,
      }),
      message,
    };
  }
}

const watching = (object: KubernetesObject, resource: GroupVersionResource): Entry => ({
  object,
  data: { type: 'resource', resource, namespace: namespaceOf(object) },
});

function resourceOf(entry: KubernetesObject): GroupVersionResource | undefined {
  const resource = get(get(entry, 'spec'), 'kubernetesResource');
  if (resource === undefined || resource === null) return undefined;
  const text = (name: string): string => getString(resource, name) ?? '';
  return { group: text('group'), version: text('version'), resource: text('resource') };
}

const namespaceOf = (entry: KubernetesObject): string | undefined =>
  getString(entry, 'spec', 'kubernetesResource', 'namespace') || undefined;

const projectionsOf = (
  entry: KubernetesObject,
): readonly { readonly name: string; readonly path: string }[] =>
  getList(entry, 'spec', 'projections').map((projection) => ({
    name: getString(projection, 'name') ?? '',
    path: getString(projection, 'jmesPath') ?? '',
  }));

function intervalOf(entry: KubernetesObject): Milliseconds {
  const text = getString(entry, 'spec', 'apiCall', 'refreshInterval');
  const nanoseconds = text === undefined ? undefined : parseDuration(text);
  return nanoseconds === undefined || nanoseconds <= 0n
    ? DEFAULT_REFRESH
    : milliseconds(Math.max(1, Number(nanoseconds) / 1e6));
}
