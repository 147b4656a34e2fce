import { get, getList, getString, type Json, type JsonObject } from '../base/json.ts';
import type { Process } from '../base/process.ts';
import { milliseconds } from '../base/units.ts';
import type { ResourceInfo } from '../cluster/api.ts';
import { createClusterLoader } from '../engine/cluster-loader.ts';
import { createContextOver, environmentOf } from '../engine/context/rule-context.ts';
import { evaluateExceptionConditions } from '../engine/match/conditions.ts';
import { appliesTo } from '../engine/match/match-rule.ts';
import { parseKindSelector } from '../kubernetes/kind-selector.ts';
import { labelsOf } from '../kubernetes/label-selector.ts';
import { gvkOf, type KubernetesObject, nameOf, namespaceOf, refOf } from '../kubernetes/object.ts';
import { matchWildcard } from '../kubernetes/wildcard.ts';
import { KYVERNO_NAMESPACE, readConfiguration } from '../kyverno/configuration.ts';
import { nextTime, readSchedule } from '../kyverno/cron.ts';
import type { KyvernoEvent } from '../kyverno/kubernetes-event.ts';
import { CLEANUP_CONTROLLER } from '../kyverno/service-accounts.ts';
import type { CleanupState, QueuedObject } from './cleanup-state.ts';
import { CLEANER, keyOf, logCleanup, MAX_RETRIES, retryDelay } from './cleanup-tools.ts';
import { ask, type BackgroundEnvironment, placeOf, raiseEvent } from './environment.ts';

const NAMESPACES = { group: '', version: 'v1', resource: 'namespaces' };
const CONFIG_MAPS = { group: '', version: 'v1', resource: 'configmaps' };
const SITE = 'pkg/controllers/cleanup/controller.go';
const LOGGER = ['cleanup-controller', 'worker'];

/**
 * Waits for the time of a cleanup policy, cleans up, and waits again (controllers/cleanup). A policy that came anew or
 * changed takes the place of its former entry.
 */
export function* queuePolicy(
  env: BackgroundEnvironment,
  state: CleanupState,
  entry: QueuedObject,
): Process<void> {
  const key = `${entry.info.kind} ${keyOf(entry)}`;
  state.queued.set(key, entry);
  queueNext(env, state, key, entry);
}

function queueNext(env: BackgroundEnvironment, state: CleanupState, key: string, entry: QueuedObject): void {
  const policy = env.server.lookup(entry.info, entry.namespace, entry.name);
  const time = policy && executionTime(policy);
  if (time === undefined) return;
  const delay = milliseconds(Math.max(time - env.wallClock(), 0));
  env.scheduler.spawnTimer(takeTurn(env, state, key, entry), delay);
}

function* takeTurn(
  env: BackgroundEnvironment,
  state: CleanupState,
  key: string,
  entry: QueuedObject,
): Process<void> {
  if (state.queued.get(key) !== entry) return;
  const policy = env.server.lookup(entry.info, entry.namespace, entry.name);
  if (policy === undefined) return;
  for (let attempt = 0; attempt <= MAX_RETRIES; attempt += 1) {
    const done = yield* new CleanupRun(env, entry, policy).run();
    if (done) {
      yield* writeTime(env, entry, policy);
      queueNext(env, state, key, entry);
      return;
    }
    // An entry that still fails after its last retry is dropped: the policy does not run again until it changes.
    yield retryDelay(attempt);
  }
}

/** When a policy is to run next, by its last run or its creation; undefined if its schedule says nothing. */
function executionTime(policy: KubernetesObject): number | undefined {
  const last = getString(policy, 'status', 'lastExecutionTime');
  const from = Date.parse(last ?? getString(policy.metadata, 'creationTimestamp') ?? '');
  const schedule = readSchedule(getString(policy, 'spec', 'schedule') ?? '');
  if (schedule === undefined || schedule === 'idle' || Number.isNaN(from)) return undefined;
  return nextTime(schedule, from);
}

function* writeTime(
  env: BackgroundEnvironment,
  entry: QueuedObject,
  policy: KubernetesObject,
): Process<void> {
  const time = `${new Date(env.wallClock()).toISOString().slice(0, 19)}Z`;
  const status = get(policy, 'status');
  const body: KubernetesObject = {
    ...policy,
    status: { ...(status as JsonObject | undefined), lastExecutionTime: time },
  };
  const { info, namespace, name, cause } = entry;
  yield* ask(
    env,
    { verb: 'update', ...placeOf(info, namespace), subresource: 'status', name, body, cause },
    CLEANER,
  );
}

/** One run of one policy. */
class CleanupRun {
  readonly #env: BackgroundEnvironment;
  readonly #entry: QueuedObject;
  readonly #policy: KubernetesObject;
  readonly #spec: Json;

  constructor(env: BackgroundEnvironment, entry: QueuedObject, policy: KubernetesObject) {
    this.#env = env;
    this.#entry = entry;
    this.#policy = policy;
    this.#spec = get(policy, 'spec') ?? null;
  }

  /** Lists what the policy names, and deletes what it matches; false if something went wrong. */
  *run(): Process<boolean> {
    let done = true;
    for (const kind of this.#kinds())
      for (const info of this.#served(kind)) {
        const { items, failure } = yield* this.#list(info);
        // What may not be listed is passed over.
        if (failure !== undefined)
          this.#log('trace', 196, SKIPPED, [
            ['kind', kind],
            ['error', failure.message],
          ]);
        for (const object of items ?? []) done = (yield* this.#clean(info, whole(object, info))) && done;
      }
    return done;
  }

  #kinds(): ReadonlySet<string> {
    const match = get(this.#spec, 'match');
    const filters = [...getList(match, 'all'), ...getList(match, 'any')];
    const kinds = filters.flatMap((filter) => getList(filter, 'resources', 'kinds'));
    return new Set(kinds.filter((kind): kind is string => typeof kind === 'string'));
  }

  #served(text: string): readonly ResourceInfo[] {
    const { group, version, kind } = parseKindSelector(text);
    const found = this.#env.server
      .discovery()
      .resources.find(
        (info) =>
          info.kind === kind && matchWildcard(group, info.group) && matchWildcard(version, info.version),
      );
    return found === undefined ? [] : [found];
  }

  *#list(info: ResourceInfo) {
    const { namespace, cause } = this.#entry;
    return yield* ask(this.#env, { verb: 'list', ...placeOf(info, namespace), cause }, CLEANER);
  }

  /** False if the object could not be judged, or not be deleted. */
  *#clean(info: ResourceInfo, object: KubernetesObject): Process<boolean> {
    const [namespace, name] = [namespaceOf(object), nameOf(object)];
    if (!this.#matches(object)) return true;
    const conditions = get(this.#spec, 'conditions');
    if (conditions !== undefined && conditions !== null) {
      const judged = this.#judge(object, conditions);
      if ('error' in judged) return false;
      if (!judged.holds) return true;
    }
    this.#log('info', 298, 'resource matched, it will be deleted...', [
      ['name', name],
      ['namespace', namespace],
    ]);
    const wanted = getString(this.#spec, 'deletionPropagationPolicy');
    const propagationPolicy = (['Foreground', 'Background', 'Orphan'] as const).find((one) => one === wanted);
    const { failure } = yield* ask(
      this.#env,
      {
        verb: 'delete',
        ...placeOf(info, namespace),
        name,
        cause: this.#entry.cause,
        ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
      },
      CLEANER,
    );
    yield* this.#tell(object, failure?.message);
    return failure === undefined;
  }

  #matches(object: KubernetesObject): boolean {
    const { server } = this.#env;
    const configuration = readConfiguration(server.lookup(CONFIG_MAPS, KYVERNO_NAMESPACE, 'kyverno'));
    const kind = gvkOf(object);
    if (configuration.isFiltered(kind, '', namespaceOf(object), nameOf(object))) return false;
    const namespace = server.lookup(NAMESPACES, '', namespaceOf(object));
    return appliesTo(
      { name: nameOf(this.#policy), raw: this.#spec },
      {
        resource: object,
        kind,
        subresource: '',
        operation: '',
        admissionInfo: undefined,
        namespaceLabels: namespace && Object.fromEntries(labelsOf(namespace)),
      },
      '',
    );
  }

  /** `target`, `images`, the object's namespace and the policy's own context entries are there, no request. */
  #judge(object: KubernetesObject, conditions: Json): ReturnType<typeof evaluateExceptionConditions> {
    const env = this.#env;
    const namespace = namespaceOf(object);
    const context = createContextOver({
      root: { target: object, ...(namespace === '' ? {} : { request: { namespace } }) },
      environment: environmentOf({ now: env.wallClock(), random: env.random, libraries: env.libraries }),
      loader: createClusterLoader(env.server, CLEANUP_CONTROLLER, env),
      object,
    });
    const error = context.addEntries(getList(this.#spec, 'context'));
    if (error !== undefined) return { error };
    return evaluateExceptionConditions(conditions, {
      behaviour: env.behaviour,
      substitute: (document) => context.substitute(document),
      drainUsed: () => context.drainUsed(),
    });
  }

  *#tell(object: KubernetesObject, error: string | undefined): Process<void> {
    const env = this.#env;
    const configMap = env.server.lookup(CONFIG_MAPS, KYVERNO_NAMESPACE, 'kyverno');
    const told = env.behaviour.emitsPolicyApplied && readConfiguration(configMap).generateSuccessEvents;
    if (error === undefined && !told) return;
    const { uid: _, ...related } = refOf(object);
    const target = `${object.kind}/${namespaceOf(object)}/${nameOf(object)}`;
    const common = {
      reportingComponent: 'kyverno-cleanup',
      regarding: { ...refOf(this.#policy), apiVersion: 'kyverno.io/v2' },
      related,
    } as const;
    const event: KyvernoEvent =
      error === undefined
        ? {
            ...common,
            type: 'Normal',
            reason: 'PolicyApplied',
            action: 'Resource Cleaned Up',
            message: `successfully cleaned up the target resource ${target}`,
          }
        : {
            ...common,
            type: 'Warning',
            reason: 'PolicyError',
            action: 'None',
            message: `failed to clean up the target resource ${target}: ${error}`,
          };
    yield* raiseEvent(env, event, this.#entry.cause, CLEANER);
  }

  #log(
    level: 'info' | 'trace',
    line: number,
    message: string,
    fields: readonly (readonly [string, string])[],
  ): void {
    const record = { level, logger: LOGGER, site: `${SITE}:${line}`, message, fields };
    logCleanup(this.#env, this.#entry, record, this.#entry.cause);
  }
}

const SKIPPED = 'skipping resource kind due to access restrictions';

/** Items of a list carry neither kind nor apiVersion on the wire. */
const whole = (object: KubernetesObject, { group, version, kind }: ResourceInfo): KubernetesObject => ({
  ...object,
  apiVersion: group === '' ? version : `${group}/${version}`,
  kind,
});
